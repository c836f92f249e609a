"""Ask a time-stamp authority to say that some bytes existed, and believe its answer no further than it goes (RFC 3161)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from service.delivery.asking import Answer, Asking
from service.delivery.dossier import der
from service.delivery.parcel import Exchange, NotNow, NotTaken

Nonce = Callable[[], int]
"""Gives a number of 63 random bits, another one each time."""

_SHA512 = "2.16.840.1.101.3.4.2.3"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_GRANTED = frozenset({0, 1})
_ASKS, _ANSWERS = "application/timestamp-query", "application/timestamp-reply"
_OK, _THROTTLED, _SERVER_FAULT = 200, 429, 500
_BUSY = "The time-stamp authority answered {status} and may answer later; no dossier was written."
_NO_STAMP = "The time-stamp authority gave no time-stamp: {why}. No dossier was written."


@dataclass(frozen=True, kw_only=True)
class TimeStamp:
    """What an authority answered, whole, and the moment that stands in it. Nobody has checked its signature yet."""

    answer: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A time-stamp authority: its address, and the certificates by which its answers are checked (PEM)."""

    url: str
    certificates: bytes


def ask_for_stamp(data: bytes, authority: Authority, *, asking: Asking, nonce: Nonce) -> TimeStamp:
    """Have the SHA-512 of some bytes stamped; nothing else of them leaves.

    Raises NotNow where the authority cannot be reached or asks for patience, NotTaken where it refuses, or its answer is
    not one to this question.
    """
    number = nonce()
    asked = asking.ask(
        "POST",
        authority.url,
        headers={"Content-Type": _ASKS, "Accept": _ANSWERS},
        body=write_query(hashlib.sha512(data).digest(), nonce=number),
        # To stamp the same bytes once more changes nothing anywhere.
        may_repeat=True,
    )
    # What is kept as evidence is the answer itself, which is not text.
    exchange = Exchange(asked=asked.exchange.asked, status=asked.status)
    _refuse_status(asked, exchange)
    try:
        return read_answer(asked.body, digest=hashlib.sha512(data).digest(), nonce=number)
    except ValueError as error:
        raise NotTaken(_NO_STAMP.format(why=error), exchange=exchange) from error


def write_query(digest: bytes, *, nonce: int) -> bytes:
    """Write the question about a SHA-512 (RFC 3161, section 2.4.1): with a nonce, the certificates asked for (pure)."""
    algorithm = der.write(der.SEQUENCE, der.write_oid(_SHA512), der.write(der.NULL))
    imprint = der.write(der.SEQUENCE, algorithm, der.write(der.OCTETS, digest))
    wants_certificates = der.write(der.BOOLEAN, b"\xff")
    return der.write(der.SEQUENCE, der.write_number(1), imprint, der.write_number(nonce), wants_certificates)


def read_answer(answer: bytes, *, digest: bytes, nonce: int) -> TimeStamp:
    """Read the answer to a question about this digest with this nonce (RFC 3161, section 2.4.2; pure).

    Raises ValueError, in words that follow a colon, where it is no time-stamp or one of something else. Whether the
    authority has signed it is not looked at here.
    """
    try:
        status, *token = der.read(answer).parts()
        is_granted = status.parts()[0].number in _GRANTED
        info = _info(token[0]) if is_granted and token else ()
    except (ValueError, IndexError) as error:
        raise ValueError("its answer cannot be read") from error
    if not info:
        raise ValueError("it refused")
    try:
        # Version, policy, imprint, serial number, time; then what may be absent, the nonce a number among it.
        (_, _, imprint, _, time, *rest) = info
        found = imprint.parts()[1].content
        numbers = [value.number for value in rest if value.tag == der.INTEGER]
        at = _moment(time)
    except (ValueError, IndexError) as error:
        raise ValueError("its answer cannot be read") from error
    if found != digest or numbers != [nonce]:
        raise ValueError("it is one of something else")
    return TimeStamp(answer=answer, at=at)


def _refuse_status(asked: Answer, exchange: Exchange) -> None:
    if asked.status == _THROTTLED or asked.status >= _SERVER_FAULT:
        raise NotNow(_BUSY.format(status=asked.status), exchange=exchange)
    if asked.status != _OK:
        raise NotTaken(_NO_STAMP.format(why=f"it answered {asked.status}"), exchange=exchange)


def _info(token: der.Value) -> tuple[der.Value, ...]:
    """Open a token down to what it says: signed data (RFC 5652, section 5.1) around TSTInfo."""
    kind, signed = token.parts()
    _, _, wrapped, *_ = signed.parts()[0].parts()
    inner, content = wrapped.parts()
    if kind != der.read(der.write_oid(_SIGNED_DATA)) or inner != der.read(der.write_oid(_TST_INFO)):
        raise ValueError("This is no time-stamp.")
    return der.read(content.parts()[0].content).parts()


def _moment(time: der.Value) -> datetime:
    whole, _, part = time.content.decode("ascii").removesuffix("Z").partition(".")
    if time.tag != der.TIME or not time.content.endswith(b"Z"):
        raise ValueError("This is no time.")
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return at.replace(microsecond=int(f"{part:0<6}"[:6])) if part else at
