"""Shows the first page of a draft while it is written: a few warm typesetters, each a process of its own with limits."""

import contextlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import service
from service.foundation.errors import Permanent, Transient
from service.letter.copy import make_copy
from service.letter.document import make_document
from service.letter.draft_faults import Fault, draft_faults, without_unknown
from service.letter.edition import Edition, Text
from service.letter.fonts import Fonts
from service.letter.markup_faults import is_marked, without_depth
from service.letter.paper import labelled_texts, paper_data
from service.templating import TEMPLATES

_CHILD = "service.letter.warm_typeset"
_LONGEST_PART_OF_ROLL = 40
# A warm typesetter remembers what it has set, and grows: it is changed for a fresh one in time.
_MOST_DRAFTS = 1_000


@dataclass(frozen=True, kw_only=True)
class PreviewLimits:
    """What previews may cost: processes, the memory of one, seconds for one draft, for waiting, and of idleness."""

    processes: int = 2
    memory_bytes: int = 2 * 1024**3
    resident_bytes: int = 500 * 1024**2
    cpu_seconds: int = 600
    wall_seconds: float = 5
    wait_seconds: float = 5
    idle_seconds: float = 120


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first page as SVG, how many pages what is shown of the draft takes, and what is wrong in its source."""

    svg: str
    pages: int
    faults: tuple[Fault, ...]


class Previewer:
    """Keeps the typesetters; many threads may ask at once. Close it at the end."""

    def __init__(self, fonts: Fonts, limits: PreviewLimits | None = None) -> None:
        """Start nothing yet: the first draft does."""
        self._fonts = fonts
        self._limits = limits or PreviewLimits()
        self._room = threading.BoundedSemaphore(self._limits.processes)
        self._lock = threading.Lock()
        self._idle: list[_Typesetter] = []
        self._clock: threading.Timer | None = None

    def preview(self, draft: Edition) -> Preview:
        """Set a draft with the first names of its roll, as its public copy would look.

        Raises Refused where the draft is addressed to nobody or its language is not supported, Transient where all
        typesetters are busy, Permanent where this draft broke one or took too long: the next one gets a fresh one.
        """
        parts = source_parts(draft.text)
        faults = draft_faults(parts, self._fonts)
        copy = make_copy(replace(draft, text=_readable(draft.text)), audience="public", office=None)
        document = make_document(replace(copy, lines=copy.lines[:_LONGEST_PART_OF_ROLL]), check_code="")
        files = self._fonts.needed(text for _, text in labelled_texts(document))
        letter = json.dumps(paper_data(document, window=None, with_check_block=False), ensure_ascii=False)
        found = self._set(letter, files)
        return Preview(svg=found["svg"], pages=found["pages"], faults=faults)

    def close(self) -> None:
        """End all typesetters that wait."""
        with self._lock:
            ended, self._idle = self._idle, []
            if self._clock is not None:
                self._clock.cancel()
        for one in ended:
            one.end()

    def _set(self, letter: str, files: tuple[Path, ...]) -> dict[str, Any]:
        if not self._room.acquire(timeout=self._limits.wait_seconds):
            raise Transient("All previews are busy just now; change a word, or try again in a moment.")
        try:
            waiting = self._take(files)
            found = self._try(waiting, letter) if waiting else None
            if found is None and not (waiting and waiting.is_too_slow):
                # One that waited may have died meanwhile; that says nothing of this draft.
                found = self._try(_Typesetter(files, self._limits), letter)
        finally:
            self._room.release()
        if found is None:
            raise Permanent(
                "The preview could not be made: the typesetter broke down or took too long. The next one starts anew."
            )
        if "svg" not in found:
            raise Permanent("The preview could not be made: the typesetter refused the draft.")
        return found

    def _try(self, typesetter: "_Typesetter", letter: str) -> dict[str, Any] | None:
        found = typesetter.set(letter)
        if found is None or typesetter.is_worn_out():
            typesetter.end()
        else:
            self._give_back(typesetter)
        return found

    def _take(self, files: tuple[Path, ...]) -> "_Typesetter | None":
        """Give one that waits and has these fonts; those that lack one are of no use for what is typed next."""
        with self._lock:
            fit = [one for one in self._idle if set(files) <= set(one.files)]
            unfit = [one for one in self._idle if one not in fit]
            taken = fit.pop() if fit else None
            self._idle = fit
        for one in unfit:
            one.end()
        return taken

    def _give_back(self, typesetter: "_Typesetter") -> None:
        with self._lock:
            self._idle.append(typesetter)
            if self._clock is not None:
                self._clock.cancel()
            self._clock = threading.Timer(self._limits.idle_seconds, self.close)
            self._clock.daemon = True
            self._clock.start()


def source_parts(text: Text) -> dict[str, str]:
    """Give the parts of a text by the names under which their faults are marked."""
    asks = {f"asks.{place}": ask for place, ask in enumerate(text.asks, start=1)}
    named = ("title", "subtitle", "re", "salutation", "body", "asks_intro")
    return {
        **{name: getattr(text, name) for name in named},
        **asks,
        "ending": text.ending,
        "closing": text.closing,
    }


def _readable(text: Text) -> Text:
    single: dict[str, Any] = {
        name: without_unknown(without_depth(part) if is_marked(name) else part)
        for name, part in source_parts(text).items()
        if "." not in name
    }
    return replace(text, **single, asks=tuple(without_unknown(without_depth(ask)) for ask in text.asks))


@dataclass(eq=False)
class _Typesetter:
    """One process with its compiler; used by one thread at a time."""

    files: tuple[Path, ...]
    limits: PreviewLimits
    drafts: int = 0
    is_too_slow: bool = False
    resident_bytes: int = 0
    process: "subprocess.Popen[str]" = field(init=False)
    _folder: "tempfile.TemporaryDirectory[str]" = field(init=False)

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="preview-")
        root, fonts = Path(self._folder.name, "root"), Path(self._folder.name, "fonts")
        root.mkdir()
        fonts.mkdir()
        template = shutil.copyfile(TEMPLATES / "letter" / "letter.typ", root / "letter.typ")
        for place, file in enumerate(self.files):
            Path(fonts, f"{place:03}{file.suffix.lower()}").symlink_to(file.resolve())
        home = Path(service.__file__).resolve().parent.parent
        self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module, the input on a pipe
            [sys.executable, "-P", "-s", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            # Nothing of our own environment, which holds secrets, reaches the typesetter.
            env={"PYTHONPATH": str(home), "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
            text=True,
            encoding="utf-8",
        )
        self._setup = {
            "template": str(template),
            "root": str(root),
            "font_directory": str(fonts),
            "font_files": [str(file.resolve()) for file in self.files],
            "memory_bytes": self.limits.memory_bytes,
            "cpu_seconds": self.limits.cpu_seconds,
        }

    def set(self, letter: str) -> dict[str, Any] | None:
        """Set one draft; None where the process ends over it, by itself or for the time it takes."""
        clock = threading.Timer(self.limits.wall_seconds, self._stop)
        clock.start()
        try:
            if not self.drafts:
                self._write(self._setup)
            self._write({"letter": letter})
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        finally:
            clock.cancel()
        if not line.endswith("\n"):
            return None
        found: dict[str, Any] = json.loads(line)
        self.drafts += 1
        self.resident_bytes = _resident_bytes(self.process.pid)
        return found

    def _stop(self) -> None:
        self.is_too_slow = True
        self.process.kill()

    def is_worn_out(self) -> bool:
        return self.drafts >= _MOST_DRAFTS or self.resident_bytes > self.limits.resident_bytes

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._folder.cleanup()

    def _write(self, value: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()


def _resident_bytes(pid: int) -> int:
    """Give how much memory a process holds; its own highest mark would be that of the process which started it."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize()
