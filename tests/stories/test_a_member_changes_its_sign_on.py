"""As a signatory I want to change how I am named, think again, take my data along and be erased, by my own link."""

import json
import re

import pytest
from werkzeug.test import TestResponse

from service.model.signature import Kind, Visibility
from service.signing.fresh_link import send_asked_links
from service.store.transaction import transaction
from tests.coalition import Coalition, letter_file
from tests.stories.visitor import Visitor, form_of, letter_page, same, words_of

DATES = "send_at = 2026-12-07T09:00:00\npublish_at = 2026-12-08T10:00:00"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition with an organization and a person that count, and whose owners were thanked by mail."""
    opened = coalition.open(letter_file(more=f'admit = "everyone"\n{DATES}'))
    opened.sign_and_confirm("Lake Alliance", representative_name="Noor Example", representative_title="Chair")
    person = {"kind": Kind.PERSON, "visibility": Visibility.PUBLIC, "email": "tenzin@valley.example"}
    return opened.sign_and_confirm("Tenzin Example", **person).deliver_mail()


@pytest.fixture
def own(coalition: Coalition) -> str:
    """Give the path of the person's own link."""
    return f"/manage/{coalition.newest_token('manage')}"


def test_the_new_line_is_shown_before_it_is_kept(coalition: Coalition, visitor: Visitor, own: str) -> None:
    shown = visitor.send(
        f"{own}/line", {"affiliation": "University of the Valley", "visibility": "recipient"}
    )

    assert shown.status_code == 200
    assert "Tenzin Example, University of the Valley" in words_of(shown)
    assert "Named only to those the letter is written to" in words_of(shown)
    assert "University" not in words_of(visitor.open(own))

    kept = visitor.post(f"{own}/line", dict(form_of(shown).filled({})))

    assert kept.status_code == 303
    page = words_of(visitor.open(kept.headers["Location"]))
    assert "Kept" in page
    assert "Tenzin Example, University of the Valley" in page


def test_a_faulty_line_comes_back_filled_in(visitor: Visitor, own: str) -> None:
    answer = visitor.send(f"{own}/line", {"name": "", "position": "Hydrologist", "name_latin": "གངས"})

    assert answer.status_code == 422
    assert "Enter your name, or choose to be counted only." in words_of(answer)
    assert "no letters of another script" in words_of(answer)
    assert form_of(answer).filled({})
    assert 'value="Hydrologist"' in answer.text


def test_nobody_keeps_a_line_that_was_changed_elsewhere_meanwhile(visitor: Visitor, own: str) -> None:
    stale = form_of(visitor.send(f"{own}/line", {"position": "Hydrologist"}))
    other = visitor.send(f"{own}/line", {"position": "Poet"})
    visitor.post(f"{own}/line", dict(form_of(other).filled({})))

    answer = visitor.post(f"{own}/line", dict(stale.filled({})))

    assert answer.status_code == 422
    assert "changed since" in words_of(answer)
    assert "Poet" in words_of(visitor.open(own))


def test_an_organization_that_takes_another_name_is_told_that_it_waits(
    coalition: Coalition, visitor: Visitor
) -> None:
    own = f"/manage/{coalition.tokens('manage')[0]}"

    shown = visitor.send(f"{own}/line", {"name": "Ocean Alliance"})
    assert "Until then it does not count." in words_of(shown)
    visitor.post(f"{own}/line", dict(form_of(shown).filled({})))

    assert coalition.counts().organizations == 0
    assert "looks at it before it counts" in words_of(visitor.open(own))


