"""The delivery certificate on paper: its words in the letter's language, set as a PDF in the manner of the letters."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from service.delivery.channel_words import channel_word
from service.delivery.dossier.certificate import Certificate, File, SendingTold, write_utc
from service.delivery.to_members import MemberCount
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.formats import direction, isolate
from service.i18n.words import count_signatories, words_or_english
from service.letter.edition import plain
from service.letter.fonts import Fonts
from service.letter.paper import is_tall
from service.letter.render_pdf import Limits, typeset
from service.model.states import DeliveryState

_LABEL = Sentence("Delivery certificate")
_LEAD = Sentence(
    "{coalition} sent this letter. This paper says of each sending how far it is known to have come and how that is known,"
    " and never more. All times are in UTC."
)
_LETTER, _SENDINGS = Sentence("The letter"), Sentence("The sendings")
_BY = Sentence("Sent by", context="which coalition has sent a letter")
_EDITION = Sentence("Edition", context="of the letter as it was sent")
_EDITION_IS = Sentence("{number}, on version {revision} of the text")
_SIGNATORIES = Sentence("Signatories")
_FROZEN, _RELEASED = Sentence("Frozen", context="an edition"), Sentence("Released", context="an edition")
_FINGERPRINT = Sentence("Fingerprint of the edition (SHA-256)")
_FILE = Sentence("File")
_FILE_IS, _SIZE_IS = Sentence("Pages: {pages}; bytes: {size}"), Sentence("Bytes: {size}")
_CHANNEL, _COPY = Sentence("Way of sending"), Sentence("Copy", context="full or public")
_COPIES = {
    "full": Sentence("full, with names that are not for publication"),
    "public": Sentence("public"),
}
_STATE = Sentence("How far it came")
# What a state proves, and what it does not: a word alone could be taken for more.
_MEANS = {
    DeliveryState.HANDED_OVER: (
        Sentence(
            "Somebody took it over from the coalition: its mail relay, a service, or whoever brings it. That it reached the"
            " office is not known."
        ),
    ),
    DeliveryState.ACCEPTED: (
        Sentence(
            "It was passed on, to a further server or to the post. That it reached the office is not known."
        ),
    ),
    DeliveryState.DELIVERED: (Sentence("It is reported to have arrived. That it was read is not known."),),
}
_CHECK_CODE = Sentence("Check code of the copy")
_RUNG = Sentence("Step", context="of a sending")
_WHEN = Sentence("When (UTC)")
_KNOWN = Sentence("How it is known")
_NO_RUNG = Sentence("No step of this sending is proved.")
_NO_SENDING = Sentence("This edition was released, and nothing of it was to be sent.")
_MEMBERS = Sentence("Constituents’ messages to their Members")
_EACH_IS = Sentence(
    "Each is one signatory’s own. Who wrote, and from where, only the office is told; here are the numbers."
)
_MEMBER_HAS = Sentence(
    "Released: {released}. Accepted: {accepted}. On their way: {on_their_way}. In doubt: {in_doubt}. Not accepted:"
    " {not_accepted}. Stopped: {stopped}."
)
_SEALS = Sentence("Signature and time-stamp")
_SIGNED = Sentence(
    "The list of all files and their hashes is signed (detached CMS signature) by the certificate of {name}, SHA-256"
    " {sha256}. Whoever checks it should have that certificate from the coalition itself."
)
_NOT_SIGNED = Sentence(
    "This dossier is not signed: nobody can tell from it alone who made it. Ask the coalition for the SHA-256 of"
    " manifest-sha512.txt."
)
_STAMPED = Sentence(
    "The same list bears a time-stamp (RFC 3161) of the authority {url}: it says since when the dossier exists as it is."
)
_NOT_STAMPED = Sentence(
    "This dossier has no time-stamp: since when it exists as it is rests on the coalition's word."
)
_HISTORY = Sentence("Head of the chained history of all acts")
_CHECK = Sentence("How to check it")
_CHECK_HOW = Sentence(
    "This paper is one file of a dossier, a BagIt bag (RFC 8493). In the dossier's folder each of these commands finds"
    " every file that was changed or removed; the third also finds every file that was added:"
)
_CHECK_SIGNATURE = Sentence("The signature, with the coalition's certificate in signer.pem:")
_CHECK_STAMP = Sentence("The time-stamp:")
COMMANDS = (
    "sha256sum --check --quiet manifest-sha256.txt tagmanifest-sha256.txt",
    "bagit.py --validate .",
    "python3 verify.py",
)
SIGNATURE_COMMAND = (
    "openssl cms -verify -binary -inform DER -in manifest-sha512.txt.p7s \\",
    "  -content manifest-sha512.txt -CAfile signer.pem \\",
    "  -purpose any -out /dev/null",
)
STAMP_COMMAND = (
    "openssl ts -verify -data manifest-sha512.txt \\",
    "  -in manifest-sha512.txt.tsr -CAfile timestamp-authority.pem",
)
_HALF = 64


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing to know: what it is (or nothing), and its lines; `is_code` for hashes and commands."""

    what: str = ""
    lines: tuple[str, ...]
    is_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """Things to know that belong together, and where there is one, a table under them, its first row being its head."""

    heading: str
    level: int = 2
    rows: tuple[Row, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The certificate in words, in one language."""

    language: str
    coalition: str
    label: str
    title: str
    lead: str
    parts: tuple[Part, ...]


def certificate_paper(certificate: Certificate, *, language: str) -> Paper:
    """Put a certificate into words."""
    speech = _Speech(language=language)
    return Paper(
        language=language,
        coalition=certificate.coalition,
        label=speech.say(_LABEL),
        title=speech.own(certificate.title),
        lead=speech.say(_LEAD.with_values(coalition=certificate.coalition)),
        parts=tuple(_parts(certificate, speech)),
    )


def render_certificate(paper: Paper, *, fonts: Fonts, at: int) -> bytes:
    """Set it as PDF/A-2a and PDF/UA-1, dated `at` in seconds of the epoch; a character that no font has becomes "?".

    Evidence is in the words of whoever gave it, and a dossier is not to fail by them. Raises Permanent where the
    typesetter breaks down.
    """
    data = _printable(plain(paper), fonts)
    texts = tuple(_texts(data))
    told = {**data, "direction": direction(paper.language), "tall": any(map(is_tall, texts))}
    job = {
        "inputs": {"certificate": json.dumps(told, ensure_ascii=False)},
        "profile": "mail",
        "densities": ["0"],
        "timestamp": at,
    }
    return typeset(job, files=fonts.needed(texts), limits=Limits(), templates=("dossier/certificate.typ",))


@dataclass(frozen=True, kw_only=True)
class _Speech:
    """How one language says our words, and keeps those of others and moments apart from them."""

    language: str

    def say(self, words: object) -> str:
        return str(catalogue(self.language).say(words))

    def own(self, text: str) -> str:
        return isolate(text, within=self.language)

    def when(self, moment: datetime) -> str:
        return self.own(write_utc(moment))


def _parts(one: Certificate, speech: _Speech) -> Iterator[Part]:
    say, words = speech.say, words_or_english(speech.language)
    edition = _EDITION_IS.with_values(number=one.edition, revision=one.revision)
    yield Part(
        heading=say(_LETTER),
        rows=(
            Row(what=say(_BY), lines=(speech.own(one.coalition),)),
            Row(what=say(_EDITION), lines=(say(edition),)),
            Row(
                what=say(_SIGNATORIES), lines=(count_signatories(one.organizations, one.individuals, words),)
            ),
            Row(what=say(_FROZEN), lines=(speech.when(one.frozen_at),)),
            Row(what=say(_RELEASED), lines=(speech.when(one.released_at),)),
            Row(what=say(_FINGERPRINT), lines=(one.fingerprint,), is_code=True),
            *(row for file in one.letters for row in _file_rows(file, speech)),
        ),
    )
    yield Part(heading=say(_SENDINGS), rows=() if one.sendings else (Row(lines=(say(_NO_SENDING),)),))
    yield from (_sending(sending, speech) for sending in one.sendings)
    if one.members:
        rows = (_member(member, speech) for member in one.members)
        yield Part(heading=say(_MEMBERS), rows=(Row(lines=(say(_EACH_IS),)), *rows))
    yield Part(heading=say(_SEALS), rows=tuple(_seals(one, speech.say)))
    yield Part(heading=say(_CHECK), rows=tuple(_how_to_check(one, speech.say)))


def _file_rows(file: File, speech: _Speech) -> tuple[Row, ...]:
    say = speech.say
    size = _SIZE_IS.with_values(size=file.size)
    pages = _FILE_IS.with_values(pages=file.pages, size=file.size)
    return (
        Row(what=say(_FILE), lines=(speech.own(file.path), say(pages if file.pages else size))),
        Row(what="SHA-256", lines=(file.sha256,), is_code=True),
        Row(what="SHA-512", lines=(file.sha512[:_HALF], file.sha512[_HALF:]), is_code=True),
    )


def _sending(sending: SendingTold, speech: _Speech) -> Part:
    say = speech.say
    rungs = tuple((say(rung.word), speech.when(rung.at), speech.own(rung.known)) for rung in sending.rungs)
    rows = [
        Row(what=say(_STATE), lines=(say(sending.word), *map(say, _MEANS.get(sending.state, ())))),
        Row(what=say(_CHANNEL), lines=(say(channel_word(sending.channel)),)),
        Row(what=say(_COPY), lines=(say(_COPIES[sending.copy]),)),
        Row(what=say(_CHECK_CODE), lines=(sending.check_code,), is_code=True),
        *(
            Row(what=say(fact.what), lines=(speech.own(fact.says),), is_code=fact.code.endswith("sha256"))
            for fact in sending.facts
        ),
        *(row for file in sending.files for row in _file_rows(file, speech)),
        *(() if rungs else (Row(lines=(say(_NO_RUNG),)),)),
    ]
    return Part(
        heading=speech.own(sending.office),
        level=3,
        rows=tuple(rows),
        table=((say(_RUNG), say(_WHEN), say(_KNOWN)), *rungs) if rungs else (),
    )


def _member(member: MemberCount, speech: _Speech) -> Row:
    has = _MEMBER_HAS.with_values(**asdict(member))
    way = speech.say(channel_word(member.channel))
    return Row(what=speech.own(member.office), lines=(way, speech.say(has)))


def _seals(one: Certificate, say: Callable[[object], str]) -> Iterator[Row]:
    seals = one.seals
    signed = _SIGNED.with_values(name=seals.signer, sha256=seals.signer_sha256)
    stamped = _STAMPED.with_values(url=seals.authority)
    yield Row(lines=(say(signed if seals.signer else _NOT_SIGNED),))
    yield Row(lines=(say(stamped if seals.authority else _NOT_STAMPED),))
    yield Row(what=say(_HISTORY), lines=(one.head,), is_code=True)


def _how_to_check(one: Certificate, say: Callable[[object], str]) -> Iterator[Row]:
    yield Row(lines=(say(_CHECK_HOW),))
    yield Row(lines=COMMANDS, is_code=True)
    if one.seals.signer:
        yield Row(lines=(say(_CHECK_SIGNATURE),))
        yield Row(lines=SIGNATURE_COMMAND, is_code=True)
    if one.seals.authority:
        yield Row(lines=(say(_CHECK_STAMP),))
        yield Row(lines=STAMP_COMMAND, is_code=True)


def _printable(value: object, fonts: Fonts) -> dict[str, object]:
    """Put "?" in place of what no font can show, as deep as it stands."""

    def show(inner: object) -> object:
        if isinstance(inner, str):
            while cluster := fonts.missing(inner):
                inner = inner.replace(cluster, "?")
            return inner
        if isinstance(inner, dict):
            return {name: show(one) for name, one in inner.items()}
        return [show(one) for one in inner] if isinstance(inner, list) else inner

    shown = show(value)
    assert isinstance(shown, dict)
    return shown


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
