"""Make the dossiers that were asked for at the desk: it takes a while, and may ask a time-stamp authority."""

import logging
import tempfile
from pathlib import Path

from service.delivery.dossier.asked import (
    MOST_TRIES,
    NO_COPY,
    NOT_WHOLE,
    REFUSED_STAMP,
    SET_UP,
    SILENT,
    TOO_LARGE,
    Due,
    begin_next,
    forget_files,
    give_up,
    keep_made,
)
from service.delivery.dossier.kept import MadeAgain
from service.delivery.dossier.make import Gathered, gather_dossier, seal_dossier
from service.delivery.dossier.room import MOST_BYTES, TooLarge
from service.delivery.dossier.sealing import Sealing
from service.delivery.dossier.written import PREFIX, sweep_left_over, write_checked
from service.delivery.letter_mail import Making
from service.delivery.parcel import NotNow, NotTaken
from service.foundation import clock
from service.foundation.errors import Permanent, Refused
from service.model.message import MessageKind
from service.store.transaction import reading, transaction
from service.wiring import Services, make_sealing

_log = logging.getLogger("undersigned.worker")


def make_dossiers(services: Services, owner: str) -> int:
    """Make the dossiers that wait, and delete the files whose week is over; gives how many of both."""
    del owner
    # The machine dates its folders, whatever hour the service goes by.
    sweep_left_over(Path(tempfile.gettempdir()), now=clock.now())
    done = 0
    while not services.wake.is_stopping():
        with transaction(services.engine) as session:
            done += forget_files(session, now=services.clock())
            due = begin_next(session, now=services.clock())
        if due is None:
            break
        _make(services, due)
        done += 1
    return done


def _make(services: Services, due: Due) -> None:
    """Make one, or keep why it cannot be made; whatever else breaks off leaves it for another try."""
    try:
        sealing = make_sealing(services.settings)
    except Refused:
        why = SET_UP
    else:
        why = _made(services, due, sealing)
    if why:
        _log.warning("a dossier was not made (%s): %s", why, due.id)
        with transaction(services.engine) as session:
            give_up(session, due.id, why)


def _made(services: Services, due: Due, sealing: Sealing) -> str:
    """Make a dossier and keep it; gives "" or the code that says why that will not be, however often it is tried."""
    try:
        gathered = _gathered(services, due)
    except TooLarge:
        return TOO_LARGE
    except (Refused, Permanent):
        return NO_COPY
    try:
        bag = seal_dossier(gathered, sealing, fonts=services.fonts)
        # On the disk for a moment only, where nobody but the service can look into it.
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            write_checked(Path(folder) / "dossier", bag)
    except NotNow:
        return SILENT if due.tries >= MOST_TRIES else ""
    except NotTaken:
        return REFUSED_STAMP
    except Permanent:
        return NOT_WHOLE
    with transaction(services.engine) as session:
        keep_made(session, services.keyring, due, gathered, bag, now=services.clock())
    return ""


def _gathered(services: Services, due: Due) -> Gathered:
    settings = services.settings
    making = Making(fonts=services.fonts, word_template=settings.word_template)
    again = MadeAgain(
        composer=services.composers[MessageKind.DELIVERY],
        mail_from=settings.mail_from,
        most_bytes=MOST_BYTES,
    )
    with reading(services.engine) as session:
        return gather_dossier(
            session,
            services.keyring,
            due.slug,
            number=due.edition,
            making=making,
            again=again,
            now=services.clock(),
        )
