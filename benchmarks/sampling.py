"""See where a process with threads spends its CPU: samples of every thread's stack, weighed by that thread's own CPU time."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Self

from benchmarks.processes import ROOT

_EVERY_SECONDS = 0.001
_SHOWN = 45


class Sampler:
    """Samples while its block lasts; a thread that waits costs nothing and is not counted."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._own: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()
        self._threads: Counter[str] = Counter()
        self._spent: dict[int, int] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._cpu = 0.0

    def __enter__(self) -> Self:
        """Start."""
        # A thread that holds the interpreter is asked to let the sampler in sooner than usual.
        sys.setswitchinterval(_EVERY_SECONDS / 4)
        self._cpu = time.process_time()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._is_over.set()
        self._thread.join()
        self._cpu = time.process_time() - self._cpu

    def report(self, mails: int, *, seconds: float) -> str:
        """Write what was seen, in microseconds of CPU for each mail: within a function itself, and with all it calls."""
        each = 1000 * max(mails, 1)
        whole, seen = 1e6 * self._cpu / max(mails, 1), sum(self._own.values()) / each
        lines = [
            f"{mails} mails in {seconds:.1f} s; {whole:.0f} µs of CPU a mail, of which seen {seen:.0f}:",
            *(f"{spent / each:8.0f}  thread {name}" for name, spent in self._threads.most_common(12)),
        ]
        for title, found in (("itself", self._own), ("with all it calls", self._whole)):
            lines.append(f"\nµs a mail, {title}:")
            lines += [f"{spent / each:8.1f}  {name}" for name, spent in found.most_common(_SHOWN)]
        return "\n".join(lines) + "\n"

    def _run(self) -> None:
        me = threading.get_ident()
        while not self._is_over.wait(_EVERY_SECONDS):
            names = {thread.ident: thread.name for thread in threading.enumerate()}
            for ident, frame in sys._current_frames().items():  # noqa: SLF001 -- the interpreter offers no other way to see threads
                if ident != me and ident in names:
                    self._note(ident, str(names[ident]), frame)

    def _note(self, ident: int, thread: str, frame: FrameType) -> None:
        try:
            now = time.clock_gettime_ns(time.pthread_getcpuclockid(ident))
        except OSError:
            return
        spent = now - self._spent.get(ident, now)
        self._spent[ident] = now
        if not spent:
            return
        stack = list(_names(frame))
        self._threads[thread] += spent
        self._own[stack[0]] += spent
        for name in set(stack):
            self._whole[name] += spent


def _names(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        code = frame.f_code
        yield f"{_short(code.co_filename)}:{code.co_firstlineno} {code.co_name}"
        frame = frame.f_back


def _short(file: str) -> str:
    if file.startswith(str(ROOT)):
        return file.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]
    return "/".join(Path(file).parts[-2:])
