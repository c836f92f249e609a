"""kit: send members what they may publish."""

import click

from service.cli.context import Context, operator, pass_context, say
from service.kit.send import look_at_kits, send_kits
from service.store.transaction import reading, transaction


@click.group()
def kit() -> None:
    """Send members what they may publish under their own name."""


@kit.command()
@click.argument("slug")
@click.option("--check", is_flag=True, help="Only show the mail to one of them, and to how many it would go.")
@click.option(
    "--under-embargo",
    is_flag=True,
    help="Send it before the letter was released, as soon as an edition is proposed.",
)
@pass_context
def send(context: Context, slug: str, check: bool, under_embargo: bool) -> None:
    """Mail each organization that the letter names in public its kit, once for each edition."""
    services = context.services
    if check:
        with reading(services.engine) as session:
            view = look_at_kits(
                session,
                services.keyring,
                slug,
                under_embargo=under_embargo,
                public_url=services.settings.public_url,
                now=services.clock(),
            )
        say(f"To {_members(view.members)}; {view.known} had it already. Nothing was sent.")
        say(f"Subject: {view.mail.subject}")
        say("")
        say(view.mail.text.rstrip("\n"))
        return
    with transaction(services.engine) as session:
        sent = send_kits(
            session,
            services.keyring,
            slug,
            under_embargo=under_embargo,
            by=operator(),
            now=services.clock(),
        )
    services.wake.ring()
    say(f"Kits queued to {_members(sent.new)}; {sent.known} had theirs already.")


def _members(number: int) -> str:
    return "1 member" if number == 1 else f"{number} members"
