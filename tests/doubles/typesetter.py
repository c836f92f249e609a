"""The letter's typesetter, which sets nothing twice: stories and promises ask again and again for the letter they know."""

import hashlib
from pathlib import Path
from typing import Any, Self

from service.letter.render_pdf import _Typesetter

_MOST_KEPT = 300
_SET: dict[bytes, bytes] = {}


class KnownTypesetter(_Typesetter):
    """A typesetter that starts its process only for what has not been set in this one.

    The same job gives the same bytes, wherever it is done: that is what tests/letters/test_repeatable.py tries, where no job
    is known. What is refused or breaks down is tried anew each time.
    """

    def __enter__(self) -> Self:
        self._beside: dict[str, bytes] = {}
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def lay(self, name: str, data: bytes) -> None:
        self._beside[name] = data

    def set(self, job: dict[str, Any], *, files: tuple[Path, ...], templates: tuple[str, ...]) -> bytes:
        asked = repr((sorted(job.items()), files, templates, sorted(self._beside.items()), self._limits))
        known = hashlib.sha256(asked.encode()).digest()
        if known not in _SET:
            with _Typesetter(self._limits) as typesetter:
                for name, data in self._beside.items():
                    typesetter.lay(name, data)
                _SET[known] = typesetter.set(job, files=files, templates=templates)
            if len(_SET) > _MOST_KEPT:
                _SET.pop(next(iter(_SET)))
        return _SET[known]
