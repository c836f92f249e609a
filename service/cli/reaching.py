"""signatories code, address, vouch: where mail does not get through."""

from collections.abc import Iterator, Mapping

import click

from service.campaigns.queries import get_campaign
from service.cli.context import Context, operator, pass_context, say, say_more
from service.signing.codes import spaced
from service.signing.late import joins_by_addendum
from service.signing.unreachable import change_address, give_code
from service.signing.unreachable import vouch as vouch_for
from service.store.transaction import transaction

_STOPPED = {
    "bounced": "their mail bounces",
    "complained": "their mail is called spam",
    "unsubscribed": "wants no reminders",
    "not_me": "says it was somebody else",
    "no_mail": "no mail goes to its domain",
}
_HELD = {
    "second_claim": "a second claim to the name",
    "unproven_reply": "answered by mail, not proven",
    "not_me": "the mailbox says: not me",
}


@click.command()
@click.argument("slug")
@click.argument("id_", metavar="ID")
@pass_context
def code(context: Context, slug: str, id_: str) -> None:
    """Print a code, once, to read out to a signatory whom mail does not reach.

    It confirms for a day, on the page that waits after the form was sent; where that page is closed, they fill in
    the form once more. Make sure that you speak to the right person.
    """
    services = context.services
    with transaction(services.engine) as session:
        made = give_code(session, services.keyring, slug, id_, by=operator(), now=services.clock())
    say(spaced(made))


@click.command()
@click.argument("slug")
@click.argument("id_", metavar="ID")
@click.argument("new")
@pass_context
def address(context: Context, slug: str, id_: str, new: str) -> None:
    """Write to another address for a sign-on that waits for its confirmation."""
    services = context.services
    with transaction(services.engine) as session:
        change_address(session, services.keyring, slug, id_, new, by=operator(), now=services.clock())
    services.wake.ring()
    say("The confirming mail is on its way to the new address; earlier links and codes have ended.")


@click.command()
@click.argument("slug")
@click.argument("id_", metavar="ID")
@click.option(
    "--how", required=True, help='How they agreed, such as "by Signal to A. Secretary, 3 December".'
)
@pass_context
def vouch(context: Context, slug: str, id_: str, how: str) -> None:
    """Let an unconfirmed sign-on stand on your word, and keep of it only what is printed."""
    services = context.services
    with transaction(services.engine) as session:
        vouch_for(session, services.keyring, slug, id_, how=how, by=operator(), now=services.clock())
        more = joins_by_addendum(get_campaign(session, slug))
    say("The sign-on stands; its address was forgotten, and nothing more is mailed to it.")
    say_more(more)


def marks(row: Mapping[str, str]) -> Iterator[str]:
    """Give what the secretariat should see beside a sign-on in a list."""
    notes = (
        _HELD.get(row["held"], ""),
        _STOPPED.get(row["mail_stopped"], ""),
        "confirmed as fast as a machine" if row["machine_like"] else "",
    )
    yield from (f"[{note}]" for note in notes if note)
