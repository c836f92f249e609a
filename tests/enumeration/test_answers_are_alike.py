"""Neither the bytes of an answer nor its time tell who has signed; `make enumeration` asks two thousand times each."""

import itertools
import math
import sys

import pytest
from sqlalchemy import event

from examples.demo.forms import read_forms
from tests.coalition import Coalition
from tests.enumeration.ask import Answers, ask_for_links, ask_organizations, ask_people, visitor_of
from tests.enumeration.ask_waiting import ask_waiting
from tests.enumeration.rank_sum import are_alike, p_value
from tests.waiting_page import send_form

WITHIN_MS = 1.0
"""Nobody across a network can tell such a difference from its own noise with the tries that the limits allow."""


# With few rounds medians are uncertain, and of many pairs one differs by chance: then only what is plain is called out.
UNLIKELY, PLAIN, MANY = 0.01, 0.0001, 1000


def test_no_answer_tells_which_organization_has_signed(coalition: Coalition, rounds: int) -> None:
    not_told_apart(
        "organization's form", ask_organizations(coalition, rounds=rounds), coalition, rounds=rounds
    )


def test_no_answer_tells_which_person_has_signed(coalition: Coalition, rounds: int) -> None:
    not_told_apart("person's form", ask_people(coalition, rounds=rounds), coalition, rounds=rounds)


def test_no_answer_tells_for_whom_there_is_a_link(coalition: Coalition, rounds: int) -> None:
    not_told_apart("fresh link", ask_for_links(coalition, rounds=rounds), coalition, rounds=rounds)


def test_no_answer_on_the_page_that_waits_tells_who_has_signed(coalition: Coalition, rounds: int) -> None:
    asked = ask_waiting(coalition, rounds=rounds)

    for act, answers in asked.items():
        not_told_apart(act, answers, coalition, rounds=rounds)


def not_told_apart(act: str, answers: Answers, coalition: Coalition, *, rounds: int) -> None:
    """Write down how long each answer took, and see that neither that nor its bytes tell whom it was about."""
    pairs = {
        (one, other): p_value(answers.times[one], answers.times[other])
        for one, other in itertools.combinations(answers.times, 2)
    }
    report = "\n".join(
        [f"{who:<16} median {middle:7.3f} ms" for who, middle in answers.medians().items()]
        + [f"{one} / {other}: p = {p:.3f}" for (one, other), p in pairs.items()]
    )
    sys.stdout.write(f"\n{act}: {rounds} each on {coalition.engine.dialect.name}\n{report}\n")
    assert len(answers.bodies) == 1
    assert all(len(times) == rounds for times in answers.times.values())
    unlikely = UNLIKELY if rounds >= MANY else PLAIN
    different = [
        (one, other)
        for one, other in pairs
        if not are_alike(answers.times[one], answers.times[other], within=WITHIN_MS, unlikely=unlikely)
    ]
    assert different == [], f"{act}: {report}"


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # By hand: U = 10 where 12.5 is expected, no ties, z = 2 / 4.787.
        ([1.0, 2.0, 3.0, 4.0, 5.0], [1.5, 2.5, 3.5, 4.5, 5.5], 0.6761),
        ([1.0] * 20, [1.0] * 20, 1.0),
        (list(range(30)), list(range(100, 130)), 0.0),
    ],
)
def test_the_rank_sum_is_what_the_books_say(one: list[float], other: list[float], p: float) -> None:
    assert math.isclose(p_value(one, other), p, abs_tol=5e-4)


@pytest.mark.parametrize(("shift", "alike"), [(0.0, True), (0.4, True), (3.0, False)])
def test_a_difference_that_is_there_is_found(shift: float, *, alike: bool) -> None:
    one = [10 + number % 37 / 10 for number in range(400)]

    assert are_alike(one, [time + shift for time in one], within=WITHIN_MS, unlikely=PLAIN) is alike


def test_on_the_page_that_waits_the_same_statements_run_for_everybody(
    coalition: Coalition,
) -> None:
    visitor = visitor_of(coalition)
    run: list[str] = []
    event.listen(coalition.engine, "before_cursor_execute", lambda *given: run.append(given[2]))
    asked = {}
    coalition.sign_and_confirm("Signed Society", email="office@signed.example")
    for name in ("New Nook", "Signed Society"):
        email = f"office@{name.split()[0].lower()}.example"
        path = f"/waiting/{send_form(coalition, name, email)}"
        forms = [form for form in read_forms(visitor.open(path).text) if form.method == "post"]
        for form, entries in zip(
            forms, ({"code": "000000"}, {}, {"address": "right@nook.example"}), strict=True
        ):
            run.clear()
            visitor.post(form.action, dict(form.filled(entries)))
            asked[name, form.action.rpartition("/")[2][:9]] = list(run)

    for act in ("again", "address"):
        assert asked["New Nook", act]
        assert asked["New Nook", act] == asked["Signed Society", act]
