"""The command line: one group for each file beside this one."""

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from service.cli.abuse import abuse
from service.cli.audit import audit
from service.cli.campaigns import campaign
from service.cli.changes import agreed, calls, revise
from service.cli.context import Context
from service.cli.coordinators import coordinator
from service.cli.deliver import deliver
from service.cli.dossier import dossier
from service.cli.kit import kit
from service.cli.letter import letter
from service.cli.letter_verify import verify
from service.cli.letter_words import words
from service.cli.mirror import mirror
from service.cli.organizations import ABOUT_ORGANIZATIONS
from service.cli.outbox import outbox
from service.cli.proof_rounds import proof
from service.cli.purge import archive, purge
from service.cli.run import run
from service.cli.schedules import schedule
from service.cli.serve import serve
from service.cli.show import show
from service.cli.signatories import signatories
from service.cli.status import status
from service.cli.system import doctor, init
from service.cli.updates import update
from service.cli.worker import worker
from service.foundation.errors import Refused, ServiceError

_WRONG_USE, _FAILURE = 2, 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="undersigned")
def commands() -> None:
    """Carry a coalition's open letter from draft to answer."""


campaign.add_command(mirror)
campaign.add_command(archive)
letter.add_command(verify)
letter.add_command(words)
for command in (
    *(init, run, serve, worker, campaign, signatories, abuse, update, schedule, purge),
    *(coordinator, letter, kit, deliver, dossier, show, outbox, audit, status, doctor),
):
    commands.add_command(command)
for command in ABOUT_ORGANIZATIONS:
    signatories.add_command(command)

campaign.add_command(revise)
schedule.add_command(proof)
signatories.add_command(calls)
signatories.add_command(agreed)


def run_command_line(make_app: Callable[..., Any]) -> None:
    """Run the command that was typed, and leave with 0, with 2 for what was refused, or with 1 for a failure.

    `make_app` makes the web application for `run`; it stands above the command line.
    """
    # What we write is for us alone: database, log, compiled letters.
    os.umask(0o077)
    try:
        code = commands(obj=Context(make_app=make_app), standalone_mode=False, prog_name="undersigned")
        sys.exit(code if isinstance(code, int) else 0)
    except Refused as refusal:
        said = str(refusal)
        faults = (f"  {fault}" for fault in refusal.faults if fault not in said)
        run = (f"Run `{refusal.command}`.",) if refusal.command else ()
        for line in (said, *faults, *run):
            click.echo(line, err=True)
        sys.exit(_WRONG_USE)
    except ServiceError as error:
        click.echo(str(error), err=True)
        sys.exit(_FAILURE)
    except click.exceptions.Abort:
        sys.exit(_FAILURE)
    except OSError as error:
        click.echo(f"{error.filename or 'The system'}: {error.strerror or error}.", err=True)
        sys.exit(_FAILURE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
