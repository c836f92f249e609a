"""The logos of a letterhead: checked and made anew when they are loaded, so that nothing of the given files is passed on."""

import hashlib
import io
import struct
import zlib

from PIL import Image, UnidentifiedImageError

from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.letter.enclosed import Logo
from service.letter.render_pdf import Limits, typeset
from service.letter.svg_logo import clean_svg, refuse_shape

LARGEST_LOGO = 5_000_000
_MOST_PIXELS = 25_000_000
# At the height of a letterhead, 600 pixels are more than any printer shows.
_TALLEST, _WIDEST = 600, 2_400
_PNG = b"\x89PNG\r\n\x1a\n"
_PIXELS_PER_INCH = 240.0
_LIMITS = Limits(memory_bytes=1024**3, cpu_seconds=10, wall_seconds=20)


def read_logo(data: bytes, *, name: str) -> Logo:
    """Check a logo's file and make it anew; `name` is the file's, for the sentences.

    Of an SVG come plain shapes (service/letter/svg_logo.py) and a picture of them; a PNG is flattened onto white,
    brought to at most 600 pixels of height, and loses all that is not its pixels. Raises Refused, in one sentence, for
    anything else.
    """
    if len(data) > LARGEST_LOGO:
        raise Refused(
            Sentence(
                "{name} is larger than {most} MB: save the logo smaller.",
                name=name,
                most=LARGEST_LOGO // 1_000_000,
            )
        )
    if data.startswith(_PNG):
        file, width, height = _clean_png(data, name)
        return Logo(sha256=_sha256(file), kind="png", width=width, height=height, file=file, picture=file)
    if b"<svg" not in data[:100_000].lower() and b":svg" not in data[:100_000].lower():
        raise Refused(Sentence("{name} is neither SVG nor PNG: save the logo as one of the two.", name=name))
    file, width, height = clean_svg(data, name=name)
    picture = _draw(file, name)
    return Logo(sha256=_sha256(file), kind="svg", width=width, height=height, file=file, picture=picture)


def _clean_png(data: bytes, name: str) -> tuple[bytes, int, int]:
    # Before anything is unpacked: its size stands in the first chunk (PNG specification, 11.2.1).
    _refuse_pixels(*struct.unpack(">II", data[16:24].ljust(8, b"\0")), name=name)
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            _refuse_shape(image, name)
            image.load()
            flat = _on_white(image)
    except Refused:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        zlib.error,
        Image.DecompressionBombError,
    ):
        raise Refused(
            Sentence("{name} cannot be read: it is not a whole PNG picture; save the logo again.", name=name)
        ) from None
    flat.thumbnail((_WIDEST, _TALLEST), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    flat.save(written, format="PNG", optimize=True)
    return written.getvalue(), flat.width, flat.height


def _refuse_pixels(width: int, height: int, *, name: str) -> None:
    if width * height > _MOST_PIXELS:
        raise Refused(
            Sentence(
                "{name} has {width} × {height} pixels: save the logo with at most {most} million.",
                name=name,
                width=width,
                height=height,
                most=_MOST_PIXELS // 1_000_000,
            )
        )


def _refuse_shape(image: Image.Image, name: str) -> None:
    width, height = image.size
    if getattr(image, "n_frames", 1) > 1:
        raise Refused(Sentence("{name} is an animation: give a logo that stands still.", name=name))
    refuse_shape(width, height, name=name)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits of gray.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    whole = image.convert("RGBA")
    white = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(white, whole).convert("RGB")


def _draw(svg: bytes, name: str) -> bytes:
    job = {
        "inputs": {"svg": svg.decode()},
        "densities": ["0"],
        "ppi": _PIXELS_PER_INCH,
    }
    try:
        return typeset(job, files=(), limits=_LIMITS, templates=("letter/logo.typ",))
    except (Refused, Permanent):
        raise Refused(
            Sentence("{name} cannot be drawn: simplify the logo, or give it as a PNG file.", name=name)
        ) from None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
