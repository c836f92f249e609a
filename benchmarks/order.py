"""The settings of the measured installation, as they travel to the processes that open it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from service.foundation.settings import Settings

MAIL_FROM = "letters@rivers.example"
SELECTOR = "bench"
HOST = "letters.rivers.example"


def settings_of(order: Mapping[str, str]) -> Settings:
    """Give the settings of an installation; everything that is not said here is the product's own choice."""
    return Settings(
        database_url=order["database_url"],
        data_dir=Path(order["data_dir"]),
        key_dir=Path(order["key_dir"]),
        journal_dir=Path(order["key_dir"]).parent / "journal",
        smtp_url=order["smtp_url"],
        mail_from=MAIL_FROM,
        dkim_selector=SELECTOR,
        public_url=f"https://{HOST}",
        # A measurement is faster than any crowd, and is not to be taken for a machine.
        sign_rate=60_000,
        form_seconds=timedelta(0),
    )
