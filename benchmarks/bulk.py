"""Which mail is sent in bulk, and how it is queued: all that changes here when the measured kind does.

It is the update that a coalition sends to all who signed, queued by the verbs behind `undersigned update send`.
"""

import time
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col

from service.model.message import Message, MessageKind
from service.model.states import MessageState, SignatureState
from service.model.update import UpdateAudience
from service.signing.update_words import UpdateWords
from service.signing.updates import post_update, start_update
from service.store.transaction import transaction
from service.wiring import Services

KIND = MessageKind.UPDATE
AUDIENCE = SignatureState.CONFIRMED
IS_OWN_VERB = True
"""Whether the product's own verb queues the mails, so that the promise about its speed can be measured."""

CALL = ""
"""What the letter's page says beside the letter; mails of another kind may need it to be long."""

_BODY = """\
Fourteen people are in prison because they read the height of a river and told their neighbors. In May they are to be \
tried, far from the villages that they warned. This is our letter number {occurrence} about them to you.

**What is new since we last wrote:**

- The ministry has answered our first letter with two lines, and has not said when it will open the archive.
- Two more councils have voted to sign, and a federation of teachers decides next week.
- A printed copy of the letter will be handed over on the square at noon, and whoever can come is welcome.

Please do not write to the court: the lawyers ask that nobody does before they have been let in.
"""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """How many mails were queued, and how many seconds that took to its commit."""

    mails: int
    seconds: float


def queue_bulk(services: Services, slug: str, *, occurrence: int) -> Queued:
    """Queue one mail to each signatory of a letter, committed; another `occurrence` is another mail to the same.

    Of `undersigned update send` it leaves out the look for links that end soon: those of a real audience have lived
    since its sign-ons were confirmed, these signatories have none, and neither posting nor sending reads them.
    """
    began = time.monotonic()
    words = UpdateWords(subject="News of the fourteen", body=_BODY.format(occurrence=occurrence))
    with transaction(services.engine) as session:
        started = start_update(
            session,
            services.keyring,
            slug,
            words,
            audience=UpdateAudience.SIGNATORIES,
            by="bench",
            now=services.clock(),
        )
    mails, last, is_over = 0, None, False
    while not is_over:
        with transaction(services.engine) as session:
            posted = post_update(session, services.keyring, started, after=last, now=services.clock())
        mails, last = mails + posted.new, posted.last
        is_over = last is None
    queued = Queued(mails=mails, seconds=time.monotonic() - began)
    _pass_over_the_canary(services)
    return queued


def _pass_over_the_canary(services: Services) -> None:
    """Let all be due now: the few minutes after the first one in a hundred are no part of how fast mail goes."""
    here = services.clock()
    due = update(Message).where(col(Message.state) == MessageState.QUEUED, col(Message.due_at) > here)
    with transaction(services.engine) as session:
        session.execute(due.values(due_at=here).execution_options(synchronize_session=False))
