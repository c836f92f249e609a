"""A letter with two logos and two annexes; `python -m tests.letters.enclosed` writes its golden files and its pages."""

import hashlib
import io
import shutil
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw

from service.letter.compile import compile_copy
from service.letter.copy import Copy, make_copy
from service.letter.enclosed import Annex, Logo
from service.letter.svg_logo import clean_svg
from tests.enclosing import RIVERS
from tests.letters import texts
from tests.letters.goldens import PICTURES, describe_pdf, describe_text
from tests.letters.names import SIXTY
from tests.unit.letter.letters import MINISTER, PRESIDENT, make_edition

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def _logo(file: bytes, *, kind: str, size: tuple[int, int], picture: bytes) -> Logo:
    sha256 = hashlib.sha256(file).hexdigest()
    return Logo(sha256=sha256, kind=kind, width=size[0], height=size[1], file=file, picture=picture)


def _drawn(size: tuple[int, int]) -> bytes:
    # Its compression says nothing: it is read again wherever it is needed.
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).ellipse((4, 4, size[0] - 4, size[1] - 4), fill=(181, 131, 42))
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return written.getvalue()


def logos() -> tuple[Logo, Logo]:
    """Give a logo of each kind."""
    svg, width, height = clean_svg(RIVERS, name="rivers.svg")
    png = _drawn((300, 120))
    return (
        _logo(svg, kind="svg", size=(width, height), picture=_drawn((360, 120))),
        _logo(png, kind="png", size=(300, 120), picture=png),
    )


ANNEXES = (
    Annex(title="Cases", sha256="0123456789abcdef" * 4, size=48_213, pages=12),
    Annex(title="The Charter, article 7, with the minutes of the session in which it was adopted and the remarks of its "
          "drafters", sha256="fedcba9876543210" * 4, size=9_120, pages=1),
)  # fmt: skip


def enclosed_copy(**other: object) -> Copy:
    """Give the copy that is compiled."""
    values = {"text": texts.usual(), "roll": SIXTY[:6], "offices": (PRESIDENT, MINISTER)}
    edition = make_edition(
        logos=logos(), annexes=ANNEXES, check_at="https://letters.example/verify", **{**values, **other}
    )
    return make_copy(edition, audience="public", office=edition.offices[0])


def main() -> None:
    """Write the golden files, and the pages as PNG where pdftoppm is installed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    copy = enclosed_copy()
    data = compile_copy(copy, form="pdf").data
    (GOLDEN / "enclosed.pdf.txt").write_text(describe_pdf(data, copy))
    (GOLDEN / "enclosed.txt").write_text(describe_text(compile_copy(copy, form="txt").data, copy))
    (PICTURES / "enclosed.pdf").write_bytes(data)
    (PICTURES / "enclosed.docx").write_bytes(compile_copy(copy, form="docx").data)
    if painter := shutil.which("pdftoppm"):
        path = str(PICTURES / "enclosed")
        subprocess.run([painter, "-r", "60", "-png", f"{path}.pdf", path], check=True)


if __name__ == "__main__":
    main()
