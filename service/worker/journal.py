"""Open this sender's journal, and find out whether it agrees with the database, before anything is sent."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from service.mail.journal import Journal
from service.mail.sending import check_journal
from service.store.transaction import transaction
from service.wiring import Services


@contextlib.contextmanager
def journal_open(services: Services) -> Iterator[tuple[Services, str | None]]:
    """Hold the journal until the block ends; gives the services with it, and the sentence where sending is held.

    What was in submission must not be settled before this: after a restore it is settled otherwise.
    """
    journal = Journal(services.settings.journal_dir)
    try:
        with transaction(services.engine) as session:
            held = check_journal(session, journal.standing, now=services.clock())
        yield replace(services, sender=replace(services.sender, journal=journal)), held
    finally:
        journal.close()
