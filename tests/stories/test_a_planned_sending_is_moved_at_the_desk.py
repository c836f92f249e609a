"""As a sender I give what comes again another time of the day, and it still comes as often, rests and sleeps as it did."""

from collections.abc import Sequence
from itertools import islice

import pytest
from sqlmodel import col, select

from examples.demo.forms import read_forms
from service.campaigns.queries import get_campaign
from service.model.anchor import Anchor, Late
from service.model.coordinator import Coordinator, Role
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState, SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.forecast import coming_times
from service.schedules.plan import Plan, add_schedule
from service.schedules.rules import NewRule, change_rule
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of

WEEKLY = Timing(
    anchor=Anchor.AT,
    local="2026-11-26T09:00:00",
    every_days=3,
    times=3,
    quiet_from="21:00",
    quiet_until="08:00",
    rest_days=(5, 6),
    zone="Asia/Kathmandu",
)


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open()


@pytest.fixture
def sena(coalition: Coalition, door: Door) -> AtTheDesk:
    sena = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Sena Sender"))
    assert sena.post("sends/made", {"csrf": sena.mark()}).status_code == 303
    return sena


def id_of(coalition: Coalition, name: str) -> str:
    with reading(coalition.engine) as session:
        return session.exec(select(Schedule.id).where(Schedule.name == name)).one()


def coming(coalition: Coalition, name: str, *, most: int = 3) -> Sequence[str]:
    """Give the next times of a schedule, as its own zone reads them."""
    with reading(coalition.engine) as session:
        row = session.exec(select(Schedule).where(Schedule.name == name)).one()
        campaign = get_campaign(session, SLUG)
        times = coming_times(session, coalition.keyring, campaign, row, now=coalition.now)
        return [due.local for due in islice(times, most)]


@pytest.mark.parametrize("name", ["digest", "decision-day"])
def test_what_every_letter_has_each_morning_comes_each_morning_at_another_time(
    coalition: Coalition, sena: AtTheDesk, name: str
) -> None:
    page = f"sends/{id_of(coalition, name)}"
    form = form_of(sena.open(page), having="hour")
    assert not form.has("day")

    answer = sena.send(page, {"hour": "06:30"}, having="hour")

    assert answer.status_code == 303, words_of(answer)
    assert coming(coalition, name) == [f"2026-11-{day}T06:30:00 America/New_York" for day in (25, 26, 27)]
    assert "From now on it goes at that time" in words_of(sena.follow(answer))


