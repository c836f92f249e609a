"""Typesets one letter in a process of its own, with limits; started by service/letter/render_pdf.py.

Reads a job, as `marshal` writes it, from standard input and writes the PDF to standard output. The job's own
`exit_when_refused` says that the typesetter refused the letter (its reason on standard error); any other is a breakdown.
Whatever is imported here, each letter waits for: hence neither json nor typing, neither pathlib nor dataclasses.
"""

import marshal
import os
import resource
import sys

import typst

from service.letter.confine import confine

_ALMOST_EMPTY = 0.2
# Fonts are opened one after the other, and a few at once.
_OPEN_FILES = 64


class _Job:
    """What is to be set, by which template and fonts, and what it may cost: render_pdf.py says what each part is."""

    def __init__(  # noqa: PLR0913 -- a record, without the module that makes one: each letter would wait for that
        self,
        *,
        template: str,
        root: str,
        inputs: dict[str, str],
        font_directory: str,
        font_files: list[str],
        densities: list[str],
        memory_bytes: int,
        cpu_seconds: int,
        exit_when_refused: int,
        profile: str = "",
        timestamp: int = 0,
        ppi: int = 0,
    ) -> None:
        self.template, self.root, self.inputs = template, root, inputs
        self.font_directory, self.font_files = font_directory, font_files
        self.densities, self.profile = densities, profile
        self.memory_bytes, self.cpu_seconds = memory_bytes, cpu_seconds
        self.exit_when_refused = exit_when_refused
        self.timestamp, self.ppi = timestamp, ppi


def run() -> None:
    """Do the one job that stands on standard input, and end this process with what became of it."""
    code = _do()
    sys.stdout.flush()
    sys.stderr.flush()
    # All that was taken goes with the process; to give it back piece by piece first takes as long as a page.
    os._exit(code)


def _do() -> int:
    job = _Job(**marshal.loads(sys.stdin.buffer.read()))  # noqa: S302 -- written by the process that started this one
    limit(memory=job.memory_bytes, seconds=job.cpu_seconds)
    confine([job.root, job.font_directory, *job.font_files])
    try:
        data = _typeset(job)
    except RuntimeError as error:
        # A compile raises typst.TypstError, which is a RuntimeError; a query raises just that.
        sys.stderr.buffer.write(str(error).encode())
        return job.exit_when_refused
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


def _typeset(job: _Job) -> bytes:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[job.font_directory]
    )
    if job.ppi:
        [picture] = _listed(
            _compiler(job, fonts, density=job.densities[0]).compile(format="png", ppi=job.ppi)
        )
        return picture
    pages = _settled(job, _chosen(job, fonts))
    # Set closer, a layout that did not settle may; one whose last page need not end level surely does.
    for density, level in (*((one, "yes") for one in job.densities), (job.densities[0], "no")):
        pages = pages or _settled(job, _compiler(job, fonts, density=density, level=level))
    if not pages:
        raise RuntimeError("the pages did not settle")
    return pages


def _settled(job: _Job, compiler: typst.Compiler) -> bytes:
    """Give the PDF, or nothing where its layout did not settle: page numbers are wrong in such a one."""
    pages, warnings = compiler.compile_with_warnings(
        format="pdf",
        # What is bound for a printer is made of other people's pages, which promise nothing.
        pdf_standards="1.7"
        if job.profile == "print"
        else ["a-3a", "ua-1"]
        if job.profile == "archive"
        else ["a-2a", "ua-1"],
        timestamp=job.timestamp,
    )
    if isinstance(pages, bytes) and not any("converge" in warning.message for warning in warnings):
        return pages
    return b""


def _listed(pages: bytes | list[bytes] | None) -> list[bytes]:
    return [pages] if isinstance(pages, bytes) else pages or []


def _compiler(job: _Job, fonts: typst.Fonts, *, density: str, level: str = "yes") -> typst.Compiler:
    return typst.Compiler(
        input=job.template,
        # A folder that holds the template and nothing else: no letter can read any other file.
        root=job.root,
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=job.root,
        package_cache_path=job.root,
        sys_inputs={
            **job.inputs,
            "families": "\n".join(families_of(fonts, job.font_files)),
            "density": density,
            "level": level,
        },
    )


def _chosen(job: _Job, fonts: typst.Fonts) -> typst.Compiler:
    """Choose how close the letter is set: as it looks best, unless its last page would be almost empty.

    Where it always is, the first that saves a page; where none does, as it looks best.
    """
    best, *closer = job.densities
    usual = _compiler(job, fonts, density=best)
    if not closer or _fills_its_pages(end := _end(usual)):
        return usual
    others = (_compiler(job, fonts, density=density) for density in closer)
    saving = [(compiler, last) for compiler in others if (last := _end(compiler))[0] < end[0]]
    full = (compiler for compiler, last in saving if _fills_its_pages(last))
    return next(full, saving[0][0] if saving else usual)


def _fills_its_pages(end: tuple[float, float, float]) -> bool:
    pages, page, filled = end
    return pages == 1 or (page == pages and filled > _ALMOST_EMPTY)


def _end(compiler: typst.Compiler) -> tuple[float, float, float]:
    """Tell how many pages there are, on which of them the letter ends, and how much of that it fills."""
    pages, page, filled = compiler.query("<end>", field="value", one=True).strip(" []\n").split(",")
    return float(pages), float(page), float(filled)


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
