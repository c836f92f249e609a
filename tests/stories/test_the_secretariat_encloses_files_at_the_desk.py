"""As the secretariat I bring our logos and annexes at the desk, one by one, and take each away again without losing another."""

import io
from collections.abc import Sequence

import pytest
from werkzeug.test import TestResponse

from service.campaigns.contents import open_file
from service.campaigns.drafting import change_settings
from service.campaigns.enclosures import annex_bytes, letter_annexes, letter_logos
from service.campaigns.file_tables import CampaignFile
from service.campaigns.queries import get_campaign
from service.model.coordinator import Role
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.enclosing import BESIDE, CASES, CHARTER, enclosing_file, make_pdf, make_png
from tests.stories.visitor import Door, words_of

FILES = {**BESIDE, "rivers.svg": make_png((240, 80))}
LAKES = make_png((320, 100))


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    """Give the owner of a draft with two logos and two annexes."""
    coalition.load(enclosing_file(), FILES)
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def file_now(coalition: Coalition) -> CampaignFile:
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, get_campaign(session, SLUG))


def titles(coalition: Coalition) -> Sequence[str]:
    return [one.title for one in file_now(coalition).letter.annexes]


def logos(coalition: Coalition) -> Sequence[str]:
    return [one.sha256 for one in file_now(coalition).letterhead.made]


def all_open(coalition: Coalition) -> list[bytes]:
    """Open every file that the letter names, as each output does."""
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        file = open_file(session, coalition.keyring, campaign)
        letter_logos(session, coalition.keyring, campaign.id, file)
        return [annex_bytes(session, coalition.keyring, campaign.id, one) for one in letter_annexes(file)]


def bring(olga: AtTheDesk, what: str, data: bytes, name: str, **more: str) -> TestResponse:
    given = {"csrf": olga.mark(), what: (io.BytesIO(data), name), **more}
    return olga.post(f"files/{what}", given)


def press(olga: AtTheDesk, label: str) -> TestResponse:
    """Press the button that is called so."""
    page = olga.open("files").text
    before, found, _ = page.partition(f'aria-label="{label}"')
    assert found, f"no button is called {label}"
    form = before.rpartition("<form ")[2]
    action = form.partition('action="')[2].partition('"')[0]
    wish = form.partition('name="wish" value="')[2].partition('"')[0]
    return olga.post(action, {"csrf": olga.mark(), "wish": wish})


