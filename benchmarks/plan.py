"""How much is measured, and how long it may take: read from the command line."""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.databases import POSTGRESQL, SQLITE

CONNECTIONS = 8
PARTS = ("rates", "latency", "enqueue", "memory")
# For each part, how many runs, each cut when its time is over, there are on each database.
_RUNS = {"rates": 1.0, "latency": 1.5, "enqueue": 0.5, "memory": 2.0}
_DATABASES = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was asked for; every number of mails is for each database."""

    parts: Sequence[str]
    databases: Sequence[str]
    rounds: int
    mails: int
    plain_mails: int
    audience: int
    few: int
    run_seconds: float
    minutes: float
    with_node: bool
    profile: bool
    folder: Path | None
    began: float = field(default_factory=time.monotonic)

    def left_for(self, part: str) -> float:
        """Give the seconds that are left for a part, when those behind it get what they may need."""
        later = self.parts[self.parts.index(part) + 1 :]
        left = 60 * self.minutes - (time.monotonic() - self.began)
        return left - sum(self.seconds_of(other) for other in later)

    def seconds_of(self, part: str) -> float:
        """Give the seconds that a part may need at most on a machine that is not held up."""
        return _RUNS[part] * len(self.databases) * self.run_seconds

    @property
    def is_whole(self) -> bool:
        """Tell whether everything is measured at its full size, so that the verdict is the one that was promised."""
        whole = read_plan([])
        names = ("parts", "databases", "rounds", "mails", "audience", "few", "with_node", "profile")
        return all(getattr(self, name) == getattr(whole, name) for name in names)


def read_plan(arguments: Sequence[str]) -> Plan:
    """Read what the command line asks for."""
    asked = _parser().parse_args(arguments)
    quick = asked.quick
    mails = asked.mails or (2_000 if quick or asked.profile else 20_000)
    audience = asked.audience or (10_000 if quick else 100_000)
    return Plan(
        parts=tuple(part for part in PARTS if part in (asked.part or PARTS)),
        databases=tuple(_DATABASES[name] for name in _DATABASES if name in (asked.database or _DATABASES)),
        rounds=asked.rounds or (1 if quick else 3),
        mails=mails,
        plain_mails=min(mails, 200 if quick else 600),
        audience=audience,
        few=min(mails, 500 if quick else 2_000),
        run_seconds=asked.run_seconds,
        minutes=asked.minutes,
        with_node=not asked.without_node,
        profile=asked.profile,
        folder=asked.folder,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-mail", description="Measures the sender beside others.")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, in about a minute")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--database", choices=list(_DATABASES), action="append", help="only this database")
    parser.add_argument("--rounds", type=_positive, help="how often the contenders take turns (3)")
    parser.add_argument("--mails", type=_positive, help="mails of each run (20,000)")
    parser.add_argument("--audience", type=_positive, help="recipients of the large update (100,000)")
    parser.add_argument("--run-seconds", type=float, default=30.0, help="after so long a run is cut (30)")
    parser.add_argument("--minutes", type=float, default=12.0, help="what does not fit in is left out (12)")
    parser.add_argument("--without-node", action="store_true", help="leave nodemailer out, and its two lines")
    parser.add_argument(
        "--profile", action="store_true", help="only show where the sender's CPU time goes, over 2,000 mails"
    )
    parser.add_argument("--folder", type=Path, help="put the databases here; else where temporary files go")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if not 0 < number < math.inf:
        raise ValueError(text)
    return number
