"""coordinator: invite, list, shut out and recover those who work at the secretariat's desk."""

import click

from service.campaigns.first_owner import FirstOwner, offer_first_owner
from service.campaigns.queries import get_campaign
from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.coordinators.accounts import list_coordinators
from service.coordinators.factors import disable, enable, recover
from service.coordinators.invitations import LIVES, Offer, invitation_token, invite
from service.foundation.addresses import normal_address, veiled_address
from service.foundation.errors import Refused
from service.model.coordinator import Role
from service.model.sign_in import CoordinatorInvitation
from service.store.transaction import reading, transaction
from service.wiring import Services

_ROLES = click.Choice([role.value for role in Role])
_show_link = click.option(
    "--show-link", is_flag=True, help="Print the link too, to hand it over yourself; whoever has it comes in."
)


@click.group()
def coordinator() -> None:
    """Say who works at the secretariat's desk."""


@coordinator.command(name="invite")
@click.argument("email")
@click.option("--owner", is_flag=True, help="As an owner: of the letter, or of the only letter there is.")
@click.option("--letter", "slug", default="", help="To this letter.")
@click.option("--role", type=_ROLES, default=None, help="In this role.")
@click.option("--admin", is_flag=True, help="May also invite and shut out coordinators of the service.")
@_show_link
@pass_context
def invite_(
    context: Context, email: str, owner: bool, slug: str, role: str | None, admin: bool, show_link: bool
) -> None:
    """Invite somebody by mail; the link is good once, for 48 hours."""
    services, address = context.services, normal_address(email)
    if role and not slug:
        raise Refused("Say with --letter in which letter.")
    if slug and not (role or owner):
        raise Refused("Say with --role or --owner as what.")
    with transaction(services.engine) as session:
        offer, letter = Offer(is_admin=admin), slug
        if slug:
            wanted = Role.OWNER if owner else Role(role or "")
            offer = Offer(campaign_id=get_campaign(session, slug).id, role=wanted, is_admin=admin)
        elif owner:
            first: FirstOwner = offer_first_owner(session)
            offer, letter = first.offer, first.slug
        row = invite(
            session, services.keyring.desk, email=address, offer=offer, by=operator(), now=services.clock()
        )
    services.wake.ring()
    what = f" as {offer.role.value} of {letter}" if offer.role else ""
    _say_invited(services, row, what=what, show_link=show_link)


@coordinator.command(name="list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List the coordinators: the id, how many letters, whether one may come in; addresses are veiled."""
    services = context.services
    with reading(services.engine) as session:
        rows = list_coordinators(session, services.keyring.desk)
    shown = [
        {
            "id": one.person.id,
            "email": veiled_address(one.person.email),
            "letters": one.letters,
            "admin": one.person.is_admin,
            "shut_out": one.person.is_disabled,
        }
        for one in rows
    ]
    if as_json:
        say_json(shown)
        return
    for line in shown:
        marks = [word for word, key in (("admin", "admin"), ("shut out", "shut_out")) if line[key]]
        say(f"{line['id']}  {line['email']}  letters: {line['letters']}  {', '.join(marks)}".rstrip())
    if not shown:
        say("There is nobody yet: `undersigned coordinator invite EMAIL --owner` invites the first one.")


@coordinator.command(name="disable")
@click.argument("email")
@pass_context
def disable_(context: Context, email: str) -> None:
    """Shut a coordinator out at once; its roles stay until an owner takes them."""
    services, address = context.services, normal_address(email)
    with transaction(services.engine) as session:
        row = disable(session, services.keyring.desk, address, by=operator(), now=services.clock())
    say(f"The coordinator {row.id} is shut out; `undersigned coordinator enable` lets it in again.")


@coordinator.command(name="enable")
@click.argument("email")
@pass_context
def enable_(context: Context, email: str) -> None:
    """Let a coordinator in again that was shut out, by what it came in by before."""
    services, address = context.services, normal_address(email)
    with transaction(services.engine) as session:
        row = enable(session, services.keyring.desk, address, by=operator(), now=services.clock())
    say(f"The coordinator {row.id} can sign in again.")


@coordinator.command(name="recover")
@click.argument("email")
@_show_link
@pass_context
def recover_(context: Context, email: str, show_link: bool) -> None:
    """End all that lets a coordinator in, and invite it anew: for a lost device, or one that was stolen.

    Make sure, by voice, that it is really the coordinator who asks.
    """
    services, address = context.services, normal_address(email)
    with transaction(services.engine) as session:
        row = recover(session, services.keyring.desk, address, by=operator(), now=services.clock())
    services.wake.ring()
    _say_invited(services, row, what=" anew", show_link=show_link)


def _say_invited(services: Services, row: CoordinatorInvitation, *, what: str, show_link: bool) -> None:
    say(f"Invited{what}, by mail; the link is good once, for {LIVES.total_seconds() // 3600:.0f} hours.")
    if show_link:
        token = invitation_token(services.keyring.desk, row.id)
        say(f"{services.settings.public_url}/desk/invitation/{token}")
