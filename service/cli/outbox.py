"""outbox: look into the mail queue, and decide about what is stuck."""

import click

from service.cli.outbox_retry import retry
from service.cli.outbox_show import show
from service.cli.context import Context, json_option, pass_context, say, say_json
from service.cli.sending import say_held
from service.mail import outbox as mail_outbox
from service.store.transaction import reading


@click.group()
def outbox() -> None:
    """Look into the mail queue, and decide about what is stuck."""


for command in (show, retry):
    outbox.add_command(command)
@outbox.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Count the messages by where they stand."""
    services = context.services
    with reading(services.engine) as session:
        counts = mail_outbox.counts(session)
    say_held(services, err=as_json)
    if as_json:
        say_json(counts)
        return
    for state, number in sorted(counts.items()):
        say(f"{number:>8}  {state}")
    say(f"{sum(counts.values()):>8}  in all")
