"""What is sent: filled-in forms, as a browser would send what it was shown."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from urllib.parse import urlencode

from sqlmodel import col, select

from benchmarks.installation import Installation
from benchmarks.signing.server import Server
from service.campaigns.queries import get_campaign
from service.model.link_token import Purpose
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.confirm import seen_digest
from service.store.links import Link, link_token
from service.store.transaction import reading
from service.web.nonce import make_nonce

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>(.*?)</form>', re.DOTALL)


def sign_requests(server: Server, slug: str, numbers: range) -> Iterator[tuple[str, str]]:
    """Give the form of a person for each number; nobody signs twice."""
    path = f"/letters/{slug}/sign?kind=person"
    hidden = _hidden_fields(server, path)
    for number in numbers:
        yield (
            path,
            urlencode(
                {
                    **hidden,
                    "kind": "person",
                    "name": f"Gauge Keeper {number:07}",
                    "email": f"keeper{number:07}@district{number % 40:02}.example",
                    "country": "IS",
                    "visibility": "public",
                    "keeps_on_change": "ask",
                    "news": "yes",
                }
            ),
        )


def confirm_requests(installation: Installation, slug: str, *, most: int) -> Sequence[tuple[str, str]]:
    """Give the pressed button of each confirming link of those who are to confirm."""
    services, found = installation.services, []
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        keys = services.keyring.of(session, campaign.id)
        pending = select(Signature).where(
            Signature.campaign_id == campaign.id, col(Signature.state) == SignatureState.PENDING
        )
        for row in session.exec(pending.limit(most)):
            link = Link(purpose=Purpose.CONFIRM, row_id=row.id, generation=row.generation)
            path = f"/confirm/{link_token(keys, link)}"
            # The page has the same mark for what it shows; to make ten thousand pages would take minutes.
            place = path + seen_digest(keys, row, campaign)
            nonce = make_nonce(services.keyring.root, place=place, now=services.clock())
            found.append((path, urlencode({"nonce": nonce})))
    return found


def _hidden_fields(server: Server, path: str) -> dict[str, str]:
    page = server.get(path).decode()
    form = max(_FORM.findall(page), key=len)
    fields = (dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(form))
    return {
        field["name"]: unescape(field.get("value", ""))
        for field in fields
        if field.get("type") == "hidden" and "name" in field
    }
