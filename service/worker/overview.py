"""What can be seen of the work: which processes live, and when each job was last done."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.model.retention import UpkeepRound
from service.model.runner import GENERATION, JobTurn, Runner
from service.signing.found_by import DOMAINS, ROUND
from service.store.generations import is_alive


def processes(session: Session, *, now: datetime) -> list[dict[str, Any]]:
    """Tell of each process that works on the database, or was killed within the hour, as `status --json` does."""
    rows = session.exec(select(Runner).order_by(col(Runner.id))).all()
    return [
        {
            "kind": row.kind.value,
            "host": row.host,
            "pid": row.pid,
            "queues": row.queues,
            "for_seconds": seconds_since(row.began_at, now=now),
            "seen_seconds": seconds_since(row.seen_at, now=now),
            "is_alive": is_alive(row, now=now),
            "is_older": row.generation < GENERATION,
        }
        for row in rows
    ]


def job_turns(session: Session, *, now: datetime) -> list[dict[str, Any]]:
    """Tell when each job was last done, as `status --json` does."""
    rows = session.exec(select(JobTurn).order_by(col(JobTurn.name))).all()
    return [
        {
            "name": row.name,
            "done_seconds": seconds_since(row.ended_at, now=now),
            "failed_seconds": seconds_since(row.failed_at, now=now),
            "turns": row.turns,
            "failures": row.failures,
        }
        for row in rows
    ]


def rounds(session: Session, *, now: datetime) -> list[dict[str, Any]]:
    """Tell when each round of upkeep was last taken and what it found, as `status --json` does."""
    # The one only says how far it has come, every few seconds; the other is taken once for good.
    nightly = select(UpkeepRound).where(col(UpkeepRound.name).not_in((ROUND, DOMAINS)))
    rows = session.exec(nightly.order_by(col(UpkeepRound.name))).all()
    return [
        {
            "name": row.name,
            "began_seconds": seconds_since(row.began_at, now=now),
            "ended_seconds": seconds_since(row.ended_at, now=now),
            "looked_at": row.looked_at,
            "differences": row.differences,
        }
        for row in rows
    ]


def seconds_since(moment: datetime | None, *, now: datetime) -> float | None:
    """Give the seconds from a moment, if there was one, until now (pure)."""
    return round((now - moment).total_seconds(), 1) if moment is not None else None
