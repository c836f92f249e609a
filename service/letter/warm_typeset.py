"""Typesets one draft after the other with a compiler that stays warm; started and ended by service/letter/preview.py.

Reads the set-up as one line of JSON from standard input, then a line for each draft, and answers each with one line.
"""

import json
import sys
from typing import Any

import typst

from service.letter.confine import confine
from service.letter.typeset import families_of, limit


def main() -> int:
    """Serve until standard input ends."""
    setup = json.loads(sys.stdin.readline())
    limit(memory=setup["memory_bytes"], seconds=setup["cpu_seconds"])
    confine([setup["root"], setup["font_directory"], *setup["font_files"]])
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[setup["font_directory"]]
    )
    fixed = {
        "families": "\n".join(families_of(fonts, setup["font_files"])),
        "density": "0",
        "attachment": "",
    }
    compiler = typst.Compiler(
        input=setup["template"],
        # A folder that holds the template and nothing else: no draft can read any other file.
        root=setup["root"],
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=setup["root"],
        package_cache_path=setup["root"],
    )
    for line in sys.stdin:
        answer = _typeset(compiler, {**fixed, "letter": json.loads(line)["letter"]})
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def _typeset(compiler: typst.Compiler, inputs: dict[str, str]) -> dict[str, Any]:
    try:
        pages = compiler.compile(format="svg", sys_inputs=inputs)
    except RuntimeError as error:
        return {"reason": str(error)}
    first = pages[0] if isinstance(pages, list) else pages
    return {"svg": (first or b"").decode(), "pages": len(pages) if isinstance(pages, list) else 1}


if __name__ == "__main__":
    sys.exit(main())
