"""As the secretariat I set up by what the letter can be sent, and see before the release what does not fit."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.delivery.check import Line
from service.delivery.letter_mail import Making
from service.delivery.preflight import preflight as look_through
from service.delivery.registry import EXAMINED
from service.delivery.tried import refuse_what_is_too_large
from service.delivery.way_settings import settings_of
from service.foundation.errors import Refused
from service.letter.fonts import Fonts
from service.model.chamber_list import ChamberList, Missed
from service.model.coordinator import Role
from service.model.signature import Visibility
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition, letter_file
from tests.constituents import list_offices
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of
from tests.ways import GOOD, SECRETS, TRIAL, set_up

EVERYONE = 'admit = "everyone"'
LETTER = letter_file(more=EVERYONE)
CITY = b'["1 Palace Square", "Capital City"]'
GOOD_CITY = b'["1600 Palace Avenue NW", "Washington, DC 20500"]'


def by(*ways: str, address: bytes = GOOD_CITY, more: bytes = b"") -> bytes:
    """Write a letter that goes to its office by these ways."""
    channels = ", ".join(f'"{way}"' for way in ways).encode()
    return LETTER.replace(CITY, address).replace(b'["email"]', b"[" + channels + b"]\n" + more)


def at_desk(coalition: Coalition, door: Door, role: Role = Role.OWNER, name: str = "Olga Owner") -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))


def filled(way: str, **other: str) -> dict[str, str]:
    return {f"set-{key}": value for key, value in {**GOOD[way], **other}.items()}


def kept(coalition: Coalition) -> dict[str, dict[str, str]]:
    with reading(coalition.engine) as session:
        found = settings_of(session, coalition.keyring, get_campaign(session, SLUG))
        return {name: dict(values) for name, values in found.items()}


def preflight(coalition: Coalition) -> tuple[Sequence[Line], Sequence[Line]]:
    with reading(coalition.engine) as session:
        return look_through(
            session,
            coalition.keyring,
            get_campaign(session, SLUG),
            OUTWARD,
            Making(fonts=Fonts()),
            public_url=PUBLIC_URL,
            now=coalition.now,
        )


@pytest.mark.parametrize("way", GOOD)
def test_a_way_is_set_up_changed_and_forgotten(coalition: Coalition, door: Door, way: str) -> None:
    olga = at_desk(coalition.open(by("email", way)), door)
    assert words_of(olga.open("ways")).count("Not set up") == len(GOOD)
    path = f"ways/change?way={way}"

    page = olga.follow(olga.send(path, filled(way), having="way"))

    assert words_of(page).count("Not set up") == len(GOOD) - 1
    assert "Olga Owner" in words_of(page)
    form = olga.open(path)
    assert "It is set. Leave this empty to keep it." in words_of(form)
    assert not [secret for secret in SECRETS if secret in page.text + form.text]
    assert kept(coalition)[way].items() >= GOOD[way].items()

    olga.send(path, having="way")
    assert kept(coalition)[way].items() >= GOOD[way].items(), "an empty secret stays"
    olga.send("ways", {"way": way}, to=f"/desk/letters/{SLUG}/ways/forget")
    assert kept(coalition) == {}
    assert words_of(olga.open("history")).count("Forgot what a way of sending was set up with") == 1


def test_what_is_wrong_comes_back_filled_in_but_for_secrets(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.open(), door)

    missing = olga.send("ways/change?way=pingen", filled("pingen", mode="", organisation=""), having="way")
    wrong = olga.send("ways/change?way=lob", filled("lob", key="live_pub_77", sender="Nobody"), having="way")

    assert (missing.status_code, wrong.status_code) == (422, 422)
    assert "Which of Pingen's houses is missing." in words_of(missing)
    assert 'href="#set-organisation"' in missing.text
    assert "application-4711" in missing.text
    assert "secret-of-pingen-88" not in missing.text
    assert "publishable key" in words_of(wrong)
    assert "live_pub_77" not in wrong.text
    assert "Nobody" in wrong.text
    assert kept(coalition) == {}
    assert olga.open("ways/change?way=post").status_code == 404


def test_the_list_of_offices_is_shown_with_its_age_and_with_what_keeps_it_from_being_newer(
    coalition: Coalition, door: Door
) -> None:
    olga = at_desk(coalition.open(by("email", "cwc", more=b'office_code = "HVA08"')), door)
    set_up(coalition, "cwc", GOOD["cwc"])
    assert "List of offices Not fetched yet" in words_of(olga.open("ways"))
    list_offices(coalition, GOOD["cwc"], "HVA08", "HCA11")
    assert "2 offices, of November 24, 2026 at 7:00 AM" in words_of(olga.open("ways"))

    coalition.wait(hours=25)
    keep_missed(coalition, Missed.KEY)
    told = words_of(at_desk(coalition, door, name="Nora Next-Day").open("ways"))
    assert "2 offices, of November 24, 2026 at 7:00 AM" in told
    assert "The last try, November 25, 2026 at 8:00 AM" in told
    assert "brought no new one: The key was not accepted" in told
    assert "so old a list" not in told

    coalition.wait(days=7)
    old = words_of(at_desk(coalition, door, name="Lea Later").open("ways"))
    assert "Nothing goes by so old a list. The list of offices is 8 days old." in old


def keep_missed(coalition: Coalition, missed: Missed) -> None:
    with transaction(coalition.engine) as session:
        row = session.exec(select(ChamberList)).one()
        row.tried_at, row.missed = coalition.now, missed


def test_it_takes_a_fresh_proof_and_loses_nothing_by_it(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.open(), door)
    mark = olga.mark()
    coalition.now += timedelta(minutes=6)

    late = olga.post("ways/change", {"csrf": mark, "way": "lob", **filled("lob")})
    forget = olga.post("ways/forget", {"csrf": mark, "way": "lob"})

    assert (late.status_code, forget.status_code) == (403, 403)
    assert 'name="carried"' in late.text
    assert not [secret for secret in SECRETS if secret in late.text]
    assert kept(coalition) == {}


@pytest.mark.parametrize("role", list(Role))
def test_owners_and_senders_set_ways_up_and_all_see_which_are(
    coalition: Coalition, door: Door, role: Role
) -> None:
    who, may = at_desk(coalition.open(), door, role), role in {Role.OWNER, Role.SENDER}

    assert who.open("ways").status_code == 200
    assert ("Set it up" in words_of(who.open("ways"))) is may
    assert who.open("ways/change").status_code == (200 if may else 403)
    asked = who.post("ways/change", {"csrf": who.mark(), "way": "lob", **filled("lob")})
    assert (asked.status_code, bool(kept(coalition))) == ((303, True) if may else (403, False))


def test_a_way_that_is_not_set_up_says_where_it_is_done(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.open(by("email", "lob")), door)
    link = f'href="/desk/letters/{SLUG}/ways"'

    for page in ("recipients", "deliveries", "preflight"):
        assert link in olga.open(page).text, page
    assert "Lob is not set up here" in words_of(olga.open("recipients"))

    set_up(coalition, "lob", TRIAL["lob"])
    assert "only tried, it reaches nobody: Test key" in words_of(olga.open("recipients"))


def test_what_does_not_fit_a_way_is_found_by_its_rule_before_it_is_released(
    coalition: Coalition, door: Door
) -> None:
    coalition.open(by("email", "lob", address=CITY)).sign_and_confirm("Lake Alliance").close().propose()
    set_up(coalition, "lob", GOOD["lob"])
    olga = at_desk(coalition, door)

    light, heavy = preflight(coalition)
    shown = words_of(olga.open("preflight"))

    assert [one.verdict.can for one in light] == [True, True]
    assert [one.verdict.can for one in heavy] == [True, False]
    assert heavy[1].verdict.findings[0].rule.id == "address"
    assert "The lines of the address do not tell street, city and postal code." in shown
    assert "Lob API 1.22.0" in shown
    assert "looked at on November 27, 2026" in shown
    with pytest.raises(Refused, match="do not tell street, city and postal code"):
        refuse_what_is_too_large(light, heavy)


def test_what_fits_can_go_and_what_only_deserves_a_look_does_not_hold_it_back(
    coalition: Coalition, door: Door
) -> None:
    more = b'copy = "public"\nregulations_document = "EPA-HQ-OW-2026-0001-0002"\nregulations_organization_type = "NGO"'
    coalition.open(by("lob", "regulations", more=more)).sign_and_confirm("Lake Alliance").close().propose()
    set_up(coalition, "lob", GOOD["lob"])
    set_up(coalition, "regulations", GOOD["regulations"])
    olga = at_desk(coalition, door)

    _, lines = preflight(coalition)
    shown = words_of(olga.open("preflight"))

    assert [(one.channel, one.verdict.reaches) for one in lines] == [("lob", True), ("regulations", True)]
    assert [one.rule.id for one in lines[1].verdict.findings] == ["open"]
    assert "Nobody has asked whether the document is open for comment." in shown
    assert shown.count("Can go") == 2


def test_a_copy_with_names_that_may_not_be_published_is_no_comment(coalition: Coalition) -> None:
    more = b'copy = "full"\nregulations_document = "EPA-HQ-OW-2026-0001-0002"\nregulations_organization_type = "NGO"'
    coalition.open(by("regulations", more=more)).sign_and_confirm(
        "Lake Alliance", visibility=Visibility.RECIPIENT
    )
    coalition.close().propose()
    set_up(coalition, "regulations", GOOD["regulations"])

    _, (line,) = preflight(coalition)

    assert not line.verdict.can
    assert "only names that may be published" in line.verdict.reason


@pytest.mark.parametrize("way", sorted(EXAMINED.keys() & TRIAL.keys()))
def test_a_letter_that_is_only_tried_is_not_released(coalition: Coalition, way: str) -> None:
    more = b'copy = "public"\nregulations_document = "EPA-HQ-OW-2026-0001-0002"'
    coalition.open(by(way, more=more)).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all()
    set_up(coalition, way, TRIAL[way])

    with pytest.raises(Refused, match="every sending stays unsent"):
        coalition.release()
