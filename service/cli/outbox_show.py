"""outbox show: all counts at a glance, the names behind one of them, or one e-mail with its evidence."""

from typing import Any

import click

from service.cli.context import Context, json_option, pass_context, say, say_json
from service.cli.outbox_choice import choosing, read_choice
from service.cli.outbox_json import evidence_record, overview_record, page_record
from service.cli.outbox_words import evidence_lines, overview_lines, page_lines
from service.cli.sending import say_held
from service.foundation.errors import Refused
from service.mail.view.listing import list_messages, look_at
from service.mail.view.overview import look_over
from service.mail.view.which import Due
from service.model.message import AfterState
from service.model.states import MessageState
from service.store.transaction import reading
from service.wiring import Services

_ON_A_PAGE = 50
_NAMES = ("state", "due", "twice", "heard", "reply", "more")
"""The options that ask for the names behind a number instead of for all numbers."""


@click.command()
@click.argument("row_id", metavar="[ID]", required=False)
@click.option("--state", metavar="STATE", help=f"Name those that stand so: {', '.join(MessageState)}.")
@click.option("--due", metavar="WHEN", help=f"Name those that wait: {' or '.join(Due)}.")
@click.option("--twice", is_flag=True, help="Name those that may arrive twice.")
@click.option("--heard", metavar="WHAT", help=f"Name those of which this was heard: {', '.join(AfterState)}.")
@choosing
@click.option("--more", metavar="KEY", help="Go on after the last one that was named.")
@json_option
@pass_context
def show(context: Context, /, row_id: str | None, *, as_json: bool, **asked: Any) -> None:
    """Count the e-mails by where they stand, name those behind a number, or show all that is known of one."""
    chosen = {name for name, value in asked.items() if value}
    if row_id and chosen:
        raise Refused("Show one e-mail by its id, or choose several by options; not both.")
    if row_id:
        _show_one(context.services, row_id, as_json=as_json)
    elif chosen.intersection(_NAMES):
        _show_names(context.services, asked, as_json=as_json)
    else:
        _show_numbers(context.services, asked, as_json=as_json)


def _show_numbers(services: Services, asked: dict[str, Any], *, as_json: bool) -> None:
    which, now = read_choice(services, asked), services.clock()
    with reading(services.engine) as session:
        overview = look_over(session, which, now=now)
    say_held(services, err=as_json)
    if as_json:
        say_json(overview_record(overview, now=now))
        return
    for line in overview_lines(overview, now=now):
        say(line)


def _show_names(services: Services, asked: dict[str, Any], *, as_json: bool) -> None:
    which, now = read_choice(services, asked), services.clock()
    with reading(services.engine) as session:
        page = list_messages(
            session,
            which,
            addresses=services.addresses,
            after=asked["more"],
            most=_ON_A_PAGE,
            now=now,
        )
    if as_json:
        say_json(page_record(page))
        return
    for line in page_lines(page, state=which.state):
        say(line)


def _show_one(services: Services, row_id: str, *, as_json: bool) -> None:
    with reading(services.engine) as session:
        evidence = look_at(session, row_id, addresses=services.addresses)
    if as_json:
        say_json(evidence_record(evidence))
        return
    for line in evidence_lines(evidence):
        say(line)
