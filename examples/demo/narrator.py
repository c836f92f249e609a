"""Tells on the terminal what is happening, while it happens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class Narrator:
    """One voice: sentences with the seconds since the beginning, and bars."""

    def __init__(self, console: Console | None = None) -> None:
        """Begin to count."""
        self.console = console or Console(highlight=False)
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Tell the seconds since the beginning."""
        return time.monotonic() - self._begun

    def chapter(self, title: str) -> None:
        """Say that a new part begins."""
        self.console.print(f"\n[bold]{escape(title)}[/bold]")

    def say(self, sentence: str) -> None:
        """Say what has been done."""
        self.console.print(f"[dim]{self.seconds:5.1f} s[/dim]  {escape(sentence)}", soft_wrap=True)

    @contextmanager
    def bar(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar; gives the function that sets how many are done. Ends in one sentence with the number."""
        columns = (TextColumn("         {task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
        silent = not self.console.is_terminal
        with Progress(*columns, console=self.console, transient=True, disable=silent) as progress:
            task = progress.add_task(label, total=total)
            done = 0

            def reach(count: int) -> None:
                nonlocal done
                done = count
                progress.update(task, completed=count)

            yield reach
        self.say(f"{label}: {done}")
