"""Every state of a sending has its words, and none says more than what is known."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.delivery.ladder import NEXT, RUNGS, WORDS, StepSeen, ladder
from service.delivery.road import NEXT_THING, RoadFacts, Stage, stage_of
from service.model.delivery import Proof
from service.model.states import DELIVERY, GONE_OUT, CampaignState, DeliveryState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
NEVER_LEFT = {
    DeliveryState.PLANNED,
    DeliveryState.NOT_CONFIGURED,
    DeliveryState.REFUSED,
    DeliveryState.READY,
    DeliveryState.CARRYING,
    DeliveryState.CANCELLED,
}
SAYS_IT_LEFT = re.compile(r"(?<!Not )\bsent\b|handed over|passed on|delivered|answered", re.IGNORECASE)


def way_to(state: DeliveryState) -> list[StepSeen]:
    """Give the steps of a sending that came to a state by the shortest road."""
    roads = {DeliveryState.PLANNED: [DeliveryState.PLANNED]}
    for here in roads.copy():
        waiting = [here]
        while waiting:
            one = waiting.pop(0)
            for there in DELIVERY.moves[one]:
                if there not in roads:
                    roads[there] = [*roads[one], there]
                    waiting.append(there)
    road = roads[state]
    return [
        StepSeen(at=NOON, was=was.value, became=became.value, evidence="as it was kept")
        for was, became in itertools.pairwise(road)
    ]


@pytest.mark.parametrize("state", list(DeliveryState))
def test_each_state_has_words_and_a_next_step_and_the_rungs_of_its_steps_alone(state: DeliveryState) -> None:
    steps = way_to(state)
    seen = ladder(state, steps)

    assert seen.word == WORDS[state]
    assert seen.next == NEXT[state]
    came = {step.became for step in steps}
    reached = [rung for (rung, _), shown in zip(RUNGS, seen.rungs, strict=True) if shown.at]
    assert {rung.value for rung in reached} <= came
    if state in GONE_OUT:
        assert reached[-1] is state
    else:
        assert not set(reached) & GONE_OUT


@pytest.mark.parametrize("state", sorted(NEVER_LEFT))
def test_what_has_not_left_is_never_called_sent(state: DeliveryState) -> None:
    assert not SAYS_IT_LEFT.search(WORDS[state])


def test_what_is_not_configured_is_not_sent_and_says_so() -> None:
    seen = ladder(DeliveryState.NOT_CONFIGURED, way_to(DeliveryState.NOT_CONFIGURED))

    assert seen.word.startswith("Not sent")
    assert seen.look == "grave"
    assert [rung.word for rung in seen.rungs if rung.at] == []


def proved(state: DeliveryState, *proofs: Proof) -> list[StepSeen]:
    """Give the steps of a sending that came to a state, and what was heard of it there."""
    return [*way_to(state), *(replace(way_to(state)[-1], was=state.value, proof=one) for one in proofs)]


def reached_at(steps: list[StepSeen], state: DeliveryState) -> list[str]:
    return [rung.word for rung in ladder(state, steps).rungs if rung.at]


def test_the_offices_own_server_and_a_display_are_rungs_of_their_own() -> None:
    at_mx = proved(DeliveryState.ACCEPTED, Proof.AT_MX)
    assert "taken by the office's own mail server" in reached_at(at_mx, DeliveryState.ACCEPTED)
    assert ladder(DeliveryState.ACCEPTED, at_mx).word == "With the office's own mail server"
    shown = proved(DeliveryState.DELIVERED, Proof.DISPLAYED)
    assert reached_at(shown, DeliveryState.DELIVERED)[-1] == "displayed to a reader"
    assert ladder(DeliveryState.DELIVERED, shown).word == "Displayed"
    assert "nobody knows" in ladder(DeliveryState.DELIVERED, shown).next


def test_neither_is_said_without_its_proof_nor_of_what_came_back() -> None:
    for state in DeliveryState:
        assert not {
            "displayed to a reader",
            "taken by the office's own mail server",
        } & set(reached_at(way_to(state), state))
    failed = [*proved(DeliveryState.ACCEPTED, Proof.AT_MX), *way_to(DeliveryState.FAILED)[-1:]]
    assert "taken by the office's own mail server" not in reached_at(failed, DeliveryState.FAILED)
    assert ladder(DeliveryState.FAILED, failed).word == WORDS[DeliveryState.FAILED]


def moved(*road: DeliveryState) -> list[StepSeen]:
    return [
        StepSeen(at=NOON, was=was.value, became=became.value, evidence="")
        for was, became in itertools.pairwise(road)
    ]


@pytest.mark.parametrize("proof", list(Proof))
def test_what_an_earlier_e_mail_proved_the_present_one_does_not(proof: Proof) -> None:
    state = DeliveryState.DELIVERED if proof is Proof.DISPLAYED else DeliveryState.ACCEPTED
    back, out = DeliveryState.FAILED, (DeliveryState.CARRYING, DeliveryState.HANDED_OVER, state)
    seen = ladder(state, [*proved(state, proof), *moved(state, back, *out)])
    brought = ladder(
        DeliveryState.ANSWERED,
        [*proved(state, proof), *moved(state, back, DeliveryState.HANDED_OVER, DeliveryState.ANSWERED)],
    )

    assert seen.word == WORDS[state]
    assert not {rung.state for one in (seen, brought) for rung in one.rungs if rung.at} & set(Proof)


D = DeliveryState
TRIED_BEFORE = [
    # What was, what is, and the rungs that the present copy stands on.
    ((D.HANDED_OVER, D.FAILED), (D.CARRYING, D.HANDED_OVER), ["handed over"]),
    (
        (D.HANDED_OVER, D.ACCEPTED, D.FAILED),
        (D.CARRYING, D.HANDED_OVER, D.DELIVERED),
        ["handed over", "reported as delivered"],
    ),
    ((D.HANDED_OVER, D.DELIVERED, D.FAILED), (D.CARRYING, D.ACCEPTED), ["passed on to a further server"]),
    (
        (D.HANDED_OVER, D.DELIVERED, D.FAILED),
        (D.CARRYING, D.HANDED_OVER, D.ANSWERED),
        ["handed over", "answered"],
    ),
    ((D.HANDED_OVER, D.DELIVERED, D.FAILED), (D.HANDED_OVER, D.ANSWERED), ["handed over", "answered"]),
    ((D.HANDED_OVER, D.DELIVERED, D.FAILED), (D.CARRYING, D.UNCERTAIN), []),
    ((D.UNCERTAIN,), (D.CARRYING, D.HANDED_OVER), ["handed over"]),
    ((D.UNCERTAIN,), (D.HANDED_OVER,), ["handed over"]),
]


@pytest.mark.parametrize(("before", "since", "stands_on"), TRIED_BEFORE)
def test_no_rung_stands_on_an_earlier_copy(
    before: tuple[DeliveryState, ...], since: tuple[DeliveryState, ...], stands_on: list[str]
) -> None:
    first = moved(D.PLANNED, D.READY, D.CARRYING, *before)
    steps = [*first, *(replace(step, at=LATER) for step in moved(before[-1], *since))]

    rungs = [rung for rung in ladder(since[-1], steps).rungs if rung.at]

    assert [rung.word for rung in rungs] == ["released", "in our outbox", *stands_on]
    assert {rung.at for rung in rungs[2:]} <= {LATER}


def test_what_a_person_brings_has_no_rung_of_mail() -> None:
    seen = ladder(DeliveryState.DELIVERED, proved(DeliveryState.DELIVERED, Proof.DISPLAYED), by_hand=True)

    assert not {"displayed to a reader", "taken by the office's own mail server"} & {
        rung.word for rung in seen.rungs
    }


def test_a_rung_that_no_step_proves_is_not_reached() -> None:
    """An answer may come of a copy of which nobody ever said that it was delivered."""
    road = (
        DeliveryState.PLANNED,
        DeliveryState.READY,
        DeliveryState.CARRYING,
        DeliveryState.HANDED_OVER,
        DeliveryState.ANSWERED,
    )
    steps = [
        StepSeen(at=NOON, was=was.value, became=became.value, evidence="")
        for was, became in itertools.pairwise(road)
    ]

    seen = ladder(DeliveryState.ANSWERED, steps)

    assert [rung.word for rung in seen.rungs if rung.at] == [
        "released",
        "in our outbox",
        "handed over",
        "answered",
    ]


def test_what_came_back_is_on_no_rung_but_those_of_leaving() -> None:
    steps = [
        StepSeen(at=NOON, was="planned", became="ready", evidence=""),
        StepSeen(at=NOON, was="ready", became="carrying", evidence=""),
        StepSeen(at=NOON, was="carrying", became="handed_over", evidence=""),
        StepSeen(at=NOON, was="handed_over", became="failed", evidence="sent back"),
    ]

    seen = ladder(DeliveryState.FAILED, steps)

    assert [rung.word for rung in seen.rungs if rung.at] == ["released", "in our outbox"]


READY = RoadFacts(
    state=CampaignState.CLOSED,
    is_solo=False,
    is_proposed=True,
    is_leaving=False,
    approved=2,
    needed=2,
    has_changes=False,
    unchecked=0,
)


def facts(**changes: Any) -> RoadFacts:
    return replace(READY, **changes)


ROAD = [
    (facts(state=CampaignState.DRAFT, is_proposed=False), Stage.DRAFT),
    (facts(state=CampaignState.OPEN, is_proposed=False), Stage.COLLECTING),
    (facts(is_proposed=False), Stage.TO_PROPOSE),
    (facts(approved=1), Stage.WAITS_FOR_APPROVAL),
    (facts(has_changes=True), Stage.CHANGES_ASKED),
    (facts(unchecked=1), Stage.NOT_CHECKED),
    (facts(), Stage.TO_RELEASE),
    (facts(approved=0, is_solo=True), Stage.TO_RELEASE),
    (facts(is_proposed=False, is_leaving=True), Stage.LEAVING),
    (facts(state=CampaignState.SENT, is_proposed=False, is_leaving=True), Stage.SENT),
    (facts(state=CampaignState.SENT, approved=1), Stage.WAITS_FOR_APPROVAL),
    (facts(state=CampaignState.ARCHIVED), Stage.PUT_AWAY),
]


@pytest.mark.parametrize(("given", "wanted"), ROAD)
def test_the_road_has_one_next_thing(given: RoadFacts, wanted: Stage) -> None:
    assert stage_of(given) is wanted
    assert NEXT_THING[wanted]


def test_what_a_person_brings_lies_in_no_outbox_and_waits_for_that_person() -> None:
    waits = ladder(DeliveryState.READY, way_to(DeliveryState.READY), by_hand=True)
    brought = ladder(DeliveryState.HANDED_OVER, way_to(DeliveryState.HANDED_OVER), by_hand=True)

    assert waits.word == "Waits: somebody has to bring it"
    assert [rung.word for rung in waits.rungs] == [
        "released",
        "handed over",
        "reported as delivered",
        "answered",
    ]
    assert "on the word of whoever brought it" in brought.next
    assert [bool(rung.at) for rung in brought.rungs] == [True, True, False, False]


def test_what_is_no_mail_knows_no_servers() -> None:
    seen = ladder(DeliveryState.ACCEPTED, way_to(DeliveryState.ACCEPTED), is_mail=False)

    assert [rung.word for rung in seen.rungs if rung.at][-1] == "passed on"
    assert "server" not in seen.next
    assert "nobody has said yet" in seen.next