def test_an_organization_adds_a_member_sees_what_that_does_and_undoes_it(
    coalition: Coalition, visitor: Visitor
) -> None:
    own = f"/manage/{coalition.tokens('manage')[0]}"
    assert "until then it does not count. One that you take out" in words_of(visitor.open(f"{own}/line"))
    assert "The last change of the name" not in words_of(visitor.open(own))

    shown = visitor.send(f"{own}/line", {"signs_for": "members", "members": "Upper Village\r\nLower Village"})
    assert "Upper Village, represented by Lake Alliance" in words_of(shown)
    assert "speaks for itself and 2 members" in words_of(shown)
    assert "neither the organization nor any of them counts" in words_of(shown)
    assert coalition.counts().organizations == 1
    visitor.post(f"{own}/line", dict(form_of(shown).filled({})))
    assert coalition.counts().organizations == 0
    assert "looks at it before it counts" in words_of(visitor.open(own))

    assert "appears as it did before" in words_of(visitor.send(own, {}, answer="undo-line"))
    assert coalition.counts().organizations == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"signs_for": "members", "members": ""}, "List the members it signs for"),
        ({"signs_for": "itself", "members": "Upper Village"}, "Choose above that it signs for the members"),
        ({"signs_for": "members", "members": "lake alliance"}, "The organization itself stands in the list"),
    ],
)
def test_faulty_members_come_back_as_they_were_typed(
    coalition: Coalition, visitor: Visitor, given: dict[str, str], sentence: str
) -> None:
    own = f"/manage/{coalition.tokens('manage')[0]}"

    answer = visitor.send(f"{own}/line", given)

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert given["members"] in answer.text


def test_a_person_says_in_own_words_where_it_lives(visitor: Visitor, own: str) -> None:
    shown = visitor.send(f"{own}/line", {"place": "in exile"})

    assert "Tenzin Example, in exile" in words_of(shown)
    assert visitor.post(f"{own}/line", dict(form_of(shown).filled({}))).status_code == 303
    assert 'value="in exile"' in visitor.open(f"{own}/line").text


def test_a_withdrawal_is_undone_by_the_same_link(coalition: Coalition, visitor: Visitor, own: str) -> None:
    withdrawn = visitor.send(own, {}, answer="withdraw")
    assert coalition.counts().individuals == 0
    assert "Undo the withdrawal" in words_of(withdrawn)

    coalition.wait(hours=2)
    undone = visitor.send(own, {}, answer="undo")

    assert "undone" in words_of(undone)
    assert coalition.counts().individuals == 1


def test_too_late_an_undo_says_why_and_changes_nothing(
    coalition: Coalition, visitor: Visitor, own: str
) -> None:
    form = form_of(visitor.send(own, {}, answer="withdraw"), answer="undo")
    coalition.wait(minutes=59)
    assert visitor.post(own, dict(form.filled({}))).status_code == 200
    visitor.send(own, {}, answer="withdraw")
    coalition.wait(hours=23, minutes=30)
    form = form_of(visitor.open(own), answer="undo")
    coalition.wait(minutes=45)

    answer = visitor.post(own, dict(form.filled({})))

    assert answer.status_code == 422
    assert "24 hours only" in words_of(answer)
    assert coalition.counts().individuals == 0


def test_language_and_news_are_kept(visitor: Visitor, own: str) -> None:
    kept = visitor.send(f"{own}/mail", {"language": "bo", "news": "yes"})

    page = words_of(visitor.open(f"{kept.headers['Location']}&lang=en"))
    assert "བོད་ཡིག; news of later letters too" in page
    forged = dict(form_of(visitor.open(f"{own}/mail")).filled({})) | {"language": "tlh"}
    assert visitor.post(f"{own}/mail", forged).status_code == 422


def test_whoever_asks_for_it_later_is_written_to_discreetly(
    coalition: Coalition, visitor: Visitor, own: str
) -> None:
    visitor.send(f"{own}/mail", {"language": "en", "discreet": "yes"})
    assert "discreetly" in words_of(visitor.open(own))
    assert 'name="discreet" value="yes" checked' in visitor.open(f"{own}/mail").text

    visitor.send(letter_page(coalition, "/link"), {"email": "tenzin@valley.example"})
    answer_asked(coalition)

    mail = coalition.mails()[-1]
    assert mail.to == "tenzin@valley.example"
    assert mail.subject == "A message for you"


def test_the_data_come_as_a_file_that_nobody_keeps(visitor: Visitor, own: str) -> None:
    answer = visitor.send(own, {}, answer="data")

    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sign-on.json"'
    assert json.loads(answer.text)["sign_on"]["name"] == "Tenzin Example"


def test_erasing_says_what_remains_and_a_second_click_is_kind(
    coalition: Coalition, visitor: Visitor, own: str
) -> None:
    before = visitor.open(f"{own}/erase")
    assert "an empty row says that something was erased here" in words_of(before)

    for _ in range(2):
        answer = visitor.post(f"{own}/erase", dict(form_of(before).filled({})))
        assert answer.status_code == 303

    page = visitor.open(own)
    assert "Erased." in words_of(page)
    assert "Tenzin" not in page.text
    assert "Tenzin" not in visitor.open(f"{own}/text").text
    assert visitor.open(f"{own}/receipt").status_code == 404
    assert coalition.counts().individuals == 0


