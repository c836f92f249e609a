"""The proof by schedules, `make crash-schedules`: kill who fires them, and hold every row against plan and ledger."""

import sys
import tempfile
from itertools import cycle, islice, product
from pathlib import Path

from tests.faults.crew import Databases, Postgres, Sqlite
from tests.faults.firing import Step
from tests.faults.planned import Size
from tests.faults.storm import Blow, Storm, Strike, fire_in_hardship

_STEPS = (*Step, None)
# SQLite has neither others who take over nor a server to be restarted.
_KILLS = tuple(Strike(blow=Blow.KILL, step=step) for step in _STEPS)
_ALL = tuple(Strike(blow=blow, step=step) for step, blow in product(_STEPS, Blow))


def few(databases: Databases, *, seed: int) -> Storm:
    """Make a storm that is over within seconds, for every run of the tests."""
    strikes = _ALL[3:6] if databases.can_stop else _KILLS[:3]
    size = Size(letters=2, schedules=6, audience=100)
    return Storm(
        size=size,
        part=30,
        strikes=strikes,
        seed=seed,
        seconds=180,
        crews=(2,) if databases.can_stop else (1,),
    )


def many(
    databases: Databases, *, schedules: int, audience: int, blows: int, seed: int, seconds: float
) -> Storm:
    """Make a storm as it was promised: 50 schedules, 100,000 mails, 2 to 8 processes, or one that is killed 20 times."""
    strikes = tuple(islice(cycle(_ALL if databases.can_stop else _KILLS), blows))
    size = Size(letters=5, schedules=schedules, audience=audience)
    return Storm(
        size=size,
        part=max(1, audience // 4),
        strikes=strikes,
        seed=seed,
        seconds=seconds,
        crews=(2, 4, 8) if databases.can_stop else (1,),
    )


if __name__ == "__main__":
    which = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="undersigned-crash-") as folder:
        db = Postgres(Path(folder)) if which.startswith("p") else Sqlite(Path(folder))
        if len(sys.argv) == 2:
            storm = few(db, seed=1)
        else:
            storm = many(
                db,
                schedules=int(sys.argv[2]),
                audience=int(sys.argv[3]),
                blows=int(sys.argv[4]),
                seed=1,
                seconds=600,
            )
        print(fire_in_hardship(db, storm))
