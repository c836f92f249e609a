"""serve: the pages alone, by several processes; `worker` does what is due."""

import contextlib
import os
import signal
from typing import Any

import click

from service.cli.context import Context, pass_context, say
from service.cli.gunicorn_server import Server
from service.foundation.logs import set_up_logs
from service.model.runner import RunnerKind
from service.store.sole import Place
from service.store.wake import telling
from service.wiring import make_services
from service.worker.cluster import refuse_sqlite
from service.worker.presence import Presence


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many processes."
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="How many threads in each."
)
@pass_context
def serve(context: Context, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages, beside any number of others on the same PostgreSQL; start `worker` for all else."""
    set_up_logs(as_json=context.settings.log_as_json)
    engine = context.services.engine
    refuse_sqlite(engine, command="serve")
    place = Place(engine, alone=False)
    place.take()
    place.leave()
    # Nothing that is open may be shared with the processes that are made of this one.
    engine.dispose()

    def make_app(ends_with_it: contextlib.ExitStack) -> Any:
        services = make_services(context.settings)
        ends_with_it.callback(services.engine.dispose)
        ends_with_it.enter_context(Presence(services, RunnerKind.SERVE, on_loss=_end_this_process))
        ends_with_it.enter_context(telling(services.engine, services.wake))
        return context.make_app(services)

    server = Server(make_app, host=host, port=port, workers=workers, threads=threads)
    say(f"Undersigned serves on http://{host}:{port}")
    server.run()


def _end_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
