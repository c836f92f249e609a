"""run: web, scheduler and sender in one process."""

import logging
import signal
import sys
from types import FrameType

import click

from service.cli.context import Context, pass_context, say
from service.cli.listener import listen
from service.store.sole import sole_process
from service.worker.embedded import only_process, running_jobs
from service.worker.journal import journal_open
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
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    services = context.services
    for number in _GOOD_BYES:
        signal.signal(number, _leave)
    with only_process(services.settings.data_dir), sole_process(services.engine):
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
            with running_jobs(services), returns_received(services):
                server.run()


def _leave(_: int, __: FrameType | None) -> None:
    # Said a second time it would tear down journal and locks beneath a sender that takes its leave.
    for number in _GOOD_BYES:
        signal.signal(number, signal.SIG_IGN)
    # waitress ends its loop on SystemExit; the jobs then end within seconds.
    sys.exit(0)
