"""A picture that proves a step, made anew when it is given, so that nothing but its pixels is kept."""

import io
import struct

from PIL import Image, ImageOps, UnidentifiedImageError

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

LARGEST_PICTURE = 12_000_000
"""Bytes: what a telephone takes."""
_MOST_PIXELS = 60_000_000
# A stamp can be read at this, and a page of small print too.
_LONGEST_SIDE = 2_400
_TOO_LARGE = Sentence("The picture is larger than {n} MB: save it smaller.", n=LARGEST_PICTURE // 1_000_000)
_NO_PICTURE = Sentence(
    "That is no whole JPEG or PNG picture: take the picture again, or save it as one of these."
)


def clean_picture(data: bytes) -> bytes:
    """Make a JPEG of a JPEG or PNG picture: upright, at most 2,400 pixels long, without place, time or name of a device.

    Raises Refused, in one sentence, for anything else.
    """
    if len(data) > LARGEST_PICTURE:
        raise Refused(_TOO_LARGE)
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            # Before anything is unpacked.
            _refuse_pixels(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Refused:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        Image.DecompressionBombError,
    ):
        raise Refused(_NO_PICTURE) from None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    written = io.BytesIO()
    fresh.save(written, format="JPEG", quality=85)
    return written.getvalue()


def _refuse_pixels(image: Image.Image) -> None:
    if image.width * image.height > _MOST_PIXELS:
        raise Refused(_TOO_LARGE)
