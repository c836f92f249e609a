"""Typesets one letter in a process of its own, with limits; started by service/letter/render_pdf.py.

Reads a job as JSON from standard input and writes the PDF to standard output. The job's own `exit_when_refused`
says that the typesetter refused the letter (its reason, as JSON, on standard error); any other is a breakdown.
Whatever is imported here, each letter waits for: hence neither pathlib nor dataclasses.
"""

import json
import os
import resource
import sys
from typing import Any

import typst

from service.letter.confine import confine

_ALMOST_EMPTY = 0.2
# Fonts are opened one after the other, and a few at once.
_OPEN_FILES = 64


def main() -> int:
    """Do the one job that stands on standard input."""
    job = json.load(sys.stdin)
    limit(memory=job["memory_bytes"], seconds=job["cpu_seconds"])
    confine([job["root"], job["font_directory"], *job["font_files"]])
    try:
        data = _typeset(job)
    except RuntimeError as error:
        # A compile raises typst.TypstError, which is a RuntimeError; a query raises just that.
        json.dump({"reason": str(error)}, sys.stderr)
        return int(job["exit_when_refused"])
    sys.stdout.buffer.write(data)
    return 0


def limit(*, memory: int, seconds: int) -> None:
    """Let this process take no more address space and computing time, write no file and leave no core behind."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        # The letter leaves by a pipe; no file is written.
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    for what, most in limits.items():
        _, already = resource.getrlimit(what)
        held = most if already == resource.RLIM_INFINITY else min(most, already)
        resource.setrlimit(what, (held, held))


def _typeset(job: dict[str, Any]) -> bytes:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[job["font_directory"]]
    )
    compilers = [_compiler(job, fonts, density=density) for density in job["densities"]]
    if job.get("format") == "png":
        [picture] = _listed(compilers[0].compile(format="png", ppi=job["ppi"]))
        return picture
    # Set closer, a layout that did not settle may; one whose last page need not end level surely does.
    plain = _compiler(job, fonts, density=job["densities"][0], level="no")
    for compiler in (_chosen(compilers), *compilers, plain):
        pages, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=job["standards"], timestamp=job["timestamp"]
        )
        # Page numbers are wrong in a layout that did not settle.
        if isinstance(pages, bytes) and not any("converge" in warning.message for warning in warnings):
            return pages
    raise RuntimeError("the pages did not settle")


def _listed(pages: bytes | list[bytes] | None) -> list[bytes]:
    return [pages] if isinstance(pages, bytes) else pages or []


def _compiler(job: dict[str, Any], fonts: typst.Fonts, *, density: str, level: str = "yes") -> typst.Compiler:
    return typst.Compiler(
        input=job["template"],
        # A folder that holds the template and nothing else: no letter can read any other file.
        root=job["root"],
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=job["root"],
        package_cache_path=job["root"],
        sys_inputs={
            **job["inputs"],
            "families": json.dumps(families_of(fonts, job["font_files"])),
            "density": density,
            "level": level,
        },
    )


def _chosen(compilers: list[typst.Compiler]) -> typst.Compiler:
    """Choose how close the letter is set: as it looks best, unless its last page would be almost empty."""
    usual, *closer = compilers
    end = _end(usual) if closer else {"pages": 1}
    if end["pages"] == 1 or (end["page"] == end["pages"] and end["filled"] > _ALMOST_EMPTY):
        return usual
    return next((compiler for compiler in closer if _end(compiler)["pages"] < end["pages"]), usual)


def _end(compiler: typst.Compiler) -> dict[str, Any]:
    end: dict[str, Any] = json.loads(compiler.query("<end>", field="value", one=True))
    return end


def families_of(fonts: typst.Fonts, files: list[str]) -> list[str]:
    """Name the families of the linked files, given without links, in the order in which they shall be tried."""
    places = {file: place for place, file in enumerate(files)}
    found: dict[str, int] = {}
    for font in fonts.fonts():
        # The typesetter, too, follows the links before it tells a path.
        place = places.get(str(font.path)) if font.path else None
        if place is not None and font.index == 0:
            found[font.family] = min(place, found.get(font.family, place))
    return sorted(found, key=lambda family: found[family])


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # All that was taken goes with the process; to give it back piece by piece first takes as long as a page.
    os._exit(code)
