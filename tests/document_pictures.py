"""Every document of the demonstration's delivery as pictures, under build/documents: `python -m tests.document_pictures`.

The certificate and all else of the dossier, what a person gets to print and post, the mails as they were sent with their
cover notes, and the Word files where LibreOffice is installed. Look at them after a change to any of these.
"""

import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser

from service.store.engine import make_engine
from service.store.migrate import migrate
from tests.required import tool
from tests.stories.at_a_browser import chromium
from tests.stories.test_the_demos_dossier_hides_no_change import bring, released, written

PICTURES = Path(__file__).resolve().parents[1] / "build" / "documents"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)

_DOTS_PER_INCH = "70"
_WIDE = 800


def take_pictures(browser: Browser, folder: Path) -> Sequence[Path]:
    """Make all documents and take their pictures into a folder, one a page; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as beside:
        for name, data in _documents(Path(beside)):
            _picture(browser, name, data, folder)
    return sorted(folder.glob("*.png"))


def _documents(beside: Path) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of each file of the packets and of the dossier."""
    engine = make_engine(f"sqlite:///{beside / 'letter.db'}")
    migrate(engine)
    coalition = released(engine, NOON)
    bring(coalition, beside)
    dossier = written(coalition, beside)
    for packet in sorted(beside.glob("*.zip")):
        with zipfile.ZipFile(packet) as files:
            for name in files.namelist():
                yield f"packet-{packet.stem}-{Path(name).name}", files.read(name)
    for path in sorted(one for one in dossier.rglob("*") if one.is_file()):
        yield f"dossier-{'-'.join(path.relative_to(dossier).parts)}", path.read_bytes()


def _picture(browser: Browser, name: str, data: bytes, folder: Path) -> None:
    kind = Path(name).suffix
    if kind == ".pdf":
        _pages(data, folder / name)
    elif kind == ".docx" and (office := shutil.which("soffice")):
        _pages(_as_pdf(data, office), folder / name)
    elif kind == ".eml":
        body = message_from_bytes(data, policy=policy.default).get_body(("html", "plain"))
        assert body is not None
        _page(browser, body.get_content(), folder / f"{name}.png")


def _pages(data: bytes, stem: Path) -> None:
    paint = [tool("pdftoppm", package="poppler-utils"), "-r", _DOTS_PER_INCH, "-png", "-", str(stem)]
    subprocess.run(paint, input=data, check=True)


def _as_pdf(data: bytes, office: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        word = Path(folder, "word.docx")
        word.write_bytes(data)
        asked = [office, "--headless", "--convert-to", "pdf", "--outdir", folder, str(word)]
        subprocess.run(asked, check=True, capture_output=True)
        return word.with_suffix(".pdf").read_bytes()


def _page(browser: Browser, html: str, path: Path) -> None:
    page = browser.new_page(viewport={"width": _WIDE, "height": _WIDE})
    page.set_content(html)
    page.screenshot(path=path, full_page=True)
    page.close()


def main() -> None:
    """Take them anew, in place of those of last time."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    with chromium() as browser:
        taken = take_pictures(browser, PICTURES)
    print(f"{len(taken)} pictures under {PICTURES}.")
    if shutil.which("soffice") is None:
        print("No picture of a Word file was taken: LibreOffice is not installed.")


if __name__ == "__main__":
    main()
