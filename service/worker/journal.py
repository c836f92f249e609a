"""Open this sender's journal, and find out whether it agrees with the database, before anything is sent."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.foundation.errors import Refused
from service.mail.journal import Journal, Standing
from service.mail.journal_places import look_at_others, open_free
from service.mail.sending import check_journal, is_stranger
from service.store.transaction import transaction
from service.wiring import Services

_STRANGER = (
    "This database has sent mail, and JOURNAL_DIR {folder} knows nothing of it. If this machine joins others that send from it,"
    " say `undersigned worker --join`, once. If the journal is lost or the database was restored, run `undersigned outbox"
    " resume --check` first."
)


@contextlib.contextmanager
def journal_open(services: Services) -> Iterator[tuple[Services, str | None]]:
    """Hold the journal until the block ends; gives the services with it, and the sentence where sending is held.

    What was in submission must not be settled before this: after a restore it is settled otherwise.
    """
    folder = services.settings.journal_dir
    with contextlib.closing(Journal(folder)) as journal:
        # They are read before the database is asked, which is then never behind one that is written meanwhile.
        beside = look_at_others(folder, folder)
        yield _checked(services, journal, beside, joins=False)


@contextlib.contextmanager
def journal_of_many(services: Services, *, joins: bool) -> Iterator[tuple[Services, str | None]]:
    """Hold a journal that no other process holds, as journal_open() does with the only one.

    Raises Refused where the place is new to a database that has sent mail, unless a person says that it `joins`.
    """
    folder = services.settings.journal_dir
    journal, own = open_free(folder)
    with contextlib.closing(journal):
        beside = look_at_others(folder, own)
        with transaction(services.engine) as session:
            if not joins and is_stranger(session, journal.standing, beside):
                raise Refused(_STRANGER.format(folder=folder))
        yield _checked(services, journal, beside, joins=joins)


def _checked(
    services: Services, journal: Journal, beside: Sequence[Standing], *, joins: bool
) -> tuple[Services, str | None]:
    with transaction(services.engine) as session:
        held = check_journal(session, journal.standing, now=services.clock(), beside=beside, joins=joins)
    return replace(services, sender=replace(services.sender, journal=journal)), held
