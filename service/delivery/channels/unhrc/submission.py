"""A written statement as NGOs submit it: who, to which session, under which item, in which language (values only)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Status = Literal["general", "special", "roster", "none"]

STATUSES: tuple[Status, ...] = ("general", "special", "roster")
"""The kinds of consultative status, in the order in which joint submitters are named."""

BEFORE_THE_SESSION = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Ngo:
    """An NGO by its name in the ECOSOC database; `compared` is when somebody last looked there, None where nobody has."""

    name: str
    status: Status
    compared: date | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of the Council and the day on which it opens in Geneva."""

    number: int
    opens: date

    @property
    def last_day(self) -> date:
        """The last day for written statements: exactly two weeks before the session opens."""
        return self.opens - BEFORE_THE_SESSION


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom the secretariat of the Council may turn to; entered with the statement, and never part of it."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Most:
    """How many words a statement has at most, notes counted, by the status of its main submitter."""

    general: int = 2_000
    special: int = 1_500
    roster: int = 1_500


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One statement in one language.

    `text` is Markdown. `joint` are the others in consultative status who submit it too; `others` are the names of NGOs
    without such status, who can only be named in a note to the title as sharing its views.
    """

    session: Session
    item: int
    language: str
    main: Ngo
    title: str
    text: str
    contact: Person
    joint: tuple[Ngo, ...] = ()
    others: tuple[str, ...] = ()
    most: Most = Most()
