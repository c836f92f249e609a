"""Give codes to a device: the secret as a picture and as text, and the first code as proof; nothing is kept before."""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta

from service.campaigns.coordinator_mail import SERVICE
from service.coordinators.codes import enrolment_address, make_secret
from service.foundation.errors import Permanent
from service.foundation.sealing import Place
from service.letter.qr import qr_svg
from service.web.render import TrustedHtml
from service.web.services import services

_LIVES = timedelta(hours=1)
_LONGEST = 4000
_GROUP = 4


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What was chosen so far of what lets a coordinator in; a page carries it, sealed, to its next form."""

    secret: str
    name: str = ""
    verifier: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The secret as a device takes it: a picture, the text to type, and an address for a device that reads this page."""

    picture: TrustedHtml
    text: str
    address: str


def begin(*, name: str = "", verifier: str = "") -> Begun:
    """Begin with a new secret."""
    return Begun(secret=make_secret(), name=name, verifier=verifier)


def show(begun: Begun, *, email: str) -> Shown:
    """Show a secret to its device."""
    address = enrolment_address(begun.secret, email=email, issuer=SERVICE)
    text = " ".join(begun.secret[at : at + _GROUP] for at in range(0, len(begun.secret), _GROUP))
    # The picture is all ours: squares, and no word of anybody.
    return Shown(picture=TrustedHtml(qr_svg(address)), text=text, address=address)


def write(begun: Begun, *, owner: str) -> str:
    """Seal what was begun for the next form of the same owner: an account, or an invitation."""
    at = int(services().now().timestamp())
    text = json.dumps([at, begun.secret, begun.name, begun.verifier])
    return base64.urlsafe_b64encode(services().keyring.desk.seal(text, place=_place(owner))).decode()


def read(written: str, *, owner: str) -> Begun | None:
    """Open what was begun; None for anything else, for another owner, or after an hour."""
    if len(written) > _LONGEST:
        return None
    try:
        text = services().keyring.desk.open(base64.urlsafe_b64decode(written), place=_place(owner))
        at, secret, name, verifier = json.loads(text)
    except (Permanent, ValueError):
        return None
    is_fresh = 0 <= services().now().timestamp() - at <= _LIVES.total_seconds()
    return Begun(secret=secret, name=name, verifier=verifier) if is_fresh else None


def _place(owner: str) -> Place:
    return Place(table="begun", column="factors", row=owner)
