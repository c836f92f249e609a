"""As a reader I want the letter in my language, and to know whether that text was signed."""

import json
import re

import pytest
from sqlmodel import select

from service.campaigns.file import read_campaign_file, revision_record
from service.campaigns.queries import get_campaign
from service.campaigns.translations import translation_sha256
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.letter.copy import make_copy
from service.letter.document import copy_json, make_document
from service.letter.edition import Edition
from service.letter.render_html import render_html
from service.letter.render_text import render_text
from service.model.audit_event import AuditEvent
from service.model.letter_revision import LetterRevision
from service.schedules.opening import invite_at_opening
from service.signing.change import look_at_change
from service.signing.invite import import_signatories
from service.signing.roll import letter_as_it_stands
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.changing import file_of, revised
from tests.coalition import SLUG
from tests.stories.visitor import form_of, letter_page, words_of

FRENCH = """
[[letter.translations]]
language = "fr"
status = "authentic"
title = "Gardez le fleuve ouvert"
salutation = "Monsieur le Président,"
body = "Au nom de ((signatories)), nous vous écrivons."
asks_intro = "Nous vous demandons :"
asks = ["Ouvrez les archives.", "Invitez les villages."]
closing = "Respectueusement,"
"""
ARABIC = """
[[letter.translations]]
language = "ar"
title = "أبقوا النهر مفتوحًا"
salutation = "سيادة الرئيس،"
body = "باسم ((signatories)) نكتب إليكم عن النهر."
asks = ["افتحوا الأرشيف.", "ادعوا القرى."]
"""


def revision_of(coalition):
    with reading(coalition.engine) as session:
        return session.get(LetterRevision, coalition.campaign().revision_id)


def test_each_text_is_shown_in_its_language_and_direction(coalition, visitor):
    coalition.open(file_of(tables=FRENCH + ARABIC)).sign_and_confirm("Lake Alliance")

    own, french, arabic = (
        visitor.open(letter_page(coalition, **query)) for query in ({}, {"text": "fr"}, {"text": "ar"})
    )

    assert '<article class="letter" lang="en" dir="ltr">' in own.text
    assert '<article class="letter" lang="fr" dir="ltr">' in french.text
    assert '<article class="letter" lang="ar" dir="rtl">' in arabic.text
    for page, title in ((own, "Keep the river open"), (french, "Gardez le fleuve"), (arabic, "أبقوا النهر")):
        assert page.status_code == 200
        assert f"<h1>{title}" in page.text
        for name in ("English", "français", "العربية"):
            assert f"<bdi>{name}</bdi>" in page.text
        (switch,) = re.findall(r'<nav class="texts".*?</nav>', page.text, re.DOTALL)
        assert switch.count('aria-current="true"') == 1
    assert '<p class="salutation">Monsieur le Président,</p>' in french.text


def test_a_reader_is_told_what_was_signed(coalition, visitor):
    coalition.open(file_of(tables=FRENCH + ARABIC))
    revision = revision_of(coalition)
    file = read_campaign_file(file_of(tables=FRENCH + ARABIC), now=coalition.now)
    own_hash = translation_sha256(file.letter.translations[1], revision_sha256=revision.sha256)

    own, french, arabic = (
        words_of(visitor.open(letter_page(coalition, **query)))
        for query in ({}, {"text": "FR"}, {"text": "ar"})
    )

    assert "translation" not in own
    assert "This text is signed as well" in french
    assert "A courtesy translation." in arabic
    assert own_hash in arabic
    assert own_hash not in french
    assert all(revision.sha256 in page for page in (own, french, arabic))


@pytest.mark.parametrize("asked", ["de", "fr-CA", "x" * 300, "%00", "<b>", "en"])
def test_a_text_that_is_not_there_gives_the_letters_own(coalition, visitor, asked):
    coalition.open(file_of(tables=FRENCH))

    page = visitor.open(letter_page(coalition, text=asked))

    assert page.status_code == 200
    assert page.data == visitor.open(letter_page(coalition)).data