def test_what_was_planned_in_a_rhythm_keeps_it_its_rest_and_its_zone(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    plan = Plan(name="again", timing=WEEKLY, audience=Audience(states=(SignatureState.PENDING,)))
    with transaction(coalition.engine) as session:
        add_schedule(session, coalition.keyring, SLUG, plan, by="operator", now=coalition.now)
    page = f"sends/{id_of(coalition, 'again')}"
    seen = words_of(sena.open(page))
    assert "Kathmandu" in seen
    assert "It comes again every 3 days" in seen
    assert "Nothing of it goes on these days: Saturday, Sunday" in seen

    answer = sena.send(page, {"hour": "10:45"}, having="hour")

    said = words_of(sena.follow(answer))
    assert "It waits until another coordinator approves it" in said
    assert "From now on it goes" not in said
    # The second would fall on a Sunday: it rests until Monday morning.
    assert coming(coalition, "again") == [
        "2026-11-26T10:45:00 Asia/Kathmandu",
        "2026-11-30T08:00:00 Asia/Kathmandu",
        "2026-12-02T10:45:00 Asia/Kathmandu",
    ]


def test_one_moment_is_read_on_ones_own_clock_and_quiet_hours_stay(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    with transaction(coalition.engine) as session:
        session.get_one(Coordinator, sena.colleague.id).time_zone = "Europe/London"
    page = f"sends/{id_of(coalition, 'reminder-1')}"

    # In London, where Sena is: 22:30 in New York on the day before.
    assert sena.send(page, {"day": "2026-11-28", "hour": "03:30"}, having="day").status_code == 303

    assert coming(coalition, "reminder-1") == ["2026-11-28T08:00:00 America/New_York"]


def test_without_a_time_the_form_comes_back_and_nothing_is_changed(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    page = f"/desk/letters/{SLUG}/sends/{id_of(coalition, 'digest')}"
    before = coming(coalition, "digest")

    answer = sena.send(page, {"hour": ""}, having="hour")

    assert answer.status_code == 422
    assert "Choose the time of the day, like 09:00." in words_of(answer)
    assert coming(coalition, "digest") == before


def test_a_planned_reminder_gets_other_readers_spare_hours_and_another_word_when_late(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    page = f"sends/{id_of(coalition, 'reminder-1')}"
    assert f"{page}/rule" in sena.open(page).text
    form = form_of(sena.open(f"{page}/rule"), having="late")
    assert form.has("spare")
    before = coming(coalition, "reminder-1")

    wrong = sena.send(f"{page}/rule", {"late": "within", "hours": ""}, having="late")
    assert wrong.status_code == 422
    assert "Write a whole number of hours, at most 8760." in words_of(wrong)
    answer = sena.send(
        f"{page}/rule", {"late": "within", "hours": "3", "spare": "5", "country": "FR"}, having="late"
    )

    assert "It has another rule from now on." in words_of(sena.follow(answer))
    with reading(coalition.engine) as session:
        row = session.exec(select(Schedule).where(Schedule.name == "reminder-1")).one()
    assert (row.late, row.late_seconds) == (Late.WITHIN, 3 * 3600)
    rule = Audience.from_record(row.audience)
    assert (rule.spare_hours, rule.countries) == (5, ("FR",))
    assert set(rule.states) <= {SignatureState.PENDING, SignatureState.INTENDS}
    assert coming(coalition, "reminder-1") == before


def left_out(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        found = session.exec(select(Occurrence).order_by(col(Occurrence.due_at))).all()
        return [one.local[:10] for one in found if one.state is OccurrenceState.SKIPPED]


def test_one_time_is_left_out_however_often_the_button_is_pressed(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    page = f"/desk/letters/{SLUG}/sends/{id_of(coalition, 'digest')}"
    press = form_of(sena.open(page), to=f"{page}/skip")
    for _ in range(2):
        answer = sena.post(press.action, dict(press.filled({})))
    assert "Its next time is left out" in words_of(sena.follow(answer))
    assert left_out(coalition) == ["2026-11-24"]
    sena.send(page, to=f"{page}/skip")
    assert left_out(coalition) == ["2026-11-24", "2026-11-25"]
    assert "Left out Tuesday, November 24, 2026" in words_of(sena.open(page))

    back = [form for form in read_forms(sena.open(page).text) if form.action.endswith("/put-back")]
    sena.post(back[-1].action, dict(back[-1].filled({})))

    assert len(back) == 2
    assert left_out(coalition) == ["2026-11-24"], "only what was taken back comes again"
    assert sena.post(press.action, {"csrf": sena.mark()}).status_code == 422


def test_countries_that_the_form_cannot_show_stay_unless_another_is_chosen(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    page = f"sends/{id_of(coalition, 'reminder-1')}/rule"

    def countries() -> tuple[str, ...]:
        with reading(coalition.engine) as session:
            row = session.exec(select(Schedule).where(Schedule.name == "reminder-1")).one()
        return Audience.from_record(row.audience).countries

    with transaction(coalition.engine) as session:
        rule = NewRule(countries=("FR", "IT"))
        change_rule(session, SLUG, "reminder-1", rule, by="t", now=coalition.now)

    sena.send(page, {"late": "ask"}, having="late")
    assert countries() == ("FR", "IT")
    sena.send(page, {"country": ""}, having="late")
    assert countries() == ()


def test_the_digest_has_no_readers_to_be_chosen(coalition: Coalition, sena: AtTheDesk) -> None:
    page = f"sends/{id_of(coalition, 'digest')}/rule"
    assert not form_of(sena.open(page), having="late").has("spare")

    # Only one of the three asks for hours; what stands there for another says nothing.
    assert sena.send(page, {"late": "ask", "hours": "some"}, having="late").status_code == 303

    with reading(coalition.engine) as session:
        assert session.exec(select(Schedule.late).where(Schedule.name == "digest")).one() is Late.ASK


def test_the_forecast_says_how_many_it_leaves_out_for_they_reach_nobody(
    coalition: Coalition, sena: AtTheDesk
) -> None:
    seen = words_of(sena.open("forecast"))

    # None of the three reminders has a reader yet; the proof round never comes with these dates.
    assert "3 sendings that would reach nobody as things stand are left out" in seen
    assert "First reminder" not in seen
    assert "to 0 " not in words_of(sena.open("sends"))
    assert "to nobody as things stand" in words_of(sena.open("sends"))
    coalition.sign("Lake Alliance")
    left = words_of(sena.open("forecast"))
    assert "left out" not in left
    assert "First reminder to who has not confirmed or decided" in left
