"""run: web, scheduler and sender in one process."""

import os
import signal
import sys
from types import FrameType

import click

from service.cli.context import Context, pass_context, say
from service.cli.listener import listen
from service.foundation.logs import set_up_logs
from service.model.runner import RunnerKind
from service.store.wake import listening
from service.worker.embedded import free_all_of_others, only_process, running_jobs
from service.worker.journal import journal_open
from service.worker.presence import Presence
from service.worker.returns import returns_received

_GOOD_BYES = (signal.SIGTERM, signal.SIGINT)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on."
)
@pass_context
def run(context: Context, host: str, port: int) -> None:
    """Serve the pages, run the clock and send the mail, in one process."""
    set_up_logs(as_json=context.settings.log_as_json)
    services = context.services
    # Its sender is the only one, and needs no word from the database of what this very process does.
    services.wake.tell_by(None)
    for number in _GOOD_BYES:
        signal.signal(number, _leave)
    presence = Presence(services, RunnerKind.RUN, on_loss=_end_this_process)
    with only_process(services.settings.data_dir), presence, listening(services.engine, services.wake):
        app = context.make_app(services)
        server = listen(app, host=host, port=port)
        say(f"Undersigned listens on http://{host}:{server.effective_port}")
        if services.transport is None:
            say(
                "No mail will be sent: set UNDERSIGNED_SMTP_URL and UNDERSIGNED_MAIL_FROM; until then it waits."
            )
        with journal_open(services) as (services, held):
            if held is not None:
                say(held)
            free_all_of_others(services, presence.owner)
            with running_jobs(services, owner=presence.owner), returns_received(services):
                server.run()


def _end_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(_: int, __: FrameType | None) -> None:
    # Said a second time it would tear down journal and locks beneath a sender that takes its leave.
    for number in _GOOD_BYES:
        signal.signal(number, signal.SIG_IGN)
    # waitress ends its loop on SystemExit; the jobs then end within seconds.
    sys.exit(0)
