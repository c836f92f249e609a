"""The certified message: whose words it has, what lies behind them, and what makes it the same for every try.

`python -m tests.unit.delivery.test_pec_message` writes the golden file.
"""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest

from service.delivery.channels.pec import CHANNEL
from service.delivery.channels.pec.message import (
    Words,
    make_documents,
    message_id,
    part_documents,
    write_message,
)
from service.delivery.channels.pec.settings import read_mailbox
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document, Parcel
from service.foundation.errors import Refused
from service.letter.fonts import Fonts
from tests.doubles.pec_provider import NOW, OFFICE, OURS, make_authority
from tests.letters.twelve import TWELVE

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "pec" / "message.eml"
KEY = "0k5f7t2m9q4z8x1c6v3b0n7l5j2h9g4d"
LETTER = Document(name="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7 the letter")
ANNEX = Document(name="annex 1.pdf", media_type="application/pdf", data=b"%PDF-1.7 an annex")
WORDS = Words(
    subject="Schützt den Fluß",
    text="Sehr geehrte Präsidentin,\n\n.ein Punkt am Anfang\n",
    sender_name="Bündnis für Flüsse",
    language="de",
)


SETTINGS = {
    "address": OURS,
    "smtp_url": "smtps://coalition:s3cret@smtps.pec.provider.example:465",
    "imap_url": "imaps://coalition:s3cret@imaps.pec.provider.example",
    "authorities": make_authority().pem,
}


def mailbox(**others):
    return read_mailbox(SETTINGS | others, now=NOW)


def written(*, now=NOW, files=(LETTER, ANNEX), words=WORDS, **others):
    return write_message(KEY, words, files, mailbox=mailbox(**others), to=OFFICE, now=now)


def test_it_is_one_message_from_our_mailbox_to_one_office_with_the_files_behind_its_words():
    envelope = written(receipt="breve")

    message = email.message_from_bytes(envelope.data, policy=email.policy.default)
    assert (envelope.mail_from, envelope.rcpt_to) == (OURS, OFFICE)
    assert [one.addr_spec for one in message["From"].addresses] == [OURS]
    assert message["From"].addresses[0].display_name == WORDS.sender_name
    assert [one.addr_spec for one in message["To"].addresses] == [OFFICE]
    assert (message["Cc"], message["Bcc"], message["Reply-To"]) == (None, None, None)
    assert message["X-TipoRicevuta"] == "breve"
    assert (message["Subject"], message["Content-Language"]) == (WORDS.subject, "de")
    assert message.get_body().get_content().replace("\r\n", "\n") == WORDS.text
    files = [(one.get_filename(), one.get_content()) for one in message.iter_attachments()]
    assert files == [(LETTER.name, LETTER.data), (ANNEX.name, ANNEX.data)]


def test_every_try_has_the_same_number_and_the_same_moment_the_same_bytes():
    later = written(now=NOW + timedelta(hours=1))

    assert written().data == written().data
    assert later.message_id == written().message_id == f"<{message_id(KEY, mailbox())}>"
    assert later.data != written().data


def test_a_relay_is_asked_for_no_reports_beside_the_receipts():
    assert written().notify == ""


def test_the_frozen_documents_give_back_what_they_were_made_of():
    documents = make_documents(WORDS, LETTER, ANNEX)

    assert documents[0] == LETTER
    assert part_documents(documents) == (WORDS, (LETTER, ANNEX))
    assert part_documents([LETTER]) == (None, (LETTER,))
    assert make_documents(WORDS, LETTER) == make_documents(WORDS, LETTER)


def test_a_mailbox_whose_domain_has_other_letters_is_written_in_ascii():
    envelope = written(address="koalition@pec.flüsse.example")

    assert envelope.mail_from == "koalition@pec.xn--flsse-lva.example"
    assert envelope.message_id.endswith("@pec.xn--flsse-lva.example>")


def test_it_reads_as_it_was_looked_at():
    assert written().data == GOLDEN.read_bytes()


def test_of_a_copy_the_letter_comes_first_and_its_words_are_the_text():
    copy = TWELVE["forty-asks"].copy

    documents = CHANNEL.documents(
        copy, {"cover_note": "By certified mail, as agreed."}, Making(fonts=Fonts())
    )

    words, files = part_documents(documents)
    assert documents[0].media_type == "application/pdf"
    assert documents[0].data.startswith(b"%PDF")
    assert files == tuple(documents[:-1])
    assert words.text.startswith("By certified mail, as agreed.")
    assert copy.lines[0].name in words.text
    assert (words.subject, words.sender_name, words.language) == (copy.text.title, copy.coalition, "en-GB")


def test_what_does_not_fit_is_found_in_the_very_parcel_before_anything_leaves():
    def found(**others):
        given = {
            "key": KEY,
            "details": {"pec": OFFICE},
            "settings": SETTINGS,
            "documents": make_documents(WORDS, LETTER),
        }
        return CHANNEL.examine_parcel(Parcel(**{**given, **others}))

    large = Document(name="large.pdf", media_type="application/pdf", data=bytes(23_000_000))
    assert found() == ()
    assert [(one.rule.id, one.forbids) for one in found(documents=make_documents(WORDS, LETTER, large))] == [
        ("size", True)
    ]
    for other in ({"details": {}}, {"settings": {}}, {"documents": (LETTER,)}):
        with pytest.raises(Refused):
            found(**other)


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_bytes(written().data)
