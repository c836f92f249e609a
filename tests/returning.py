"""A service that lets mail in: what came back, what was answered, and what a person sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.foundation.settings import Settings
from service.wiring import Services, initialize, make_services
from tests.doubles.relay import free_port
from tests.unit.mail.bounces.shapes import DOMAIN


@contextmanager
def letting_mail_in(database_url: str, folder: Path, *, authserv_id: str = "") -> Iterator[Services]:
    """Give a service of its own folder and keys that listens for mail to DOMAIN, and believes what `authserv_id` has checked."""
    settings = Settings(
        database_url=database_url,
        data_dir=folder / "data",
        key_dir=folder / "keys",
        journal_dir=folder / "journal",
        mail_from="letters@rivers.example",
        bounce_domain=DOMAIN,
        bounce_listen=f"127.0.0.1:{free_port()}",
        authserv_id=authserv_id,
    )
    initialize(settings)
    services = make_services(settings)
    yield services
    services.engine.dispose()