def test_a_letter_in_one_language_has_no_switch(coalition, visitor):
    coalition.open(file_of())

    assert 'class="texts"' not in visitor.open(letter_page(coalition)).text


def test_numbers_that_nobody_may_know_are_veiled_in_every_language(coalition, visitor):
    coalition.open(file_of(tables=FRENCH + ARABIC))

    assert "Au nom de organisations et personnes" in words_of(visitor.open(letter_page(coalition, text="fr")))
    assert "باسم منظمات وأفراد" in words_of(visitor.open(letter_page(coalition, text="ar")))


def test_a_courtesy_text_may_come_later_and_moves_nobody(coalition, visitor):
    coalition.open(file_of()).sign_and_confirm("Lake Alliance")
    before = revision_of(coalition).sha256

    coalition.load(file_of(tables=ARABIC))

    assert revision_of(coalition).sha256 == before
    assert coalition.counts().signatories == 1
    assert "A courtesy translation." in words_of(visitor.open(letter_page(coalition, text="ar")))
    with reading(coalition.engine) as session:
        (kept,) = session.exec(select(AuditEvent).where(AuditEvent.act == "campaign.translate")).all()
    assert kept.thing.startswith("ar ")
    assert len(kept.thing) == len("ar ") + 64


@pytest.mark.parametrize(
    "file",
    [
        file_of(),
        file_of(tables=FRENCH),
        file_of(tables=ARABIC, more='admit = "each"'),
        file_of((b"Thank you.", b"We thank you."), tables=ARABIC),
    ],
    ids=["the same", "an authentic text", "another rule", "other words"],
)
def test_nothing_else_is_loaded_into_a_final_text(coalition, file):
    coalition.open(file_of())
    before = revision_of(coalition)

    with pytest.raises(Refused, match=r"no longer a draft.*new version"):
        coalition.load(file)

    assert revision_of(coalition) == before


def test_a_change_in_one_authentic_text_is_a_new_version_and_shown_in_that_language(coalition, visitor):
    coalition.open(file_of(tables=FRENCH)).sign_and_confirm("Lake Alliance")
    revised(coalition, file_of(tables=FRENCH.replace("les villages", "tous les villages")))
    coalition.deliver_mail()

    page = visitor.open(f"/change/{coalition.newest_token('change')}")

    assert "Request 2 (français) changed" in words_of(page)
    assert '<div class="words" lang="fr" dir="ltr">' in page.text
    with reading(coalition.engine) as session:
        view = look_at_change(
            session, coalition.keyring, token=coalition.newest_token("change"), now=coalition.now
        )
    assert [(passage.part, passage.language) for passage in view.passages] == [("asks", "fr")]


def test_the_hash_that_is_signed_covers_authentic_texts_and_no_courtesy(noon):
    def signed(tables):
        return digest(revision_record(read_campaign_file(file_of(tables=tables), now=noon)))

    spanish = FRENCH.replace('"fr"', '"es"')
    assert signed("") == signed(ARABIC)
    assert len({signed(""), signed(FRENCH), signed(FRENCH.replace("Ouvrez", "Rouvrez"))}) == 3
    assert signed(FRENCH + spanish) == signed(spanish + FRENCH + ARABIC)


def test_an_offices_own_salutation_stays_in_the_letters_language(coalition, visitor):
    own = (b'channels = ["email"]', b'channels = ["email"]\nsalutation = "Dear Madam President,"')
    coalition.open(file_of(own, tables=FRENCH))

    assert "Dear Madam President," in words_of(visitor.open(letter_page(coalition)))
    french = words_of(visitor.open(letter_page(coalition, text="fr")))
    assert "Dear Madam" not in french
    assert "Monsieur le Président," in french


