"""Shows the product at work: `python -m examples.demo`, at the root of the repository."""

import argparse
import sys

from rich.console import Console
from rich.markup import escape

from examples.demo.errors import DemoFailed
from examples.demo.folder import Folder
from examples.demo.narrator import Narrator
from examples.demo.proving import make_ladders
from examples.demo.stop import stop_on_sigterm
from examples.demo.story import Told, tell
from examples.demo.tally import make_table
from examples.demo.undersigned import last_lines


def main() -> int:
    """Run the demonstration; gives 0 where everything came out as it should, else 1."""
    argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__).parse_args()
    stop_on_sigterm()
    folder, narrator = Folder(), Narrator()
    try:
        told = tell(folder, narrator)
    except DemoFailed as error:
        return _fail(str(error), folder)
    except KeyboardInterrupt:
        return _fail("The demonstration was stopped.", None)
    _conclude(told, folder, narrator)
    wrong = told.tally.disagreements
    return _fail("The figures disagree: " + " ".join(wrong), folder) if wrong else 0


def _conclude(told: Told, folder: Folder, narrator: Narrator) -> None:
    narrator.console.print()
    narrator.console.print(make_table(told.tally))
    narrator.console.print()
    narrator.console.print(make_ladders(told.climbed))
    narrator.console.print()
    for label, path in (
        ("The letter as sent", folder.letter),
        ("Its public copy", folder.public_letter),
        ("What its recipient received", folder.delivered),
        ("The packets that a person brings", folder.packet("post").parent),
        ("The proof of delivery", folder.dossier),
        ("The database", folder.database),
    ):
        narrator.console.print(f"{label}: {escape(str(path))}", soft_wrap=True)
    narrator.console.print(
        f"\nAll of it took {narrator.seconds:.0f} seconds. `make run` serves the same data, with its caught mail.",
        soft_wrap=True,
    )


def _fail(sentence: str, folder: Folder | None) -> int:
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]{escape(sentence)}[/bold red]", soft_wrap=True)
    tail = last_lines(folder.log / "server.log") if folder else ""
    if tail:
        console.print(f"\nThe end of the server's log:\n{escape(tail)}", soft_wrap=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
