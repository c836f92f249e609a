"""The delivery certificate: what is known of each sending of an edition and how, and no more (pure)."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from service.delivery.to_members import MemberCount
from service.foundation.canonical import canonical
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

RECORD = "undersigned-certificate-1"


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of the dossier: its path in the bag, its hashes, its bytes in number, and its pages where it has any."""

    path: str
    sha256: str
    sha512: str
    size: int
    pages: int = 0


@dataclass(frozen=True, kw_only=True)
class RungTold:
    """One rung that was reached: its code, the moment, and how it is known."""

    rung: str
    word: Sentence
    at: datetime
    known: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that is known of how a sending went, such as the relay that took it: code, what it is, and the words."""

    code: str
    what: Sentence
    says: str


@dataclass(frozen=True, kw_only=True)
class SendingTold:
    """One sending: to whom, by which way, how far it came, and what is known of it; `files` are those that it brought."""

    office: str
    channel: str
    copy: str
    check_code: str
    state: DeliveryState
    word: Sentence
    rungs: Sequence[RungTold]
    facts: Sequence[Fact]
    files: Sequence[File]


@dataclass(frozen=True, kw_only=True)
class Seals:
    """Who signs the dossier, and who says when it existed; "" where nobody does."""

    signer: str = ""
    signer_sha256: str = ""
    authority: str = ""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What is certified of one edition of a letter; `proofs` are files whose SHA-256 was told before it was made.

    `members` has, in numbers alone, what constituents wrote to their Members. Moments are in UTC. `head` is the end of the chained history of all acts, as `undersigned audit verify` takes it.
    """

    language: str
    slug: str
    title: str
    coalition: str
    edition: int
    kind: str
    fingerprint: str
    revision: int
    revision_sha256: str
    organizations: int
    individuals: int
    frozen_at: datetime
    released_at: datetime
    made_at: datetime
    letters: Sequence[File]
    sendings: Sequence[SendingTold]
    members: Sequence[MemberCount]
    proofs: Sequence[tuple[str, str]]
    head: str
    seals: Seals


def file_of(path: str, data: bytes, *, pages: int = 0) -> File:
    """Describe a file of the dossier."""
    return File(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        sha512=hashlib.sha512(data).hexdigest(),
        size=len(data),
        pages=pages,
    )


def write_utc(moment: datetime) -> str:
    """Write a moment in UTC to the second, the same in every language."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def certificate_json(certificate: Certificate) -> bytes:
    """Write the certificate for machines: canonical JSON (RFC 8785), states and channels by their codes."""
    one = certificate
    return canonical(
        {
            "record": RECORD,
            "letter": one.slug,
            "title": one.title,
            "coalition": one.coalition,
            "edition": {
                "number": one.edition,
                "kind": one.kind,
                "fingerprint": one.fingerprint,
                "revision": one.revision,
                "revision_sha256": one.revision_sha256,
                "frozen_at": _iso(one.frozen_at),
                "released_at": _iso(one.released_at),
            },
            "signatories": {
                "all": one.organizations + one.individuals,
                "organizations": one.organizations,
                "individuals": one.individuals,
            },
            "made_at": _iso(one.made_at),
            "letters": [_file(file) for file in one.letters],
            "sendings": [_sending(sending) for sending in one.sendings],
            "messages_to_members": [asdict(member) for member in one.members],
            "proofs": [{"file": path, "sha256": sha256} for path, sha256 in one.proofs],
            "history_head": one.head,
            "signed": bool(one.seals.signer),
            "signer": one.seals.signer,
            "signer_certificate_sha256": one.seals.signer_sha256,
            "time_stamped": bool(one.seals.authority),
            "time_stamp_authority": one.seals.authority,
        }
    )


def _sending(sending: SendingTold) -> dict[str, Any]:
    return {
        "office": sending.office,
        "channel": sending.channel,
        "copy": sending.copy,
        "check_code": sending.check_code,
        "state": sending.state.value,
        "rungs": [{"rung": rung.rung, "at": _iso(rung.at), "known": rung.known} for rung in sending.rungs],
        "facts": [{"fact": fact.code, "says": fact.says} for fact in sending.facts],
        "files": [_file(file) for file in sending.files],
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "file": file.path,
        "sha256": file.sha256,
        "sha512": file.sha512,
        "bytes": file.size,
        "pages": file.pages,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
