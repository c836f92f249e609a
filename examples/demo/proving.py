"""The end of the story: how far each copy has come, and a dossier of it that programs of others check."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from examples.demo.errors import DemoFailed
from examples.demo.outside import Finding, ask_bagit, ask_script, with_a_byte_flipped
from examples.demo.stage import Stage
from service.delivery.channel_words import channel_word
from service.delivery.ladder import RUNGS, WORDS
from service.model.states import DeliveryState

_FLIPPED = "data/certificate.pdf"
_RUNGS = {rung.value: str(word) for rung, word in RUNGS}
_WIDEST = max(map(len, _RUNGS.values()))


@dataclass(frozen=True, kw_only=True)
class Reached:
    """One rung of a sending: what it is, when it was reached, and how that is known."""

    rung: str
    at: datetime
    known: str


@dataclass(frozen=True, kw_only=True)
class Climbed:
    """How far one sending has come."""

    office: str
    way: str
    stands: str
    rungs: Sequence[Reached]


def prove(stage: Stage) -> tuple[Climbed, ...]:
    """Make the dossier, have it checked by others, and give how far each copy has come, as the dossier says."""
    folder = stage.folder
    stage.undersigned.run(
        *("dossier", "make", stage.slug), "--out", str(folder.dossier), "--zip", str(folder.dossier_zip)
    )
    stage.narrator.say("The proof of delivery is made: the letter, its sendings, a certificate, all listed.")
    _have_it_checked(stage)
    _change_one_byte(stage)
    return read_ladders(folder.dossier / "data" / "certificate.json")


def read_ladders(certificate: Path) -> tuple[Climbed, ...]:
    """Read from the certificate of a dossier how far each sending has come."""
    record: dict[str, Any] = json.loads(certificate.read_text(encoding="utf-8"))
    return tuple(
        Climbed(
            office=one["office"],
            way=str(channel_word(one["channel"])),
            stands=str(WORDS[DeliveryState(one["state"])]),
            rungs=[
                Reached(rung=_RUNGS[rung["rung"]], at=datetime.fromisoformat(rung["at"]), known=rung["known"])
                for rung in one["rungs"]
            ],
        )
        for one in record["sendings"]
    )


def make_ladders(climbed: Sequence[Climbed]) -> Group:
    """Draw how far each sending has come, one table for each."""
    drawn: list[RenderableType] = [
        "[bold]How far each copy has come, and how that is known[/bold] (times in UTC)"
    ]
    for one in climbed:
        drawn += [
            f"\n[bold]{escape(one.office)}[/bold], {escape(one.way)}: {escape(one.stands)}",
            _ladder(one),
        ]
    return Group(*drawn)


def _ladder(one: Climbed) -> Table:
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    table.add_column(min_width=_WIDEST)
    table.add_column(no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for rung in one.rungs:
        table.add_row(escape(rung.rung), f"{rung.at:%H:%M:%S}", escape(rung.known) or "–")
    if not one.rungs:
        table.add_row("no rung", "", "nothing proves one")
    return table


def _have_it_checked(stage: Stage) -> None:
    folder = stage.folder
    for finding in _asked(folder.dossier, certificate=folder.seal):
        if finding is None:
            stage.narrator.say("bagit is not installed here, so it was NOT asked: `make setup` brings it.")
            continue
        if not finding.is_whole:
            raise DemoFailed(f"The dossier is not whole, says {finding.program}: {' '.join(finding.lines)}")
        stage.narrator.say(f"Checked by {finding.program}: whole.")
        for line in finding.lines if finding.program != "bagit" else ():
            stage.narrator.say(f"  {line}")


def _change_one_byte(stage: Stage) -> None:
    folder = stage.folder
    changed = with_a_byte_flipped(folder.dossier, _FLIPPED, to=folder.changed_dossier)
    found = [finding for finding in _asked(changed, certificate=None) if finding is not None]
    shutil.rmtree(changed)
    if missed := [finding.program for finding in found if finding.is_whole]:
        raise DemoFailed(f"A changed byte of the dossier was not found by: {', '.join(missed)}.")
    names = " and by ".join(finding.program for finding in found)
    stage.narrator.say(f"In a copy one bit of {_FLIPPED} was changed: found by {names}.")


def _asked(dossier: Path, *, certificate: Path | None) -> tuple[Finding | None, ...]:
    return ask_script(dossier, certificate=certificate), ask_bagit(dossier)