def test_who_is_about_to_sign_finds_every_text_and_hears_which_is_signed(coalition, visitor):
    coalition.open(file_of(tables=FRENCH + ARABIC)).sign("Lake Alliance").deliver_mail()
    form = visitor.open(letter_page(coalition, "/sign", kind="organization"))
    link = f"/confirm/{coalition.newest_token('confirm')}"

    for page in (form, visitor.open(link)):
        words = words_of(page)
        assert "What is signed is the text in English." in words
        assert "The text in français is signed with it." in words
        assert "The one in العربية is a courtesy translation" in words
        for name in ("English", "français", "العربية"):
            assert f"<bdi>{name}</bdi></a>" in page.text
    assert f"{letter_page(coalition)}&amp;text=ar" in form.text

    arabic = visitor.open(f"{link}?text=ar")
    assert '<article class="letter" lang="ar" dir="rtl">' in arabic.text
    assert "Lake Alliance" in arabic.text.partition('<article class="letter"')[2]
    assert '<article class="letter" lang="en"' in visitor.open(f"{link}?text=xx").text

    kept = visitor.post(f"{link}?text=ar", dict(form_of(arabic).filled({})))

    assert kept.status_code == 303
    assert standing_names(coalition) == ["Lake Alliance"]


def test_every_copy_names_the_other_texts_with_their_hashes(coalition):
    coalition.open(file_of(tables=FRENCH + ARABIC)).sign_and_confirm("Lake Alliance")
    file = read_campaign_file(file_of(tables=FRENCH + ARABIC), now=coalition.now)
    of = revision_of(coalition).sha256
    hashes = {one.language: translation_sha256(one, revision_sha256=of) for one in file.letter.translations}

    with reading(coalition.engine) as session:
        letter = letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    copy = make_copy(letter, audience="public", office=None)
    document = make_document(copy)
    record = json.loads(copy_json(copy))

    assert [(one["language"], one["status"], one["sha256"]) for one in record["other_texts"]] == [
        ("ar", "courtesy", hashes["ar"]),
        ("fr", "authentic", hashes["fr"]),
    ]
    assert Edition.from_record(json.loads(json.dumps(letter.as_record()))) == letter
    for printed in (render_text(document), render_html(document)):
        words = " ".join(printed.split())
        assert "This letter in other languages:" in words
        assert "French (signed with this text) SHA-256 " + grouped(hashes["fr"]) in words
        assert "Arabic (courtesy translation) SHA-256 " + grouped(hashes["ar"]) in words


def test_a_copy_of_a_letter_in_one_language_is_what_it_was(coalition):
    coalition.open().sign_and_confirm("Lake Alliance")

    with reading(coalition.engine) as session:
        letter = letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    copy = make_copy(letter, audience="public", office=None)

    assert "other_texts" not in letter.as_record()
    assert "other_texts" not in copy.as_record()
    assert "other languages" not in render_text(make_document(copy))


def grouped(code):
    return " ".join(code[place : place + 8] for place in range(0, len(code), 8))


def standing_names(coalition):
    with reading(coalition.engine) as session:
        letter = letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    return [entry.name for entry in letter.roll]


def test_whoever_is_invited_reads_the_letter_in_their_language_and_is_told_what_is_signed(coalition, visitor):
    coalition.open(file_of(tables=FRENCH + ARABIC))
    rows = read_signatories(
        b"kind,name,email\norganization,Lake Alliance,lake@lakes.example\n", attested=False
    )
    with transaction(coalition.engine) as session:
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        invite_at_opening(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    link = f"/invitation/{coalition.deliver_mail().newest_token('invitation')}"

    own, french = visitor.open(link), visitor.open(f"{link}?text=fr")

    for page, language, salutation in ((own, "en", "Dear"), (french, "fr", "Monsieur le Président")):
        assert f'<article class="letter" lang="{language}" dir="ltr">' in page.text
        assert salutation in words_of(page)
        assert "What is signed is the text in English." in words_of(page)
        assert f'href="{link}?text=fr"' in page.text
