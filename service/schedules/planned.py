"""Planned: one time that something will go out, and to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.schedules.due import Due


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One time that something will be due: of which letter and schedule, and to whom it would go.

    `whom` are the ids of sign-ons, `languages` counts them by the language of their mail ("" is the letter's).
    `answers_until` is until when a proof round may be answered. With `waits_for` it does not happen before a person has
    done that.
    """

    slug: str
    name: str
    due: Due
    whom: Sequence[str]
    languages: Mapping[str, int]
    waits_for: str = ""
    answers_until: datetime | None = None

    @property
    def proviso(self) -> str:
        """What a line about it adds where it does not happen by itself."""
        return f" (waits for {self.waits_for})" if self.waits_for else ""
