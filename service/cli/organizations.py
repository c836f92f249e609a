"""signatories, about organizations: show, another, same, settle, attest, look for a record, ask a second officer."""

from collections.abc import Mapping

import click

from service.campaigns.queries import get_campaign
from service.cli.context import Context, json_option, operator, pass_context, say, say_json, say_more
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.written import clean_line, clean_text
from service.signing.late import joins_by_addendum
from service.signing.organizations.countersign import Officer
from service.signing.organizations.joined import say_another, say_same
from service.signing.organizations.proofs import attest
from service.signing.secretariat.evidence import ask_second_officer, look_for_record
from service.signing.settle import settle
from service.signing.showing import show_signatory
from service.store.transaction import reading, transaction


@click.command()
@click.argument("slug")
@click.argument("signature_id", metavar="ID")
@json_option
@pass_context
def show(context: Context, slug: str, signature_id: str, as_json: bool) -> None:
    """Show all that is known of one sign-on: what was given, what speaks for it, what it looks like."""
    services = context.services
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        shown = show_signatory(session, services.keyring, campaign, signature_id)
    if as_json:
        say_json(shown)
        return
    for name, value in shown.items():
        for line in _lines(name, value):
            say(line)


@click.command()
@click.argument("slug")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@pass_context
def another(context: Context, slug: str, ids: tuple[str, ...]) -> None:
    """Say that sign-ons are of other organizations than those they look like, or were joined to."""
    services = context.services
    with transaction(services.engine) as session:
        for signature_id in ids:
            say_another(session, services.keyring, slug, signature_id, by=operator(), now=services.clock())
        more = joins_by_addendum(get_campaign(session, slug))
    say(f"{len(ids)} sign-on{'' if len(ids) == 1 else 's'} now by itself.")
    say_more(more)


@click.command()
@click.argument("slug")
@click.argument("signature_id", metavar="ID")
@click.argument("other_id", metavar="OTHER")
@pass_context
def same(context: Context, slug: str, signature_id: str, other_id: str) -> None:
    """Say that two sign-ons are of one organization, or of a chapter and its whole: they count once."""
    services = context.services
    with transaction(services.engine) as session:
        stands = say_same(
            session,
            services.keyring,
            slug,
            signature_id,
            other_id,
            by=operator(),
            now=services.clock(),
        )
        more = joins_by_addendum(get_campaign(session, slug))
    say(f"Joined: {stands} stands for both, and counts once.")
    say_more(more)


@click.command(name="settle")
@click.argument("slug")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@pass_context
def settle_(context: Context, slug: str, ids: tuple[str, ...]) -> None:
    """Say that the conditions of sign-ons are settled, so that they count."""
    services = context.services
    with transaction(services.engine) as session:
        settle(session, services.keyring, slug, ids, by=operator(), now=services.clock())
        more = joins_by_addendum(get_campaign(session, slug))
    say(f"{len(ids)} condition{'' if len(ids) == 1 else 's'} settled.")
    say_more(more)


@click.command(name="attest")
@click.argument("slug")
@click.argument("signature_id", metavar="ID")
@click.option("--how", required=True, help="How you know that the organization itself has signed.")
@pass_context
def attest_(context: Context, slug: str, signature_id: str, how: str) -> None:
    """Keep that you know an organization to have signed; it counts as evidence, and changes nothing else."""
    words = clean_text(how, what="How you know it", longest=1000)
    if not words:
        raise Refused('Say with --how how you know, such as "called the chair, 3 December".')
    services = context.services
    with transaction(services.engine) as session:
        attest(session, services.keyring, slug, signature_id, how=words, by=operator(), now=services.clock())
    say(f"Kept with {signature_id}.")


@click.command()
@click.argument("slug")
@click.argument("signature_id", metavar="ID")
@pass_context
def domain(context: Context, slug: str, signature_id: str) -> None:
    """Print the DNS record that proves an organization's domain, and look for it for three days."""
    services = context.services
    with transaction(services.engine) as session:
        record = look_for_record(
            session, services.keyring, slug, signature_id, by=operator(), now=services.clock()
        )
    say(f'{record.name}. IN TXT "{record.value}"')
    say("We look for it once an hour, for three days.")


@click.command(name="countersign")
@click.argument("slug")
@click.argument("signature_id", metavar="ID")
@click.option(
    "--email", default="", help="The second officer's address; without it the second one on record."
)
@click.option("--name", default="", help="The second officer's name.")
@pass_context
def countersign_(context: Context, slug: str, signature_id: str, email: str, name: str) -> None:
    """Ask a second officer of an organization to countersign."""
    services = context.services
    officer = Officer(
        name=clean_line(name, what="The name"), title="", email=normal_address(email) if email else ""
    )
    with transaction(services.engine) as session:
        ask_second_officer(
            session, services.keyring, slug, signature_id, officer, by=operator(), now=services.clock()
        )
    services.wake.ring()
    say("The message to countersign is on its way.")


ABOUT_ORGANIZATIONS: tuple[click.Command, ...] = (show, another, same, settle_, attest_, domain, countersign_)
"""The commands that the group `signatories` takes from here."""


def _lines(name: str, value: object) -> list[str]:
    if isinstance(value, list):
        return [f"{name:<22} {_cells(one)}" for one in value]
    return [f"{name:<22} {value}"] if value else []


def _cells(value: object) -> str:
    return (
        "  ".join(str(cell) for cell in value.values() if cell) if isinstance(value, Mapping) else str(value)
    )
