"""As the secretariat I restyle the Word file of one letter, and what was frozen before keeps the look that it had."""

import io
import zipfile
from datetime import date
from email import policy
from email.parser import BytesParser

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.campaigns.contents import open_file
from service.campaigns.drafting import duplicate_letter
from service.campaigns.queries import get_campaign
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.word_package import clean_template, open_template, pack, shipped_template
from service.model.audit_event import AuditEvent
from service.model.edition import Edition
from service.model.enclosure import Enclosure, EnclosureKind
from service.signing.roll import frozen_letter, letter_as_it_stands
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of

STYLES, DOCUMENT = "word/styles.xml", "word/document.xml"
OURS = b'<w:sz w:val="34"/>'
TWO = letter_file(more='admit = "everyone"').replace(
    b'channels = ["email"]', b'channels = ["email"]\nformats = ["pdf", "docx"]'
)
NAMED = b'\n[letterhead]\nword_template = "mine.docx"\n'


def restyled(size: int = 51) -> bytes:
    """Give our template with titles of another size."""
    parts = open_template(shipped_template())
    assert OURS in parts[STYLES]
    return pack(
        {**parts, STYLES: parts[STYLES].replace(OURS, b'<w:sz w:val="%d"/>' % size)}, day=date(2026, 2, 3)
    )


def without_block() -> bytes:
    """Give our template without the place where the names stand."""
    parts = open_template(shipped_template())
    return pack(
        {**parts, DOCUMENT: parts[DOCUMENT].replace(b"signatories", b"closing")}, day=date(2026, 2, 3)
    )


def with_macros() -> bytes:
    return pack({**open_template(shipped_template()), "word/vbaProject.bin": b"x"}, day=date(2026, 2, 3))


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    coalition.load(TWO)
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def bring(olga: AtTheDesk, data: bytes) -> TestResponse:
    return olga.post("files/word", {"csrf": olga.mark(), "word": (io.BytesIO(data), "mine.docx")})


def drop(olga: AtTheDesk) -> TestResponse:
    return olga.post("files/word", {"csrf": olga.mark(), "wish": "drop"})


def size_of_titles(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        styles = package.read(STYLES).decode()
    title = styles.partition('w:styleId="Title"')[2]
    return title.partition('<w:sz w:val="')[2].partition('"')[0]


def docx_now(coalition: Coalition) -> bytes:
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        letter = letter_as_it_stands(session, coalition.keyring, campaign, now=coalition.now)
    return compile_copy(make_copy(letter, audience="full", office=None), form="docx").data


def docx_of(coalition: Coalition, number: int) -> bytes:
    with reading(coalition.engine) as session:
        edition = session.exec(select(Edition).where(Edition.number == number)).one()
        letter = frozen_letter(session, coalition.keyring, edition)
    # The office's own copy, as its mail has it.
    return compile_copy(make_copy(letter, audience="full", office=letter.offices[0]), form="docx").data


def test_our_template_is_saved_restyled_and_used_by_this_letter_alone(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    ours = olga.open("files/ours.docx")
    assert ours.data == shipped_template()
    coalition.load(TWO.replace(SLUG.encode(), b"other-letter"))

    page = olga.follow(bring(olga, restyled()))

    assert "The letter was made with it once" in words_of(page)
    assert size_of_titles(docx_now(coalition)) == "51"
    with reading(coalition.engine) as session:
        other = get_campaign(session, "other-letter")
        letter = letter_as_it_stands(session, coalition.keyring, other, now=coalition.now)
    plain = compile_copy(make_copy(letter, audience="full", office=None), form="docx").data
    assert size_of_titles(plain) == "34"
    # It comes back as it was made anew of what was brought.
    link = page.text.partition("Download this letter")[0].rpartition('href="')[2].partition('"')[0]
    assert olga.open(link).data == clean_template(restyled())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose the Word template."),
        (b"no zip", "is no .docx file"),
        (with_macros(), "holds macros"),
        (without_block(), "must hold each of these once"),
    ],
)
def test_what_the_letter_cannot_be_made_with_is_not_taken(
    coalition: Coalition, olga: AtTheDesk, data: bytes, told: str
) -> None:
    bring(olga, restyled())

    answer = bring(olga, data)

    assert answer.status_code == 422
    assert told in words_of(answer)
    assert size_of_titles(docx_now(coalition)) == "51"


def test_a_frozen_edition_keeps_its_look_and_the_mail_its_bytes(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(TWO + NAMED, {"mine.docx": restyled()})
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    before = docx_of(coalition, 1)

    bring(olga, restyled(61))
    coalition.approve_all().release()
    coalition.deliver_mail()

    assert size_of_titles(before) == "51"
    assert docx_of(coalition, 1) == before
    assert size_of_titles(docx_now(coalition)) == "61"
    (mail,) = [one for one in coalition.postbox.kept if one.rcpt_to == "president@office.example"]
    files = BytesParser(policy=policy.default).parsebytes(mail.data).iter_attachments()
    assert before in [part.get_content() for part in files]


def test_it_is_taken_away_again(coalition: Coalition, olga: AtTheDesk) -> None:
    bring(olga, restyled())

    page = olga.follow(drop(olga))

    assert "look as those of all letters again" in words_of(page)
    assert size_of_titles(docx_now(coalition)) == "34"
    assert "Take this letter" not in page.text
    with reading(coalition.engine) as session:
        file = open_file(session, coalition.keyring, get_campaign(session, SLUG))
    # What is not said stands in no record: the version before does not know it.
    assert "word_template" not in file.as_record()["letterhead"]


def test_settings_and_a_copy_of_the_letter_keep_it(coalition: Coalition, olga: AtTheDesk) -> None:
    bring(olga, restyled())

    olga.send("settings", {"letterhead__lines": "1 River Street"}, having="letterhead__lines")
    with transaction(coalition.engine) as session:
        duplicate_letter(
            session,
            coalition.keyring,
            SLUG,
            new_slug="next-letter",
            owner_id=olga.colleague.id,
            by="test",
            now=coalition.now,
        )

    assert size_of_titles(docx_now(coalition)) == "51"
    with reading(coalition.engine) as session:
        kept = select(Enclosure).where(Enclosure.kind == EnclosureKind.WORD)
        assert len(session.exec(kept).all()) == 2


def test_the_history_tells_of_a_change_after_the_text_was_final(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(TWO)

    bring(olga, restyled())

    with reading(coalition.engine) as session:
        acts = session.exec(select(AuditEvent.act)).all()
    assert acts.count("campaign.word") == 1
    assert "Changed the look of the letter's Word files" in words_of(olga.open("history")).replace("’", "'")