def test_a_logo_is_added_behind_the_others_and_seen_as_a_picture(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    before = logos(coalition)

    page = olga.follow(bring(olga, "logo", LAKES, "lakes.png"))

    assert logos(coalition)[:2] == before
    assert len(logos(coalition)) == 3
    pictures = [part.partition('"')[0] for part in page.text.split('<img src="')[1:]]
    assert len(pictures) == 3
    shown = olga.open(pictures[-1])
    assert (shown.mimetype, shown.data[:4]) == ("image/png", b"\x89PNG")
    # Nothing that hangs on the picture is passed on.
    assert b"Somebody in particular" not in shown.data
    assert all_open(coalition) == [CASES, CHARTER]


def test_an_annex_is_added_with_its_title_and_opens_as_it_was_given(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    added = make_pdf(pages=3, words="More")

    page = olga.follow(bring(olga, "annex", added, "more.pdf", annex_title="More cases"))

    assert titles(coalition) == ["Cases", "The Charter, article 7", "More cases"]
    assert all_open(coalition) == [CASES, CHARTER, added]
    assert "More cases 3 pages" in words_of(page)
    last = page.text.rpartition('<p><a href="')[2].partition('"')[0]
    assert olga.open(last).data == added


@pytest.mark.parametrize(
    ("what", "data", "more", "told"),
    [
        ("logo", b"GIF89a", {}, "neither SVG nor PNG"),
        ("logo", b"", {}, "Choose the file of the logo."),
        ("annex", b"no PDF", {"annex_title": "Cases"}, "is no PDF"),
        (
            "annex",
            make_pdf(catalog=b"/OpenAction << /S /JavaScript /JS (app) >>"),
            {"annex_title": "X"},
            "script",
        ),
        ("annex", make_pdf(words="Titleless"), {"annex_title": " "}, "Write what the annex is."),
        ("annex", make_pdf(words="Held"), {"annex_title": "((count))"}, "cannot hold a placeholder"),
        ("annex", CASES, {"annex_title": "Cases again"}, "This file is there already."),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_changes(
    coalition: Coalition, olga: AtTheDesk, what: str, data: bytes, more: dict[str, str], told: str
) -> None:
    before = file_now(coalition)

    answer = bring(olga, what, data, "given.bin", **more)

    assert answer.status_code == 422
    assert told in words_of(answer)
    assert file_now(coalition) == before


def test_a_head_is_full_with_four_logos(coalition: Coalition, olga: AtTheDesk) -> None:
    for width in (330, 340):
        bring(olga, "logo", make_png((width, 100)), "one.png")

    answer = bring(olga, "logo", make_png((350, 100)), "five.png")

    assert "A letterhead has room for 4 logos" in words_of(answer)
    assert len(logos(coalition)) == 4


def test_the_order_is_changed_by_buttons(coalition: Coalition, olga: AtTheDesk) -> None:
    first, second = logos(coalition)

    press(olga, "Down: Cases")
    press(olga, "Up: logo 2")

    assert titles(coalition) == ["The Charter, article 7", "Cases"]
    assert logos(coalition) == [second, first]
    assert all_open(coalition) == [CHARTER, CASES]


@pytest.mark.parametrize("label", ["Take away: Cases", "Take away: logo 1"])
def test_what_was_taken_away_is_put_back_where_it_stood(
    coalition: Coalition, olga: AtTheDesk, label: str
) -> None:
    before = file_now(coalition)

    answer = press(olga, label)

    assert file_now(coalition) != before
    # The page's address keeps no title.
    assert "Cases" not in answer.location
    page = olga.follow(answer)
    assert "Taken away." in words_of(page)
    olga.send(answer.location, having="taken")
    assert file_now(coalition) == before
    assert all_open(coalition) == [CASES, CHARTER]


def test_what_is_put_back_too_late_is_told(coalition: Coalition, olga: AtTheDesk) -> None:
    answer = press(olga, "Take away: Cases")
    with transaction(coalition.engine) as session:
        change_settings(session, coalition.keyring, SLUG, {"goal": 12}, by="test", now=coalition.now)

    late = olga.send(answer.location, having="taken")

    assert late.status_code in {404, 422}
    assert titles(coalition) == ["The Charter, article 7"]


def test_the_settings_lose_no_file(coalition: Coalition, olga: AtTheDesk) -> None:
    before = file_now(coalition)

    olga.send("settings", {"letterhead__lines": "1 River Street"}, having="letterhead__lines")

    after = file_now(coalition)
    assert after.letterhead.lines == ("1 River Street",)
    assert (after.letterhead.made, after.letter.annexes) == (before.letterhead.made, before.letter.annexes)
    assert all_open(coalition) == [CASES, CHARTER]


def test_of_a_final_text_they_are_only_seen(coalition: Coalition, door: Door) -> None:
    coalition.open(enclosing_file(), FILES)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    page = olga.open("files")

    assert "The text is final, and its annexes with it." in words_of(page)
    assert "Take away" not in page.text
    assert bring(olga, "logo", LAKES, "lakes.png").status_code == 422
    assert len(logos(coalition)) == 2


def test_who_may_only_look_sees_no_button(coalition: Coalition, olga: AtTheDesk, door: Door) -> None:
    del olga
    ada = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Ada Auditor"))

    page = ada.open("files")

    assert "Cases" in words_of(page)
    assert "Take away" not in page.text
    assert bring(ada, "annex", make_pdf(), "x.pdf", annex_title="X").status_code == 403
