"""Runner: a process of the service that lives; JobTurn: when each job was last done; Tally: a number that only grows.

QueueStep: how far the tables of the queue were brought in.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from service.model.columns import Moment, code

GENERATION = 1
"""Which rules this version knows. It grows whenever one comes that an earlier version must not work without: 0 is 0.1.0,
1 knows letters that are hidden or tried, sendings at rest, and words of a coalition's own in them.
"""


class RunnerKind(StrEnum):
    """As what a process was started."""

    RUN = "run"
    SERVE = "serve"
    WORKER = "worker"


class Runner(SQLModel, table=True):
    """One process that serves pages or does what is due; its row goes when it ends, and is old where it was killed.

    `host` is a hash of the machine's name, so that machines can be told apart and none is named.
    """

    __tablename__ = "runner"

    id: str = Field(primary_key=True, max_length=32)
    kind: RunnerKind = Field(sa_type=code(RunnerKind))
    host: str = Field(max_length=8)
    pid: int
    queues: str = Field(default="", max_length=64)
    began_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    generation: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class JobTurn(SQLModel, table=True):
    """The last turns of one job, wherever it was done; kept every ten seconds at most."""

    __tablename__ = "job_turn"

    name: str = Field(primary_key=True, max_length=48)
    began_at: datetime = Field(sa_type=Moment)
    ended_at: datetime = Field(sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    turns: int = Field(default=0, sa_type=BigInteger)
    failures: int = Field(default=0, sa_type=BigInteger)


class Tally(SQLModel, table=True):
    """A number that only grows, whatever process adds to it."""

    __tablename__ = "tally"

    name: str = Field(primary_key=True, max_length=48)
    number: int = Field(default=0, sa_type=BigInteger)


class QueueStep(SQLModel, table=True):
    """One step of the schema of Procrastinate that was applied to this database; none on SQLite."""

    __tablename__ = "queue_step"

    name: str = Field(primary_key=True, max_length=120)
