"""One contender's work on one letter, in a process of its own; tells what it took as JSON."""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.letter.sample import sample_copy
from service.letter.compile import compile_copy
from service.letter.copy import Copy
from service.letter.document import make_document
from service.letter.render_html import render_html

_STYLE = Path(__file__).with_name("paper.css")
_MEGABYTE = 1024
_WARM = 8
_TWO_COLUMNS, _THREE_COLUMNS = 10, 2_000


def ours(copy: Copy) -> list[bytes]:
    """Compile the mail's PDF as the product does: tagged, archival, its volumes beside it."""
    rendering = compile_copy(copy, form="pdf", profile="mail")
    return [rendering.data, *rendering.volumes]


def weasyprint(copy: Copy) -> list[bytes]:
    """Print the same letter, as our own HTML with a print style sheet, in one file, neither tagged nor archival."""
    # Only this contender pays for it.
    printer = importlib.import_module("weasyprint")
    names = len(copy.lines)
    columns = 1 if names <= _TWO_COLUMNS else 2 if names <= _THREE_COLUMNS else 3
    sheet = _STYLE.read_text() + f"\n.letter ul {{ columns: {columns}; }}\n"
    html = f'<html lang="en"><head><title>{copy.text.title}</title></head><body>{render_html(make_document(copy))}</body></html>'
    data: bytes = printer.HTML(string=html).write_pdf(stylesheets=[printer.CSS(string=sheet)])
    return [data]


CONTENDERS: dict[str, Callable[[Copy], list[bytes]]] = {"ours": ours, "weasyprint": weasyprint}


def main(name: str, signatories: int) -> None:
    """Make the letter ready, warm up on a small one, and take the time from the copy to its finished files."""
    work = CONTENDERS[name]
    copy = sample_copy(signatories)
    work(sample_copy(_WARM))
    began = time.perf_counter()
    files = work(copy)
    seconds = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # At most two typesetters run at once, each at most as large as the largest.
    peak = (own + child * min(2, len(files))) / _MEGABYTE
    told = {"seconds": seconds, "megabytes": peak, "files": len(files), "bytes": sum(map(len, files))}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
