"""Serves the demonstration's data to play with: `python -m examples.demo.serve`, at the root of the repository."""

import argparse
import sys
import time
import tomllib

from rich.console import Console
from rich.markup import escape

from examples.demo.catcher import Catcher
from examples.demo.errors import DemoFailed
from examples.demo.folder import Folder, port_is_free
from examples.demo.mail_server import MailServer
from examples.demo.stop import stop_on_sigterm
from examples.demo.undersigned import Server, Undersigned, last_lines

_A_DAY = 86_400


def main() -> int:
    """Serve until Ctrl-C; gives 0 then, 1 where something failed."""
    chosen = _arguments()
    stop_on_sigterm()
    folder, console = Folder(), Console(highlight=False)
    try:
        _see_that_they_are_free(port=chosen.port, mail_port=chosen.mail_port)
    except DemoFailed as error:
        console.print(f"[bold red]{escape(str(error))}[/bold red]", soft_wrap=True)
        return 1
    try:
        _serve(folder, console, port=chosen.port, mail_port=chosen.mail_port, invited=chosen.invite)
    except DemoFailed as error:
        console.print(f"[bold red]{escape(str(error))}[/bold red]", soft_wrap=True)
        console.print(escape(last_lines(folder.log / "server.log")), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped. The data stays in demo/.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the data in demo/, with its caught mail beside it.")
    parser.add_argument("--port", type=int, default=8000, help="port of the service (default 8000)")
    parser.add_argument("--mail-port", type=int, default=8025, help="port of the mail page (default 8025)")
    parser.add_argument(
        "--invite", metavar="EMAIL", help="invite an owner to the desk, by a mail that is caught"
    )
    return parser.parse_args()


def _see_that_they_are_free(*, port: int, mail_port: int) -> None:
    for wanted, option in ((port, "--port"), (mail_port, "--mail-port")):
        if not port_is_free(wanted):
            raise DemoFailed(
                f"Port {wanted} is taken; stop what listens there, or choose another:"
                f' make run ARGS="{option} {wanted + 10}"'
            )


def _serve(folder: Folder, console: Console, *, port: int, mail_port: int, invited: str | None) -> None:
    folder.make()
    with Catcher(folder.mail) as catcher:
        undersigned = Undersigned(folder=folder, port=port, smtp_port=catcher.port, reminder_lead=_A_DAY)
        undersigned.run("init")
        with (
            undersigned.serve() as server,
            MailServer(folder.mail, port=mail_port, service=undersigned.url) as mail,
        ):
            if invited:
                undersigned.run("coordinator", "invite", invited, "--owner")
            _greet(console, undersigned, mail, invited=invited)
            _stay(server)


def _greet(console: Console, undersigned: Undersigned, mail: MailServer, *, invited: str | None) -> None:
    console.print(f"The service:  {undersigned.url}")
    console.print(f"Caught mail:  {mail.url}")
    link = _letter(undersigned)
    if link:
        console.print(f"The letter:   {escape(link)}", soft_wrap=True)
    else:
        console.print("There is no letter here yet: `make demo` makes one and carries it all the way.")
    how = (
        f"the invitation to {invited} is among the caught mail"
        if invited
        else 'come in with make run ARGS="--invite you@example.org"'
    )
    console.print(f"The desk:     {undersigned.url}/desk/ ({escape(how)})", soft_wrap=True)
    console.print("Ctrl-C stops both.")


def _letter(undersigned: Undersigned) -> str | None:
    if not undersigned.folder.campaign.exists():
        return None
    slug = str(tomllib.loads(undersigned.folder.campaign.read_text(encoding="utf-8"))["slug"])
    try:
        return str(undersigned.ask("campaign", "show", slug)["link"])
    except DemoFailed:
        # A showing that stopped early left its file, but no letter in the database.
        return None


def _stay(server: Server) -> None:
    while server.is_running():
        time.sleep(0.5)
    raise DemoFailed("The server has ended by itself.")


if __name__ == "__main__":
    sys.exit(main())
