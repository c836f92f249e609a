"""As the secretariat I want no office to get two letters because a process was killed, and to be told where nobody can know."""

from collections.abc import Iterator, Mapping

import pytest

from service.delivery.carrying.claim import LEASE_BEHIND_THE_FENCE
from service.delivery.settle import keep_arrival, send_again
from service.model.states import DeliveryState
from service.store.transaction import transaction
from tests.carriers import Side, Trouble
from tests.carrying import carry, delivery_of, evidence
from tests.coalition import SLUG, Coalition
from tests.faults.carried import Fate, Step, hand_over, kill
from tests.on_its_way import set_on_its_way
from tests.sides import SIDES

GOES_BY_ITSELF = frozenset({Step.IN_CLAIM, Step.CLAIMED, Step.IN_FENCE})
HAS_IT = frozenset({Step.UNANSWERED, Step.ANSWERED, Step.IN_KEEPING, Step.KEPT})
# By these the other side was asked, and says nothing until this process is dead.
SILENT: Mapping[Step | None, Trouble] = {
    Step.ASKED: Trouble.SILENT_BEFORE,
    Step.UNANSWERED: Trouble.SILENT_AFTER,
}
ENDS = frozenset({DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED})
# Of one way every step, of each way the worst one; the others take minutes.
STEPS = [
    pytest.param(way, step, marks=() if way == "lob" or step is Step.UNANSWERED else pytest.mark.soak)
    for way in SIDES
    for step in Step
]
# Where more than one thing is asked: after which answer it dies, before the fence or behind it.
BEFORE_THE_FENCE = [("lob", 1), ("pingen", 1), ("pingen", 2)]
BEHIND_THE_FENCE = [
    *(("pingen", answers) for answers in (3, 4, 5, 6)),
    *(("regulations", answers) for answers in (1, 2, 3)),
    ("cwc", 1),
]


@pytest.fixture
def side(way: str, coalition: Coalition) -> Iterator[Side]:
    """Release a letter by a way, to the simulator of its other side."""
    with SIDES[way]() as side:
        set_on_its_way(coalition, way, side)
        yield side


def state(coalition: Coalition, way: str) -> DeliveryState:
    return delivery_of(coalition, way).state


def kill_at(coalition: Coalition, side: Side, fate: Fate) -> None:
    url = coalition.engine.url.render_as_string(hide_password=False)
    once = None
    if fate.step in SILENT:
        side.goes_wrong(SILENT[fate.step])
        once = side.is_met if fate.step is Step.ASKED else lambda: side.letters() == 1
    kill(hand_over, url, coalition.now, fate, once=once)
    side.goes_well()


def carry_on(coalition: Coalition) -> None:
    """Let others go on for hours, as long as anything goes by itself."""
    for _ in range(4):
        coalition.now += LEASE_BEHIND_THE_FENCE
        carry(coalition)


def told_of_doubt(coalition: Coalition) -> list[str]:
    coalition.deliver_mail()
    return [mail.text for mail in coalition.mails() if "Nobody can know whether" in mail.text]


def decide(coalition: Coalition, side: Side, way: str) -> None:
    """Decide as a person does: where the other side cannot be asked by the way itself, the office is called."""
    delivery = delivery_of(coalition, way)
    with transaction(coalition.engine) as session:
        if side.knows_keys or not side.letters():
            send_again(session, coalition.keyring, SLUG, delivery.id, by="ada", now=coalition.now)
        else:
            keep_arrival(session, SLUG, delivery.id, "they have it", by="ada", now=coalition.now)
    carry(coalition)


def waits_for_a_person(coalition: Coalition, way: str) -> None:
    assert state(coalition, way) is DeliveryState.UNCERTAIN
    assert any("ended before it kept what was answered" in one for one in evidence(coalition))
    assert len(told_of_doubt(coalition)) == 1


@pytest.mark.parametrize(("way", "step"), STEPS)
def test_killed_at_any_step_it_never_makes_two(
    coalition: Coalition, side: Side, way: str, step: Step
) -> None:
    kill_at(coalition, side, Fate(step=step))
    assert side.letters() == (step in HAS_IT)

    # While the dead one may still be at work nobody else takes it; then it goes again, or waits for a person.
    if step not in {Step.IN_CLAIM, Step.KEPT}:
        carry(coalition)
        assert state(coalition, way) is DeliveryState.CARRYING
    carry_on(coalition)

    assert side.letters() == (step in HAS_IT | GOES_BY_ITSELF)
    if step not in GOES_BY_ITSELF | {Step.KEPT}:
        waits_for_a_person(coalition, way)
        decide(coalition, side, way)
    assert state(coalition, way) in ENDS
    assert side.letters() == 1


@pytest.mark.soak
@pytest.mark.parametrize(("way", "answers"), [*BEFORE_THE_FENCE, *BEHIND_THE_FENCE])
def test_killed_between_two_of_its_requests_it_never_makes_two(
    coalition: Coalition, side: Side, way: str, answers: int
) -> None:
    kill_at(coalition, side, Fate(answers=answers))
    carry_on(coalition)

    assert side.letters() == ((way, answers) in BEFORE_THE_FENCE)
    if (way, answers) in BEHIND_THE_FENCE:
        waits_for_a_person(coalition, way)
        decide(coalition, side, way)
    assert state(coalition, way) in ENDS
    assert side.letters() == 1


@pytest.mark.parametrize("way", ["lob"])
@pytest.mark.parametrize("step", [Step.IN_KEEPING, Step.KEPT])
def test_killed_while_it_settles_what_a_dead_one_left_it_tells_of_the_doubt_once(
    coalition: Coalition, side: Side, way: str, step: Step
) -> None:
    kill_at(coalition, side, Fate(step=Step.UNANSWERED))
    coalition.now += LEASE_BEHIND_THE_FENCE
    kill_at(coalition, side, Fate(step=step))

    carry_on(coalition)

    waits_for_a_person(coalition, way)
    assert side.letters() == 1
