"""The picture of the road in the README: `python -m tests.road_picture` takes it anew, of the demonstration's letter.

Side by side: the letter's page, the mail that asks to confirm, and the letter as it is delivered.
"""

import io
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, ViewportSize

from examples.demo.catcher import Mail
from examples.demo.mail_pages import mail_page
from service.foundation.sealing import KEY_BYTES, RootKey
from service.store.engine import make_engine
from service.store.migrate import migrate
from tests.coalition import SLUG, Coalition
from tests.required import tool
from tests.stories.at_a_browser import chromium, served
from tests.stories.gallery import files_beside, river_file
from tests.stories.test_the_demos_dossier_hides_no_change import released

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "road.png"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)
"""A day before the river's deadline."""

MOST_BYTES = 250_000
_COLORS = 128
# The two colours of the logo are few, and the median would lose them.
_FEW = Image.Quantize.MAXCOVERAGE
_PANEL = (598, 845)
_BETWEEN, _EDGE = 20, 1
_PAGE = ViewportSize(width=1040, height=1470)
_MAIL = ViewportSize(width=900, height=1272)
_DOTS_PER_INCH = "110"


def take_picture(browser: Browser, path: Path) -> Path:
    """Take the picture into a file; gives its path."""
    with tempfile.TemporaryDirectory() as beside:
        engine = make_engine(f"sqlite:///{Path(beside) / 'sent.db'}")
        migrate(engine)
        sent = released(engine, NOON)
        asked = _asked(Path(beside) / "open.db")
        panels = [_page(browser, sent.publish()), _mail(browser, asked), _paper(sent)]
        engine.dispose()
    _side_by_side(panels).quantize(colors=_COLORS, method=_FEW, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path


def _asked(database: Path) -> bytes:
    """Let one sign, and give the mail that asks to confirm."""
    engine = make_engine(f"sqlite:///{database}")
    migrate(engine)
    coalition = Coalition(engine=engine, root=RootKey(bytes(range(KEY_BYTES))), now=NOON)
    coalition.open(river_file(), files_beside())
    coalition.sign("Ríos sin Candado", email="hola@riossincandado.example").deliver_mail()
    engine.dispose()
    return coalition.postbox.kept[-1].data


def _page(browser: Browser, coalition: Coalition) -> Image.Image:
    with served(coalition) as url:
        page = browser.new_page(viewport=_PAGE, color_scheme="light")
        page.goto(f"{url}/letters/{SLUG}")
        return _opened(page.screenshot(type="png"))


def _mail(browser: Browser, data: bytes) -> Image.Image:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    mail = Mail(number=1, path=Path("1.eml"), to=(str(message["To"]),), caught_at=NOON, message=message)
    page = browser.new_page(viewport=_MAIL, color_scheme="light")
    page.set_content(mail_page(mail, service="http://127.0.0.1:8000"))
    # The mail's HTML stands in a frame of its own, which comes later.
    page.frame_locator("iframe").locator("a").first.wait_for()
    return _opened(page.screenshot(type="png"))


def _paper(coalition: Coalition) -> Image.Image:
    """Give the first page of the letter as its first mail to an office carries it."""
    messages = (message_from_bytes(one.data, policy=policy.default) for one in coalition.postbox.kept)
    letter = next(
        part.get_payload(decode=True)
        for message in messages
        for part in message.walk()
        if part.get_content_type() == "application/pdf"
    )
    assert isinstance(letter, bytes)
    paint = [tool("pdftoppm", package="poppler-utils"), "-r", _DOTS_PER_INCH, "-singlefile", "-png", "-"]
    return _opened(subprocess.run(paint, input=letter, check=True, capture_output=True).stdout)


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _side_by_side(panels: Sequence[Image.Image]) -> Image.Image:
    width, height = _PANEL
    whole = Image.new("RGB", (len(panels) * (width + _BETWEEN) - _BETWEEN, height), "white")
    for place, panel in enumerate(panels):
        inner = (width - 2 * _EDGE, height - 2 * _EDGE)
        shown = ImageOps.fit(panel, inner, method=Image.Resampling.LANCZOS, centering=(0.5, 0))
        whole.paste(ImageOps.expand(shown, border=_EDGE, fill="#cccccc"), (place * (width + _BETWEEN), 0))
    return whole


def main() -> None:
    """Take it into docs/."""
    with chromium() as browser:
        path = take_picture(browser, PICTURE)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
