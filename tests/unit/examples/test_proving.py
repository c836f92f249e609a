"""The demonstration shows of each copy the rungs that its dossier proves, and no others."""

import io
import json
from pathlib import Path

from rich.console import Console

from examples.demo.outside import with_a_byte_flipped
from examples.demo.proving import make_ladders, read_ladders

SENDINGS = [
    {
        "office": "Office of the [Prime] Minister",
        "channel": "email",
        "state": "handed_over",
        "rungs": [
            {"rung": "ready", "at": "2026-11-27T18:00:01+00:00", "known": ""},
            {"rung": "handed_over", "at": "2026-11-27T18:00:04+00:00", "known": "250 2.0.0 [ok]"},
        ],
    },
    {"office": "The Embassy", "channel": "lob", "state": "not_configured", "rungs": []},
]


def shown(folder: Path) -> str:
    (folder / "certificate.json").write_text(json.dumps({"sendings": SENDINGS}))
    console = Console(file=io.StringIO(), width=120)
    console.print(make_ladders(read_ladders(folder / "certificate.json")))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_rung_is_shown_with_its_time_and_what_proves_it(tmp_path: Path) -> None:
    lines = [" ".join(line.replace("│", " ").split()) for line in shown(tmp_path).splitlines()]

    assert "Office of the [Prime] Minister, e-mail: Handed over" in lines
    assert "released 18:00:01 –" in lines
    assert "handed over 18:00:04 250 2.0.0 [ok]" in lines
    assert "The Embassy, printed and posted by Lob: Not sent: this way is not set up here" in lines
    assert "no rung nothing proves one" in lines


def test_only_one_bit_of_a_copy_is_changed(tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "one").write_bytes(b"abc")
    (tmp_path / "bag" / "two").write_bytes(b"abc")

    changed = with_a_byte_flipped(tmp_path / "bag", "one", to=tmp_path / "changed")

    assert (changed / "one").read_bytes() == b"acc"
    assert (changed / "two").read_bytes() == (tmp_path / "bag" / "one").read_bytes() == b"abc"
