"""What ways of sending are set up with in tests, and how a test sets one up without the desk."""

from collections.abc import Mapping

from service.campaigns.queries import get_campaign
from service.model.way_setting import WaySetting
from service.store.sealed import seal_record
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.doubles.pec_provider import make_authority

SENDER = "Coalition for Open Rivers\n12 Quay Street\nPortland, OR 97201"
CONGRESS: Mapping[str, str] = {
    "mode": "live",
    "agent": "Example Delivery Agent",
    "acknowledge_to": "ack@agent.example",
    "contact_name": "Jane Example",
    "contact_email": "jane@agent.example",
    "contact_phone": "202-555-0100",
    "organization": "Coalition for Open Rivers",
    "subject": "Please raise the letter about the river",
    "topics": "International Affairs\nEnvironmental Protection",
    "statement": "The coalition asks you to raise the letter about the river before the summit.",
}
GOOD: Mapping[str, Mapping[str, str]] = {
    "lob": {"key": "live_0123456789abcdef", "sender": SENDER, "webhook_secret": "hook-of-lob-77"},
    "pingen": {
        "mode": "production",
        "client_id": "application-4711",
        "client_secret": "secret-of-pingen-88",
        "organisation": "organisation-12",
        "signing_key": "signs-for-pingen-99",
    },
    "regulations": {"mode": "live", "api_key": "KEYOFREGULATIONS55", "certified": "yes"},
    "pec": {
        "address": "coalition@pec.rivers.example",
        "smtp_url": "smtps://coalition:word-of-pec-66@smtps.provider.example:465",
        "imap_url": "imaps://coalition:word-of-pec-66@imaps.provider.example",
        # As a form gives it back, with nothing behind its last line.
        "authorities": make_authority().pem.strip(),
    },
    "cwc": {**CONGRESS, "key": "key-of-the-house-33"},
    "soapbox": {**CONGRESS, "key": "key-of-the-senate-44"},
}
"""What sets each way up for real."""

TRIAL: Mapping[str, Mapping[str, str]] = {
    "lob": {**GOOD["lob"], "key": "test_0123456789abcdef"},
    "pingen": {**GOOD["pingen"], "mode": "staging"},
    "regulations": {**GOOD["regulations"], "mode": "staging"},
    "cwc": {**GOOD["cwc"], "mode": "test"},
    "soapbox": {**GOOD["soapbox"], "mode": "test"},
}
"""The same, where nothing reaches anybody."""

SECRETS = (
    "0123456789abcdef",
    "hook-of-lob-77",
    "secret-of-pingen-88",
    "signs-for-pingen-99",
    "KEYOFREGULATIONS55",
    "word-of-pec-66",
    "key-of-the-house-33",
    "key-of-the-senate-44",
)


def set_up(coalition: Coalition, channel: str, values: Mapping[str, str], *, slug: str = SLUG) -> None:
    """Keep settings as they are, also what no form asks for: where a service is asked, for a simulator."""
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, slug)
        row = WaySetting(
            campaign_id=campaign.id, channel=channel, details=b"", set_by="test", set_at=coalition.now
        )
        keys = coalition.keyring.of(session, campaign.id)
        row.details = seal_record(keys, row, "details", dict(values))
        session.add(row)
