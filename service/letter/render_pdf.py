"""The letter as a PDF, tagged and archival, set by Typst in a process of its own."""

import contextlib
import functools
import importlib.util
import json
import marshal
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Self

import service
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.letter.document import Document
from service.letter.fonts import Fonts, refuse_unprintable
from service.letter.paper import labelled_texts, paper_data
from service.letter.volumes import LONGEST_ROLL, count_names
from service.letter.windows import AddressTooLong, Layout, window_of
from service.templating import TEMPLATES

# Started as a module (-m), the interpreter would look for it by runpy, for which each letter waits another 4 ms of some 70.
_CHILD = "from service.letter.typeset import run; run()"
_BEGINNINGS = (b"%PDF-", b"\x89PNG\r\n")
_REFUSED = 3
# Measured: 600 names take 1 s and 150 MB, 20,000 names some 10 s and 900 MB.
_MEMORY_BYTES = 4 * 1024**3
_CPU_SECONDS = 120
_WALL_SECONDS = 180
# How closely the template can set a letter; trying them is not worth the time for a long roll.
_DENSITIES = ["0", "1", "2"]
_LONG_ROLL = 700


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one letter may cost: address space in bytes, seconds of computing, seconds altogether."""

    memory_bytes: int = _MEMORY_BYTES
    cpu_seconds: int = _CPU_SECONDS
    wall_seconds: int = _WALL_SECONDS


def render_pdf(
    document: Document,
    *,
    profile: str,
    attachment: bytes,
    fonts: Fonts,
    layout: Layout = "classic",
    limits: Limits | None = None,
) -> bytes:
    """Set a document as a PDF; the same document and fonts give the same bytes.

    `profile` "mail" is PDF/A-2a and PDF/UA-1 and has a line to check it by; "archive" is PDF/A-3a and PDF/UA-1 and has
    a block with a QR code. `attachment` is the copy's JSON or nothing; only an archive can have one. `layout` says
    where the inside address stands. Raises Refused for a character that no font has and for a layout that does not
    fit this letter, Permanent where the typesetter breaks down or takes more than `limits` allow.
    """
    # It gets ready while the letter does.
    with _Typesetter(limits or Limits()) as typesetter:
        texts = list(labelled_texts(document))
        job = letter_job(document, profile=profile, attachment=attachment, layout=layout)
        refuse_unprintable(texts, fonts)
        return typesetter.set(
            job, files=fonts.needed(text for _, text in texts), templates=("letter/letter.typ",)
        )


def letter_job(document: Document, *, profile: str, attachment: bytes, layout: Layout) -> dict[str, Any]:
    """Give what the letter's template is to set: render_pdf() has the words for each argument."""
    names = count_names(document)
    if names > LONGEST_ROLL:
        raise ValueError("a roll so long is parted into volumes first")
    window = window_of(layout, paper=document.paper, addressees=len(document.addressees))
    data = paper_data(document, window=window, with_check_block=profile == "archive")
    inputs = {"letter": json.dumps(data, ensure_ascii=False), "attachment": attachment.decode()}
    return {
        "inputs": inputs,
        "profile": profile,
        "densities": _DENSITIES if names <= _LONG_ROLL and not document.volume else _DENSITIES[:1],
        # Noon: the same day in every time zone but the outermost.
        "timestamp": int(datetime.combine(date.fromisoformat(document.day), time(12), UTC).timestamp()),
    }


def typeset(
    job: dict[str, Any],
    *,
    files: tuple[Path, ...],
    limits: Limits,
    templates: tuple[str, ...],
    beside: Mapping[str, bytes] | None = None,
) -> bytes:
    """Set a job by the first of the templates, which may include the others, in a process of its own, with limits.

    The folder of that process holds the templates side by side, the files of `beside` by their plain names, and nothing
    else. A job with `ppi` gives a picture of its one page, any other a PDF. Raises as render_pdf() does.
    """
    with _Typesetter(limits) as typesetter:
        for name, data in (beside or {}).items():
            typesetter.lay(name, data)
        return typesetter.set(job, files=files, templates=templates)


class _Typesetter:
    """One process that sets one job, started before the job is known."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="letter-")
        self._root = Path(self._folder.name, "root")
        self._root.mkdir()
        self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module, the input on a pipe
            [sys.executable, "-P", "-S", "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._root,
            # Nothing of our own environment, which holds secrets, reaches the typesetter. Without a home, the
            # interpreter would ask the system for one, by a socket where names are looked up over the network.
            env={
                "PYTHONPATH": _places(),
                "HOME": str(self._root),
                "LC_ALL": "C.UTF-8",
                "RAYON_NUM_THREADS": "2",
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        # Where there was no job for it, it waits for one.
        self._process.kill()
        with contextlib.suppress(BrokenPipeError), self._process:
            pass
        self._folder.cleanup()

    def lay(self, name: str, data: bytes) -> None:
        Path(self._root, name).write_bytes(data)

    def set(self, job: dict[str, Any], *, files: tuple[Path, ...], templates: tuple[str, ...]) -> bytes:
        copied = [shutil.copyfile(TEMPLATES / name, self._root / Path(name).name) for name in templates]
        font_directory = Path(self._folder.name, "fonts")
        font_directory.mkdir()
        for place, file in enumerate(files):
            Path(font_directory, f"{place:03}{file.suffix.lower()}").symlink_to(file.resolve())
        whole = {
            **job,
            "template": str(copied[0]),
            "root": str(self._root),
            "font_directory": str(font_directory),
            "font_files": [str(file.resolve()) for file in files],
            "memory_bytes": self._limits.memory_bytes,
            "cpu_seconds": self._limits.cpu_seconds,
            "exit_when_refused": _REFUSED,
        }
        return self._answer(marshal.dumps(whole))

    def _answer(self, job: bytes) -> bytes:
        seconds = self._limits.wall_seconds
        try:
            said, complained = self._process.communicate(job, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Permanent(
                f"The PDF could not be made: the typesetter took more than {seconds} seconds."
            ) from None
        if self._process.returncode == 0 and said.startswith(_BEGINNINGS):
            return said
        raise _failure(self._process.returncode, complained)


@functools.cache
def _places() -> str:
    """Give the two folders from which the child imports; to look for all packages, each letter would wait as long again."""
    typesetter = importlib.util.find_spec("typst")
    assert typesetter is not None
    assert typesetter.origin is not None
    folders = (Path(service.__file__), Path(typesetter.origin))
    return os.pathsep.join(str(one.resolve().parent.parent) for one in folders)


def _failure(returncode: int, stderr: bytes) -> Exception:
    if returncode == _REFUSED:
        reason = stderr.decode(errors="replace")
        if "does not fit into the window" in reason:
            return AddressTooLong(
                Sentence(
                    "The inside address does not fit into the envelope's window: shorten it, or use the classic "
                    "layout."
                )
            )
        if "could not be displayed" in reason:
            return Refused(
                Sentence(
                    "The PDF could not be made: no font at hand can show a text of the letter ({reason}).",
                    reason=reason,
                )
            )
        # This one may be logged: what the typesetter quotes could be a name.
        unquoted = re.sub(r"[`“\"].*[`”\"]", "…", reason, flags=re.DOTALL)
        return Permanent(f"The PDF could not be made: the typesetter refused the letter ({unquoted}).")
    if returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Permanent("The PDF could not be made: the typesetter took more time or memory than it may.")
    return Permanent(
        f"The PDF could not be made: the typesetter broke down (exit {returncode}), perhaps for want of memory."
    )
