"""The options by which commands of `outbox` choose messages, read into what they ask for."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import click

from service.campaigns.queries import get_campaign
from service.foundation.errors import Refused
from service.mail.view.which import Due, Which
from service.model.message import AfterState, MessageKind
from service.model.states import MessageState
from service.store.transaction import reading
from service.wiring import Services

C = TypeVar("C", bound=StrEnum)
_REPLY = re.compile(r"([245]\d\d)(?: ([245]\.\d{1,3}\.\d{1,3}))?")
_OPTIONS = (
    click.option("--letter", metavar="SLUG", help="Only e-mails of this letter."),
    click.option("--kind", metavar="KIND", help=f"Only this kind: {', '.join(MessageKind)}."),
    click.option("--destination", metavar="NAME", help="Only to this group of mailboxes, such as google."),
    click.option("--reply", metavar="CODE", help="Only those last answered so: 550, or '550 5.1.1'."),
)


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that choose messages, beside --state."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_choice(services: Services, asked: dict[str, Any]) -> Which:
    """Read the options that were given; raises Refused, naming what there is to choose from."""
    code, enhanced = _reply(asked["reply"])
    return Which(
        campaign_id=_campaign_id(services, asked["letter"]),
        kind=_one_of(MessageKind, asked["kind"], what="kind of e-mail"),
        state=_one_of(MessageState, asked["state"], what="state of an e-mail"),
        due=_one_of(Due, asked.get("due"), what="due time"),
        twice=bool(asked.get("twice")),
        after=_one_of(AfterState, asked.get("heard"), what="word for what was heard"),
        destination=asked["destination"],
        reply_code=code,
        enhanced_code=enhanced,
    )


def _campaign_id(services: Services, slug: str | None) -> str | None:
    if slug is None:
        return None
    with reading(services.engine) as session:
        return get_campaign(session, slug).id


def _one_of(kind: type[C], given: str | None, *, what: str) -> C | None:
    if given is None:
        return None
    if given not in set(kind):
        raise Refused(f"There is no {what} {given!r}; choose one of: {', '.join(kind)}.")
    return kind(given)


def _reply(given: str | None) -> tuple[int | None, str | None]:
    if given is None:
        return None, None
    found = _REPLY.fullmatch(given.strip())
    if found is None:
        raise Refused(f"{given!r} is not an answer of a mail server; write it like 550 or '550 5.1.1'.")
    return int(found.group(1)), found.group(2)
