"""outbox: look into the mail queue, and decide about what is stuck."""

import click

from service.cli.outbox_retry import retry
from service.cli.outbox_show import show
from service.cli.sending import hold, resume


@click.group()
def outbox() -> None:
    """Look into the mail queue, and decide about what is stuck."""


for command in (show, retry, hold, resume):
    outbox.add_command(command)
