"""Every document of the demonstration's delivery can be looked at as pictures at any time."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.document_pictures import take_pictures

pytestmark = [pytest.mark.browser, pytest.mark.soak]


def test_certificate_packets_and_mails_are_taken(browser: Browser, tmp_path: Path) -> None:
    taken = {path.name for path in take_pictures(browser, tmp_path / "documents")}

    for wanted in (
        "dossier-data-certificate.pdf-1.png",
        "packet-1-post-clean-river-edition-1-full-not-for-publication.pdf-1.png",
        "packet-2-post-clean-river-edition-1-public-address-sheet.pdf-1.png",
        "dossier-data-sendings-01-email-message-1.eml.png",
    ):
        assert wanted in taken
