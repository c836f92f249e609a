"""Tell whether a sign-on was confirmed as fast as only a machine would; it is shown to the secretariat, never refused (pure)."""

from datetime import datetime, timedelta

SOON_AFTER_MAIL = timedelta(seconds=10)
"""A mail that was taken by its server is not read by a person so soon."""

SOON_AFTER_OPENING = timedelta(seconds=2)
"""A page that shows a name and a letter is not looked at in less."""


def is_machine_like(*, mailed_at: datetime | None, opened_at: datetime | None, now: datetime) -> bool:
    """Tell it from when the confirming mail was accepted and when the page was opened; what is not known says nothing."""
    hasty = (mailed_at, SOON_AFTER_MAIL), (opened_at, SOON_AFTER_OPENING)
    return any(since is not None and now - since < least for since, least in hasty)
