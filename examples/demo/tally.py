"""Counts at the end what happened, from the mail, the answers and the service, and says where they disagree."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from examples.demo.errors import DemoFailed
from examples.demo.post import Item, Kind, count_post
from examples.demo.sending import published_count
from examples.demo.stage import Stage

_UNANSWERED = {"pending", "expired"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    label: str
    count: int
    known_by: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The figures of a showing, and every disagreement among them."""

    figures: tuple[Figure, ...]
    disagreements: tuple[str, ...]


def take_tally(stage: Stage) -> Tally:
    """Count everything."""
    rows = _rows(stage)
    counted = _Counted(
        caught=count_post(stage.catcher.mails, stage.directory),
        states=Counter(str(row["state"]) for row in rows),
        agreed=sum(row["provenance"] == "attested" for row in rows),
        public=int(published_count(stage)["signatories"]),
    )
    return Tally(figures=_figures(stage, counted), disagreements=tuple(_disagreements(stage, counted)))


def make_table(tally: Tally) -> Table:
    """Draw the figures."""
    table = Table(title="What happened", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold")
    table.add_column("counted from", style="dim")
    for figure in tally.figures:
        table.add_row(figure.label, str(figure.count), figure.known_by)
    return table


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """What the mail and the service tell at the end."""

    caught: Counter[Item]
    states: Counter[str]
    agreed: int
    public: int

    def mails(self, kind: Kind) -> int:
        return sum(count for item, count in self.caught.items() if item[0] is kind)

    @property
    def unanswered(self) -> int:
        return sum(self.states[state] for state in _UNANSWERED)


def _figures(stage: Stage, counted: _Counted) -> tuple[Figure, ...]:
    lost = stage.ledger.lost(counted.caught).total()
    lines = (
        ("invited", counted.mails(Kind.INVITATION), "invitations caught"),
        ("signed", stage.signed, "sign-on forms taken"),
        ("added as agreed", counted.agreed, "signatories list"),
        ("confirmed", stage.confirmed, "confirmation forms taken, by POST"),
        ("counted in the letter", counted.public, "the public count"),
        ("reminded", counted.mails(Kind.REMINDER), "reminders caught"),
        ("not confirmed", counted.unanswered, "signatories list"),
        ("delivered", counted.mails(Kind.DELIVERY), "letters caught at their recipients"),
        ("brought by hand", stage.brought, "packets made, and a person's word"),
        ("lost", lost, f"of {stage.ledger.promised.total()} mails promised"),
    )
    return tuple(Figure(label=label, count=count, known_by=known_by) for label, count, known_by in lines)


def _disagreements(stage: Stage, counted: _Counted) -> list[str]:
    cast, ledger = stage.cast, stage.ledger
    silent = sum(1 for signer in cast.signing if not signer.confirms)
    confirmed = counted.states["confirmed"]
    checks = (
        (ledger.lost(counted.caught).total(), 0, "promised mails that were not caught"),
        (ledger.surplus(counted.caught).total(), 0, "mails that came more than once"),
        (counted.mails(Kind.INVITATION), len(cast.invited), "invitations"),
        (stage.signed, len(cast.signing), "sign-on forms taken"),
        (counted.agreed, len(cast.agreed), "sign-ons added as agreed"),
        (stage.confirmed + counted.agreed, confirmed, "sign-ons confirmed or agreed"),
        (confirmed, len(cast.counted), "confirmed sign-ons in the list"),
        (counted.public, confirmed, "signatories in the public count"),
        (counted.unanswered, silent, "sign-ons that nobody confirmed"),
        (counted.mails(Kind.REMINDER), silent, "reminders"),
        (counted.mails(Kind.DELIVERY), len(stage.offices), "letters delivered"),
        (stage.brought, len(_by_hand(stage)), "copies brought by hand"),
    )
    return [f"{what}: {found}, where {due} were due." for found, due, what in checks if found != due]


def _by_hand(stage: Stage) -> list[str]:
    return [way for office in stage.offices for way in office["channels"] if way != "email"]


def _rows(stage: Stage) -> list[dict[str, Any]]:
    answer = stage.undersigned.ask("signatories", "list", stage.slug)
    rows = answer["signatories"] if isinstance(answer, dict) else answer
    if len(rows) != len(stage.cast.everybody):
        raise DemoFailed(f"The service lists {len(rows)} signatories, not {len(stage.cast.everybody)}.")
    return list(rows)
