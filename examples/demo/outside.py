"""Checks a dossier by what is not the service: the script that lies in it, with openssl, and bagit."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a program says of a dossier: whether it is whole, and its words, a line each."""

    program: str
    is_whole: bool
    lines: Sequence[str]


def ask_script(dossier: Path, *, certificate: Path | None = None) -> Finding:
    """Let the script in the dossier check it, apart from everything that is installed here.

    With a `certificate` it has openssl check who signed, where openssl is at hand; its words say where it is not.
    """
    trust = ["--ca", str(certificate)] if certificate else []
    done = _run([sys.executable, "-I", str(dossier / "verify.py"), *trust])
    return Finding(
        program="the script in it", is_whole=done.returncode == 0, lines=done.stdout.strip().splitlines()
    )


def ask_bagit(dossier: Path) -> Finding | None:
    """Let bagit check it, the program of those who made these bags; None where it is not installed."""
    if importlib.util.find_spec("bagit") is None:
        return None
    done = _run([sys.executable, "-m", "bagit", "--validate", str(dossier)])
    return Finding(program="bagit", is_whole=done.returncode == 0, lines=done.stderr.strip().splitlines())


def with_a_byte_flipped(dossier: Path, name: str, *, to: Path) -> Path:
    """Copy a dossier, and change one bit in the middle of one of its files; gives the copy."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(dossier, to)
    data = bytearray((to / name).read_bytes())
    data[len(data) // 2] ^= 1
    (to / name).write_bytes(data)
    return to


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