def test_the_text_that_was_signed_has_ones_own_line_marked_and_no_other_name(
    visitor: Visitor, own: str
) -> None:
    page = visitor.open(f"{own}/text")

    assert 'id="your-line"' in page.text
    assert "Your line: Tenzin Example" in words_of(page)
    assert "Lake Alliance" not in page.text


def test_before_confirming_the_letter_shows_the_line_as_it_will_stand(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.sign(
        "Dolma Example", kind=Kind.PERSON, visibility=Visibility.RECIPIENT, email="dolma@valley.example"
    ).deliver_mail()
    page = visitor.open(f"/confirm/{coalition.newest_token('confirm')}")
    assert "Your line: Dolma Example" in words_of(page)
    assert "Only the copy for the addressee has your line" in words_of(page)

    coalition.sign("", kind=Kind.PERSON, visibility=Visibility.COUNTED, email="hidden@valley.example")
    coalition.deliver_mail()
    page = visitor.open(f"/confirm/{coalition.newest_token('confirm')}")
    assert "your-line" not in page.text
    assert "your name stands nowhere in the letter" in words_of(page)


@pytest.mark.parametrize("purpose", ["manage", "confirm"])
def test_the_receipt_says_what_was_signed_and_discreetly_names_nobody(
    coalition: Coalition, visitor: Visitor, purpose: str
) -> None:
    path = f"/{purpose}/{coalition.newest_token(purpose)}/receipt"

    full, discreet = visitor.open(path), visitor.open(f"{path}?discreet=yes")

    for page in (full, discreet):
        assert re.search(r"Version 1, fingerprint \(SHA-256\) [0-9a-f]{64}", words_of(page))
        assert "November 24, 2026" in words_of(page)
        assert "The letter is planned to be sent December 7, 2026" in words_of(page)
    assert "Tenzin Example" in full.text
    for name in ("Tenzin", "Keep the river open", "Coalition", "Jane Q. Example", "Rivers"):
        assert name not in discreet.text


def test_who_does_not_count_is_not_told_when_the_letter_goes(coalition: Coalition, visitor: Visitor) -> None:
    own = f"/manage/{coalition.tokens('manage')[0]}"
    shown = visitor.send(f"{own}/line", {"name": "Ministry of Truth"})
    visitor.post(f"{own}/line", dict(form_of(shown).filled({})))

    assert "planned" not in words_of(visitor.open(f"{own}/receipt"))


def answer_asked(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        send_asked_links(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()


def test_a_fresh_link_goes_to_the_mailbox_and_the_page_says_the_same_to_everybody(
    coalition: Coalition, visitor: Visitor
) -> None:
    mails = len(coalition.mails())
    asked: list[TestResponse] = [
        visitor.send(letter_page(coalition, "/link"), {"email": email})
        for email in ("tenzin@valley.example", "nobody@else.example")
    ]
    assert same(*asked)
    assert same(*[visitor.open(answer.headers["Location"]) for answer in asked])

    answer_asked(coalition)

    assert [mail.to for mail in coalition.mails()[mails:]] == ["tenzin@valley.example"]


def test_looking_changes_nothing_wherever_one_looks(coalition: Coalition, visitor: Visitor, own: str) -> None:
    for page in ("", "/line", "/mail", "/erase", "/text", "/receipt"):
        for method in ("GET", "HEAD"):
            assert visitor.open(own + page, method=method).status_code == 200
    for page in ("", "/line", "/mail", "/erase"):
        assert visitor.post(own + page, {}).status_code == 422

    assert coalition.counts().signatories == 2


def test_who_reads_in_another_language_finds_every_page_below_in_it(visitor: Visitor, own: str) -> None:
    page = visitor.open(f"{own}?lang=fr")
    below = re.findall(rf'href="({own}[^"]*)"', page.text)

    assert len(below) >= 5
    for path in below:
        opened = visitor.open(path)
        assert opened.status_code == 200
        assert '<html lang="fr"' in opened.text, path
        assert opened.text != page.text, path
