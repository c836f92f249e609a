"""What must hold of the files that a campaign file names: beside it, of a kind that is taken, not too many (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.campaigns.file_faults import Fault
from service.campaigns.toml_lines import Path
from service.foundation.sentence import Sentence
from service.letter.annex_file import MOST_ANNEXES
from service.letter.enclosed import MOST_LOGOS

_LOGOS, _ANNEXES, _WORD = (".svg", ".png"), (".pdf",), (".docx",)


def faults_of_files(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find what is wrong with the names of logos and annexes; values of a wrong kind are told elsewhere."""
    logos = _list(data.get("letterhead"), "logos")
    yield from _faults(
        ("letterhead", "logos"), logos, kinds=_LOGOS, otherwise=Sentence("must be an SVG or PNG file.")
    )
    head = data.get("letterhead")
    word = head.get("word_template") if isinstance(head, dict) else None
    yield from _faults(
        ("letterhead", "word_template"),
        [] if word is None else [word],
        kinds=_WORD,
        otherwise=Sentence("must be a .docx file."),
        is_one=True,
    )
    if len(logos) > MOST_LOGOS:
        yield Fault(
            ("letterhead", "logos"),
            Sentence(
                "holds {n} logo: a letterhead has room for {most}.",
                "holds {n} logos: a letterhead has room for {most}.",
                n=len(logos),
                most=MOST_LOGOS,
            ),
        )
    annexes = _list(data.get("letter"), "annexes")
    named = [annex.get("file") if isinstance(annex, dict) else None for annex in annexes]
    yield from _faults(
        ("letter", "annexes"), named, kinds=_ANNEXES, otherwise=Sentence("must be a PDF file."), key=("file",)
    )
    if len(annexes) > MOST_ANNEXES:
        yield Fault(
            ("letter", "annexes"),
            Sentence("are {number}: a letter takes {most} at most.", number=len(annexes), most=MOST_ANNEXES),
        )
    for place, annex in enumerate(annexes):
        title = annex.get("title") if isinstance(annex, dict) else None
        if isinstance(title, str) and "((" in title:
            yield Fault(
                ("letter", "annexes", place, "title"),
                Sentence("cannot hold a placeholder: write the words themselves."),
            )


def _faults(
    path: Path,
    names: Sequence[object],
    *,
    kinds: tuple[str, ...],
    otherwise: Sentence,
    key: Path = (),
    is_one: bool = False,
) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            continue
        here = path if is_one else (*path, place, *key)
        if not _is_beside(name):
            yield Fault(
                here,
                Sentence(
                    "must name a file in the campaign file's folder, or in a folder inside it, by its path from there."
                ),
            )
        elif not name.lower().endswith(kinds):
            yield Fault(here, otherwise)
        elif seen.setdefault(name, place) != place:
            yield Fault(here, Sentence("is there twice: take one of them out."))


def _is_beside(name: str) -> bool:
    parts = name.split("/")
    return "\\" not in name and ":" not in name and not any(part.strip() in {"", ".", ".."} for part in parts)


def _list(table: object, key: str) -> list[Any]:
    found = table.get(key) if isinstance(table, dict) else None
    return found if isinstance(found, list) else []
