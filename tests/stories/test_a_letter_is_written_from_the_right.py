"""As a coalition that writes in Persian I want my letter to be a Persian letter, on the page and in every file."""

import re

import pytest
from sqlmodel import select

from service.campaigns.file import read_campaign_file, revision_record
from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.edition import Edition
from service.letter.fit_text import Limit
from service.model.edition import Edition as EditionRow
from service.model.signature import Kind
from service.signing.change import look_at_change
from service.signing.roll import frozen_letter, letter_as_it_stands
from service.store.transaction import reading
from tests.changing import TAKES_ALL, file_of, revised
from tests.coalition import Coalition
from tests.letters.pdf_reader import read_letter
from tests.stories.visitor import letter_page, words_of
from tests.unit.i18n.test_letter_words import WELSH
from tests.unit.letter.word_file import parts_of, said_in

PERSIAN = (
    (b"Keep the river open", "رودخانه را باز نگه دارید".encode()),
    (b"Dear President Example,", "جناب آقای رئیس‌جمهور،".encode()),
    (b"The river at the Basin Summit", "رودخانه در نشست حوضه".encode()),
    (
        b"On behalf of ((signatories)) we write to you about the river.",
        "به نمایندگی از ((signatories)) می‌نویسیم.".encode(),
    ),
    (b"We urge you to:", "از شما می‌خواهیم:".encode()),
    (b"Open the archives.", "بایگانی‌ها را بگشایید.".encode()),
    (b"Invite the villages.", "روستاها را دعوت کنید.".encode()),
    (b"Thank you.", "سپاسگزاریم.".encode()),
    (b"Respectfully,", "با احترام،".encode()),
)
IN_PERSIAN = f'{TAKES_ALL}\nlanguage = "fa"'
IN_WELSH = f'{TAKES_ALL}\nlanguage = "cy"'
WELSH_WORDS = "[letter.words]\n" + "\n".join(f'{key} = "{word}"' for key, word in WELSH)


@pytest.fixture
def persian(coalition: Coalition) -> Coalition:
    """Give a letter in Persian that two organizations and a person have signed."""
    coalition.open(file_of(*PERSIAN, more=IN_PERSIAN))
    coalition.sign_and_confirm("انجمن رودخانه\u200cهای آزاد", email="a@members.example")
    coalition.sign_and_confirm("Lake Alliance (Berlin)", email="b@members.example")
    return coalition.sign_and_confirm("لیلا نمونه", email="c@members.example", kind=Kind.PERSON)


def letter_of(coalition: Coalition) -> Edition:
    with reading(coalition.engine) as session:
        return letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)


def test_every_file_of_the_letter_runs_from_the_right(persian):
    copy = make_copy(letter_of(persian), audience="public", office=None)

    pdf = read_letter(compile_copy(copy, form="pdf").data)
    word = compile_copy(copy, form="docx").data
    text = compile_copy(copy, form="txt").data.decode()
    html = compile_copy(copy, form="html").data.decode()

    assert pdf.language == "fa"
    assert b"/R2L" in compile_copy(copy, form="pdf").data
    assert "با احترام،" in pdf.text
    assert 'w:lang w:bidi="fa"' in parts_of(word)["word/styles.xml"].decode()
    assert "<w:bidi/>" in parts_of(word)["word/styles.xml"].decode()
    assert "۲ سازمان امضاکننده\u200cی زیر و ۱ شخص:" in said_in(word)
    assert "به نمایندگی از ۳ سازمان و شخص می\u200cنویسیم." in text
    assert "موضوع: رودخانه در نشست حوضه" in text
    assert "\u2068Lake Alliance (Berlin)\u2069" in text
    assert "\n۲. روستاها را دعوت کنید." in text
    assert html.startswith('<article class="letter" lang="fa" dir="rtl">')


def test_the_page_shows_the_letter_from_the_right_and_speaks_english_around_it(persian, visitor):
    page = visitor.open(letter_page(persian))

    assert page.status_code == 200
    assert '<html lang="en" dir="ltr"' in page.text
    assert '<article class="letter" lang="fa" dir="rtl">' in page.text
    assert "<bdi>فارسی</bdi>" in page.text or 'class="texts"' not in page.text
    assert "Lake Alliance" not in words_of(page)


def test_the_letter_is_approved_and_frozen_in_its_language(persian):
    persian.close()
    persian.propose()
    persian.approve_all()
    persian.release()

    with reading(persian.engine) as session:
        row = session.exec(select(EditionRow)).one()
        sent = frozen_letter(session, persian.keyring, row)
    assert sent.text.language == "fa"
    assert (
        "از طریق رایانامه"
        in compile_copy(make_copy(sent, audience="full", office=sent.offices[0]), form="txt").data.decode()
    )


def test_a_language_that_we_have_no_words_for_is_refused_until_the_file_brings_them(coalition):
    with pytest.raises(Refused) as refusal:
        coalition.load(file_of(more=IN_WELSH))
    assert "no fixed words for: give them in [letter.words]. Missing are re, cc," in refusal.value.faults[0]

    coalition.open(file_of(more=IN_WELSH, tables=WELSH_WORDS)).sign_and_confirm("Lake Alliance")
    copy = make_copy(letter_of(coalition), audience="public", office=None)
    assert copy.text.words == WELSH
    assert "Cymraeg 1" in compile_copy(copy, form="txt").data.decode()
    short = compile_copy(copy, form="txt", limit=Limit(most=400, unit="characters")).data.decode()
    assert short.rpartition("\n\n")[2].startswith("[Cymraeg")


def test_words_of_ones_own_are_part_of_what_is_signed(coalition, visitor):
    ours = '[letter.words]\nundersigned_organizations = "Endorsed by {n} organizations"\n'
    coalition.open(file_of(tables=ours)).sign_and_confirm("Lake Alliance")
    before = make_copy(letter_of(coalition), audience="public", office=None)
    assert "Endorsed by 1 organizations:" in compile_copy(before, form="txt").data.decode()

    revised(coalition, file_of(tables=ours.replace("Endorsed", "Signed")))
    coalition.deliver_mail()
    with reading(coalition.engine) as session:
        view = look_at_change(
            session, coalition.keyring, token=coalition.newest_token("change"), now=coalition.now
        )

    assert [passage.part for passage in view.passages] == ["words"]
    page = visitor.open(f"/change/{coalition.newest_token('change')}")
    assert re.search(r"Endorsed|Signed", words_of(page))


def test_a_text_without_words_of_its_own_keeps_the_hash_that_it_had(noon):
    def signed(tables=""):
        (text,) = revision_record(read_campaign_file(file_of(tables=tables), now=noon))["letter"]
        return text

    assert "words" not in signed()
    assert signed('[letter.words]\nre = "Subject:"\n')["words"] == [["re", "Subject:"]]
