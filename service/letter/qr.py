"""QR codes: a short text as a picture of squares."""

import io

import segno


def qr_svg(text: str) -> str:
    """Draw a text as a QR code (ISO/IEC 18004, error correction M) with its quiet zone, as an SVG of its own size."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return drawn.getvalue().decode()
