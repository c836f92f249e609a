"""The proof by crashes catches what it is there to catch, and passes what is right."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from service.foundation.clock import now
from service.model.message import MessageKind
from service.schedules.begin import begin_due
from service.schedules.fire import fire_part
from service.store.transaction import reading, transaction, trial
from service.wiring import make_services
from tests.faults.crash import Blow, Plan, Strike, main, play
from tests.faults.crew import Sqlite
from tests.faults.late_fence import with_a_late_fence
from tests.faults.planned import Planned, Size, audit_fired, fill, plan
from tests.faults.sender import Label
from tests.faults.storm import settings_of
from tests.operator import Operator

# Kills come often and the relay thinks, so that a small soak meets the moment between the dot and the commit.
SMALL_SOAK = ["--part", "soak", "--messages", "200", "--kill-every", "0.2", "--answer-seconds", "0.02"]


def verdict(shown: str) -> dict[str, int]:
    """Read the line of sums that the proof prints before its verdict."""
    found = re.search(r"lost (?P<lost>\d+), doubled (?P<doubled>\d+)", shown)
    assert found is not None
    return {name: int(number) for name, number in found.groupdict().items()}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_fence_after_the_dot_doubles_mail_and_is_caught(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Kills fall at random: a small soak may miss the moment that doubles, eight of them in a row will not.
    code, shown = 0, ""
    for _ in range(8):
        code = main([*SMALL_SOAK, "--database", database], make_transport=with_a_late_fence)
        shown = capsys.readouterr().out
        if verdict(shown)["doubled"] > 0:
            break

    assert code == 1
    assert verdict(shown)["doubled"] > 0
    assert shown.splitlines()[-1] == "FAILED: a promise was broken."


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_real_sender_stands_the_same_soak(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*SMALL_SOAK, "--database", database])

    shown = capsys.readouterr().out
    assert (code, verdict(shown)) == (0, {"lost": 0, "doubled": 0}), shown
    assert shown.splitlines()[-1] == "Passed: every promise was kept."


@pytest.mark.parametrize("label", Label)
def test_doubt_is_allowed_only_where_the_body_may_have_gone(label: Label) -> None:
    killed = Strike(label=label, blow=Blow.KILL, kind=MessageKind.DELIVERY)

    before_the_fence = label in {Label.BEFORE_CLAIM, Label.AFTER_CLAIM, Label.BEFORE_FENCE}
    assert killed.doubt_allowed == (0 if before_the_fence else 1)


@pytest.mark.soak
@pytest.mark.parametrize("label", Label)
def test_a_letter_by_email_is_neither_lost_nor_doubled_wherever_its_sender_is_killed(
    label: Label, tmp_path: Path
) -> None:
    killed = Strike(label=label, blow=Blow.KILL, kind=MessageKind.DELIVERY)

    result = play(killed, Sqlite(tmp_path), Plan(messages=3, both_kinds=False, seed=1))

    assert not result.faults, result


# What a firing could do wrong, as a statement that makes it so, and what the audit says of it.
FIRED_BADLY = [
    ("DELETE FROM message WHERE id = (SELECT min(id) FROM message)", ["1 mails missing"]),
    (
        "UPDATE message SET recipient_ref = (SELECT max(recipient_ref) FROM message)",
        ["1 mails missing", "1 mails twice, or to somebody not meant"],
    ),
    ("UPDATE occurrence SET posted = posted + 1", ["1 occurrences whose count of mails is wrong"]),
    ("UPDATE occurrence SET state = 'firing'", ["1 occurrences not fired to their end"]),
    (
        "UPDATE occurrence SET id = 'another'",
        ["2 mails missing", "2 mails of no occurrence"],
    ),
    (
        "DELETE FROM occurrence",
        ["1 occurrences missing", "2 mails of no occurrence"],
    ),
]


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Sequence[Planned]]:
    """Give a database on which one schedule was fired well, to two people, and what was planned."""
    operator = Operator(tmp_path_factory.mktemp("fired"), smtp_port=9, web_port=9)
    operator.does("init")
    services = make_services(settings_of(operator))
    here = now().replace(microsecond=0)
    due_at = here + timedelta(minutes=1)
    everybody = fill(services, Size(letters=1, schedules=1, audience=2))
    planned = plan(services, everybody, [0], now=here, due_at=due_at)
    with transaction(services.engine) as session:
        begin_due(session, services.keyring, now=due_at)
        fire_part(session, services.keyring, now=due_at)
    return services.engine, planned


def test_what_was_fired_well_passes(fired: tuple[Engine, Sequence[Planned]]) -> None:
    engine, planned = fired

    with reading(engine) as session:
        assert audit_fired(session, planned) == []


@pytest.mark.parametrize(("statement", "faults"), FIRED_BADLY)
def test_what_was_fired_badly_is_caught(
    fired: tuple[Engine, Sequence[Planned]], statement: str, faults: list[str]
) -> None:
    engine, planned = fired

    with trial(engine) as session:
        session.execute(text(statement))
        found = audit_fired(session, planned)

    assert set(faults) <= set(found)
