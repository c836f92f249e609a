"""audit: what was done and by whom, and whether that history is still as it was written."""

import re

import click

from service.campaigns.queries import find_campaign
from service.cli.context import Context, json_option, pass_context, say, say_json
from service.coordinators.chain import Head, chain_events, verify_chain
from service.coordinators.history import count_of, events_of
from service.foundation.errors import Refused
from service.store.transaction import reading, transaction
from service.wiring import Services

_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_MOST = 10_000


@click.group()
def audit() -> None:
    """Look at the history of all acts, and find whether anybody changed it."""


@audit.command()
@click.argument("slug", required=False, default="")
@click.option("--head", "heads", multiple=True, metavar="N:HASH", help="A head that a mail has told before.")
@json_option
@pass_context
def verify(context: Context, slug: str, heads: tuple[str, ...], as_json: bool) -> None:
    """Reckon the chain of all acts anew; exits 1 where it is not as it was written. SLUG also counts one letter's."""
    services = context.services
    told = [_read_head(head) for head in heads]
    with transaction(services.engine) as session:
        while chain_events(session):
            pass
    with reading(services.engine) as session:
        campaign_id = _letter(services, slug) if slug else ""
        of_letter = count_of(session, campaign_id) if campaign_id else None
        found = verify_chain(session, heads=told)
    if as_json:
        record = {"head": str(found.head), "begins_after": found.base, "events": found.events}
        say_json({**record, "of_letter": of_letter, "faults": list(found.faults)})
    else:
        for fault in found.faults:
            click.echo(fault, err=True)
        if not found.faults:
            say(f"All {found.events} events are as they were written. The head is {found.head}")
        if found.base:
            say(f"Events up to {found.base} were older than two years and are not kept any more.")
        if of_letter is not None:
            say(f"{of_letter} of them are of {slug}.")
    if found.faults:
        click.get_current_context().exit(1)


@audit.command(name="list")
@click.argument("slug", required=False, default="")
@click.option(
    "--last", type=click.IntRange(1, _MOST), default=100, show_default=True, help="So many, the newest."
)
@json_option
@pass_context
def list_(context: Context, slug: str, last: int, as_json: bool) -> None:
    """List what was done, in ids and codes: to one letter, or to all."""
    services = context.services
    campaign_id = _letter(services, slug) if slug else None
    with reading(services.engine) as session:
        events = events_of(session, campaign_id, most=last)
    rows = [
        {
            "number": event.number,
            "at": event.at.isoformat(timespec="seconds"),
            "actor": event.actor,
            "act": event.act,
            "thing": event.thing,
            "campaign": event.campaign_id,
        }
        for event in events
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say(f"{row['number'] or '–':>8}  {row['at']}  {row['act']:<28} {row['actor']:<44} {row['thing']}")
    if not rows:
        say("Nothing was done yet.")


def _letter(services: Services, slug: str) -> str:
    # Of a letter that was purged the history stays.
    with reading(services.engine) as session:
        found = find_campaign(session, slug)
    if found is None:
        raise Refused(
            f"There is no letter called {slug!r}; `undersigned campaign list` shows those there are."
        )
    return found.id


def _read_head(text: str) -> Head:
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise Refused(
            "A head looks like 12:3f9a…, a number, a colon and 64 digits, as the daily mail has it."
        )
    return Head(number=int(found[1]), hash=found[2])
