"""An annex for whoever holds a personal link to a page that shows the letter: who may read the text may read that, too."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session

from service.campaigns.enclosures import annex_bytes
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.link_token import Purpose
from service.signing.change import look_at_change
from service.signing.confirm import look_at_confirmation
from service.signing.invitation import look_at_invitation
from service.signing.page import LetterView
from service.store.keyring import Keyring
from service.store.links import find_link

_Look = Callable[[Session, Keyring, str, datetime], LetterView]
_LOOKS: Mapping[Purpose, _Look] = {
    Purpose.INVITATION: lambda session, keyring, token, now: (
        look_at_invitation(session, keyring, token=token, now=now).letter
    ),
    Purpose.CONFIRM: lambda session, keyring, token, now: (
        look_at_confirmation(session, keyring, token=token, now=now).letter
    ),
    Purpose.CHANGE: lambda session, keyring, token, now: (
        look_at_change(session, keyring, token=token, now=now).letter
    ),
}


def annex_behind_link(
    session: Session, keyring: Keyring, purpose: Purpose, *, token: str, place: int, now: datetime
) -> tuple[str, bytes]:
    """Give the letter's slug and its annex, counted from 1, of the page that this link opens.

    Raises NotFound for a link that opens nothing, as the page itself does, and for an annex that is not there.
    """
    letter = _LOOKS[purpose](session, keyring, token, now)
    if not 1 <= place <= len(letter.annexes):
        raise NotFound(Sentence("This link does not open anything."))
    campaign_id = find_link(session, token, purpose).campaign_id
    return letter.slug, annex_bytes(session, keyring, campaign_id, letter.annexes[place - 1])
