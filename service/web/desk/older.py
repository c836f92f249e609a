"""Whether a process of an earlier version still runs: it may show, and take in, what this desk has stopped."""

from service.store.generations import older_processes
from service.store.transaction import reading
from service.web.services import services


def is_older_alive() -> bool:
    """Tell whether one was seen within the last seconds."""
    here = services()
    with reading(here.engine) as session:
        return bool(older_processes(session, now=here.now()))
