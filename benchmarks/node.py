"""Bring nodemailer to this machine, once, into build/; the version is pinned, so that figures can be compared."""

import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.processes import ROOT

NODEMAILER = "10.6.1"
PROGRAM = ROOT / "benchmarks" / "pool.mjs"
_FOLDER = ROOT / "build" / "benchmarks" / f"nodemailer-{NODEMAILER}"
_INSTALL_SECONDS = 120


class NoNode(Exception):
    """Nodemailer cannot be run here; the sentence says why and what to do."""


def node_command() -> list[str]:
    """Give the command that runs the contender; raises NoNode."""
    node = shutil.which("node")
    if node is None:
        raise NoNode("Node.js was not found: install it, or say --without-node.")
    return [node, str(PROGRAM)]


def nodemailer_folder() -> Path:
    """Give the folder that nodemailer is installed in, after installing it at first use; raises NoNode."""
    manifest = _FOLDER / "node_modules" / "nodemailer" / "package.json"
    if not manifest.exists():
        _install()
    if json.loads(manifest.read_text())["version"] != NODEMAILER:
        raise NoNode(f"{_FOLDER} holds another nodemailer than {NODEMAILER}: remove that folder.")
    return _FOLDER


def node_version() -> str:
    """Give the version of Node.js, as it tells it."""
    return subprocess.run(
        [*node_command()[:1], "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNode("npm was not found: install it, or say --without-node.")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    command = [
        npm,
        "install",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(_FOLDER),
        f"nodemailer@{NODEMAILER}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoNode("npm did not install nodemailer in time: try again, or say --without-node.") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise NoNode(f"npm could not install nodemailer ({last}): mend that, or say --without-node.")
