"""The one next thing of a letter: what is most pressing, and the page on which it is done, where there is one."""

from dataclasses import replace

import pytest

from service.model.coordinator import Role
from service.model.states import CampaignState
from service.schedules.digest import Waiting
from service.schedules.overview import Numbers, Overview
from service.web.desk.next_thing import NOTHING, todo_of
from tests.unit.campaigns.test_steps import NOON, letter

EVERY = {
    f"desk.{name}"
    for name in (
        *("life", "live", "emergency", "signatories", "sends", "deliveries", "members"),
        *("second_looks", "show", "held"),
    )
}
SIGNED = Numbers(waiting=Waiting(), signed=3, conditional=0, invited=0)
BARE = Overview(numbers=SIGNED, goal=0, intending=(), stages=(), looks=0, grace_seconds=0)


def waiting(**what):
    return replace(BARE, numbers=replace(SIGNED, waiting=Waiting(**what)))


@pytest.mark.parametrize(
    ("state", "row", "overview", "endpoint"),
    [
        (CampaignState.DRAFT, {}, BARE, "desk.life"),
        (CampaignState.FROZEN, {}, BARE, "desk.life"),
        (CampaignState.FROZEN, {"trial_since": NOON}, BARE, "desk.live"),
        (CampaignState.OPEN, {}, BARE, ""),
        (CampaignState.OPEN, {"paused_at": NOON}, BARE, "desk.life"),
        (CampaignState.OPEN, {}, replace(BARE, numbers=replace(SIGNED, signed=0)), "desk.members"),
        (CampaignState.OPEN, {}, waiting(to_check=2), "desk.signatories"),
        (CampaignState.OPEN, {}, waiting(quarantined=2, to_check=2), "desk.held"),
        (CampaignState.OPEN, {}, waiting(proposed="weekly"), "desk.sends"),
        (CampaignState.OPEN, {}, replace(waiting(to_check=2), looks=1), "desk.second_looks"),
        (CampaignState.DRAFT, {}, replace(BARE, looks=1), "desk.life"),
        (CampaignState.SENT, {}, waiting(show_asks=True), "desk.show"),
        (CampaignState.OPEN, {"emergency_at": NOON}, replace(waiting(to_check=2), looks=1), "desk.emergency"),
        (CampaignState.CLOSED, {}, waiting(is_closed=True), "desk.deliveries"),
        (CampaignState.SENT, {}, BARE, "desk.life"),
        (CampaignState.ARCHIVED, {}, BARE, ""),
    ],
)
def test_the_most_pressing_is_said_with_its_page(state, row, overview, endpoint):
    campaign = letter(state)
    for name, value in row.items():
        setattr(campaign, name, value)

    assert todo_of(campaign, overview, there=EVERY, role=Role.OWNER).endpoint == endpoint


@pytest.mark.parametrize(
    ("what", "stands"),
    [({"to_check": 2}, "held"), ({"to_accept": 2}, "awaiting"), ({"proposed": "weekly"}, "")],
)
def test_its_page_shows_those_alone_that_are_meant(what, stands):
    todo = todo_of(letter(CampaignState.OPEN), waiting(**what), there=EVERY, role=Role.OWNER)

    assert todo.stands == stands


def test_what_is_done_on_a_page_that_is_not_for_this_reader_is_said_without_a_way():
    todo = todo_of(letter(CampaignState.OPEN), waiting(to_check=2), there=set(), role=Role.OWNER)

    assert (bool(todo.what), todo.endpoint, todo.label) == (True, "", "")
    assert todo_of(letter(CampaignState.OPEN), BARE, there=EVERY, role=Role.OWNER).what == NOTHING


@pytest.mark.parametrize(
    ("state", "overview", "role", "is_yours"),
    [
        (CampaignState.OPEN, waiting(to_accept=2), Role.MODERATOR, True),
        (CampaignState.OPEN, waiting(to_accept=2), Role.AUDITOR, False),
        (CampaignState.OPEN, waiting(to_accept=2), Role.SENDER, False),
        (CampaignState.OPEN, waiting(proposed="weekly"), Role.SENDER, True),
        (CampaignState.DRAFT, BARE, Role.EDITOR, True),
        (CampaignState.DRAFT, BARE, Role.MODERATOR, False),
        (CampaignState.SENT, BARE, Role.SENDER, False),
        (CampaignState.OPEN, BARE, Role.AUDITOR, True),
    ],
)
def test_what_a_role_does_not_include_is_told_as_others_work(state, overview, role, is_yours):
    todo = todo_of(letter(state), overview, there=EVERY, role=role)

    assert todo.is_yours is is_yours
