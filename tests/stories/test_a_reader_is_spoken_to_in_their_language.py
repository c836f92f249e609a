"""A reader signs, is written to and confirms in a language of their own; and nobody learns more by changing it."""

import re

import pytest

from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import ORGANIZATION, Visitor, letter_page, same, words_of

UYGHUR = {"Accept-Language": "ug-CN,ug;q=0.9,en;q=0.8"}
FRENCH = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"}
HOSTILE_HEADERS = (
    "",
    "*",
    "fr;q=nan",
    "\x7f\xff",
    "a" * 5000,
    "fr\\",
    "';--",
    "<script>",
    ",;q=,;q=2,,",
    "x-klingon;q=0.1",
)
CONFIRM = {"en": "Confirm the sign-on", "fr": "Confirmer la signature", "ug": "ئىمزانى جەزملەش"}


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition whose letter is in English and collects sign-ons."""
    return coalition.open(letter_file(more='admit = "everyone"'))


def sign_in(
    language: dict[str, str], visitor: Visitor, coalition: Coalition, path: str = ""
) -> tuple[str, str]:
    """Sign by the form in a language, and give the paths of the page that waits and of the confirming page."""
    path = path or letter_page(coalition, "/sign", kind="organization")
    nonce = re.search('name="nonce" value="([^"]+)"', visitor.open(path, headers=language).text)
    assert nonce is not None
    answer = visitor.post(path, {**ORGANIZATION, "visibility": "public", "nonce": nonce[1]}, headers=language)
    assert answer.status_code == 303
    coalition.deliver_mail()
    return answer.location, f"/confirm/{coalition.newest_token('confirm')}"


def test_mail_and_link_come_in_the_language_in_which_the_form_was_read(
    coalition: Coalition, visitor: Visitor
) -> None:
    _, path = sign_in(UYGHUR, visitor, coalition)

    mail = coalition.mails()[-1]
    assert mail.subject == "جەزملەشىڭىزنى سورايمىز: Keep the river open"
    assert "بىر قەدەم قالدى" in mail.text
    assert '<html lang="ug" dir="rtl">' in mail.html
    # The link is opened in a browser that says nothing, or something else: it knows whose it is.
    for headers in ({}, FRENCH):
        page = visitor.open(path, headers=headers)
        assert '<html lang="ug" dir="rtl">' in page.text
        assert CONFIRM["ug"] in words_of(page)
        assert '<article class="letter" lang="en" dir="ltr">' in page.text
    assert CONFIRM["fr"] in words_of(visitor.open(f"{path}?lang=fr"))


def test_an_invitation_speaks_the_language_of_whom_it_invites(coalition: Coalition, visitor: Visitor) -> None:
    row = b"kind,name,email,language\norganization,Delta Friends,delta@rivers.example,bo\n"
    with transaction(coalition.engine) as session:
        rows = read_signatories(row, attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.deliver_mail()

    page = visitor.open(f"/invitation/{coalition.newest_token('invitation')}", headers=FRENCH)

    assert '<html lang="bo" dir="ltr">' in page.text


def test_the_address_keeps_its_language_from_page_to_page(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open(letter_page(coalition, lang="fr"), headers=UYGHUR)
    links = [link for link in re.findall(r'(?:href|action)="(/[^"]*)"', page.text) if "/static/" not in link]
    assert links
    assert all("lang=fr" in link for link in links)

    waiting, path = sign_in(
        UYGHUR, visitor, coalition, letter_page(coalition, "/sign", kind="organization", lang="fr")
    )

    assert CONFIRM["fr"] in words_of(visitor.open(path))
    thanks = visitor.open(waiting)
    assert "Consultez vos courriels" in words_of(thanks)
    assert "Set-Cookie" not in thanks.headers


def test_a_page_offers_its_other_languages_at_its_own_address(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open(letter_page(coalition, lang="fr"))

    offered = re.findall(r'<a href="(\?[^"]+)" lang="([^"]+)"', page.text)
    assert [tag for _, tag in offered] == ["en", "fr", "es", "ar", "ug", "bo", "zh-Hans"]
    for link, tag in offered:
        other = visitor.open(letter_page(coalition).partition("?")[0] + link.replace("&amp;", "&"))
        assert f'<html lang="{tag}"' in other.text


def test_a_french_letter_is_shown_to_a_silent_browser_in_french(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.load(letter_file(more='language = "fr"').replace(SLUG.encode(), b"riviere"))

    # It is a draft: nobody may know of it, and so nobody may learn its language.
    assert same(visitor.open("/letters/riviere"), visitor.open("/letters/never-was"))
    assert '<html lang="en"' in visitor.open("/letters/riviere").text
    assert '<html lang="en"' in visitor.open(letter_page(coalition)).text


@pytest.mark.parametrize(
    ("query", "headers", "words"),
    [
        ("", {}, "There is nothing at this address"),
        ("", FRENCH, "Il n’y a rien à cette adresse"),
        ("lang=ug", FRENCH, "بۇ ئادرېستا ھېچنېمە يوق"),
        ("lang=tlh", FRENCH, "Il n’y a rien à cette adresse"),
    ],
)
def test_an_outsider_learns_nothing_in_any_language(
    coalition: Coalition, visitor: Visitor, query: str, headers: dict[str, str], words: str
) -> None:
    nothing = visitor.open(f"/letters/never-was?{query}", headers=headers)

    assert words in words_of(nothing)
    for path in (f"/letters/{SLUG}?", f"/letters/{SLUG}/sign?kind=person&", f"/letters/{SLUG}?k=wrong&"):
        assert same(visitor.open(path + query, headers=headers), nothing)


def test_signing_twice_looks_like_signing_once_in_each_language(
    coalition: Coalition, visitor: Visitor
) -> None:
    thanks = letter_page(coalition, "/thanks")
    before = [visitor.open(thanks, headers=headers) for headers in (UYGHUR, FRENCH)]
    visitor.send(sign_in(UYGHUR, visitor, coalition)[1], {})

    for headers, first in zip((UYGHUR, FRENCH), before, strict=True):
        sign_in(headers, visitor, coalition)
        assert same(visitor.open(thanks, headers=headers), first)


def test_whatever_a_browser_says_a_page_is_answered(visitor: Visitor) -> None:
    for header in HOSTILE_HEADERS:
        for asked in ("", "<script>alert(1)</script>", "../../fr", "fr%00", "fr%0d%0aX: y"):
            page = visitor.open(f"/?lang={asked}", headers={"Accept-Language": header})

            assert page.status_code == 200
            assert '<html lang="en" dir="ltr">' in page.text
            assert "script" not in page.text.replace("JavaScript", "")
            assert page.headers["Vary"] == "Accept-Language"


def test_a_refusal_is_said_in_the_readers_language(coalition: Coalition, visitor: Visitor) -> None:
    page = visitor.open("/", method="PUT", headers=FRENCH)

    assert "Ce n’est pas possible" in words_of(page)
    assert "Cette page ne peut pas être utilisée ainsi" in words_of(page)


def test_a_fault_in_a_form_is_said_in_the_readers_language(coalition: Coalition, visitor: Visitor) -> None:
    path = letter_page(coalition, "/sign", kind="organization")
    nonce = re.search('name="nonce" value="([^"]+)"', visitor.open(path).text)
    assert nonce is not None
    entries = {**ORGANIZATION, "visibility": "public", "nonce": nonce[1], "name": "a\nb", "acronym": "x" * 41}

    page = visitor.post(path, entries, headers=FRENCH)

    assert page.status_code == 422
    assert "Il y a un problème" in words_of(page)
    assert "sur une seule ligne" in words_of(page)
    assert "c’est trop long, 40 caractères au plus" in words_of(page)
