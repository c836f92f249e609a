"""The README of a dossier: what lies where, for whom it is, and how to check it without us (pure)."""

from collections.abc import Iterator

from service.delivery.dossier.certificate import Certificate
from service.delivery.dossier.paper import COMMANDS, SIGNATURE_COMMAND, STAMP_COMMAND
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.mail.compose import wrap_lines

_LEAD = Sentence(
    "This folder is the dossier of a letter that {coalition} has sent: what was sent, to whom, how far it is known to have"
    " come, and how that is known."
)
_FOR_WHOM = Sentence(
    "It belongs to the coalition. It holds names that are not for publication: give nobody more of it than they may see. The"
    " certificate in {file} names no signatory."
)
_BEGIN = Sentence("Where to begin")
_FILES = (
    ("data/certificate.pdf", Sentence("what is known of each sending, on paper")),
    ("data/certificate.json", Sentence("the same for machines")),
    ("data/letter/", Sentence("the letter in every form, as the addressee and as the public may see it")),
    ("data/annexes/", Sentence("what was enclosed, where anything was")),
    (
        "data/sendings/",
        Sentence(
            "each sending: its steps, the copy it carried, its mail where that could be made again to the byte, what was"
            " asked and answered, and the receipts that came"
        ),
    ),
    ("data/members/", Sentence("what constituents wrote to their Members, in numbers, where any did")),
    ("data/answers/", Sentence("what the offices have answered, where any has")),
    ("data/log.jsonl", Sentence("every step of every sending with its evidence")),
    (
        "data/evidence.json",
        Sentence("who approved and released the letter, and all that is known of its sendings"),
    ),
    ("data/edition.json", Sentence("which edition of the letter this is")),
    ("data/history.json", Sentence("the head of the chained history of all acts")),
)
_CHECK = Sentence("How to check it, in this folder and without the coalition's service")
_SIGNATURE = Sentence(
    "The signature, with the coalition's certificate, had from the coalition itself, in signer.pem:"
)
_NOT_SIGNED = Sentence(
    "This dossier is NOT SIGNED: nobody can tell from it alone who made it. Ask the coalition for the SHA-256 of"
    " manifest-sha512.txt."
)
_STAMP = Sentence("The time-stamp, by the authority whose certificate lies in timestamp-authority.pem:")
_NOT_STAMPED = Sentence(
    "This dossier is NOT TIME-STAMPED: since when it exists as it is rests on the coalition's word."
)


def write_read_me(certificate: Certificate) -> bytes:
    """Write it in the certificate's language, in lines of 76 columns."""
    return wrap_lines("\n".join(_lines(certificate))).encode()


def _lines(certificate: Certificate) -> Iterator[str]:
    spoken, seals = catalogue(certificate.language), certificate.seals

    def say(sentence: Sentence) -> str:
        return str(spoken.say(sentence))

    yield from (certificate.title, "")
    yield from (say(_LEAD.with_values(coalition=certificate.coalition)), "")
    yield from (say(_FOR_WHOM.with_values(file="data/certificate.pdf")), "")
    yield from (say(_BEGIN), "", *(f"- {path}: {say(holds)}" for path, holds in _FILES), "")
    yield from (say(_CHECK), "", *_set_in(COMMANDS), "")
    yield from (say(_SIGNATURE), "", *_set_in(SIGNATURE_COMMAND)) if seals.signer else (say(_NOT_SIGNED),)
    yield ""
    yield from (say(_STAMP), "", *_set_in(STAMP_COMMAND)) if seals.authority else (say(_NOT_STAMPED),)


def _set_in(lines: tuple[str, ...]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
