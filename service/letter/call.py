"""The coalition's call beside the letter: Markdown as an HTML fragment and as plain text."""

from service.letter.markdown import Blocks, read_markdown
from service.letter.render_text import write_blocks
from service.templating import render


def call_html(markdown: str) -> str:
    """Write a call as HTML that is safe to put into a page; an empty one gives an empty text."""
    return render("letter/call.html", all=_read(markdown)).strip() if markdown.strip() else ""


def call_text(markdown: str) -> str:
    """Write a call as plain text of 72 columns; an empty one gives an empty text."""
    return write_blocks(_read(markdown)) if markdown.strip() else ""


def _read(markdown: str) -> Blocks:
    # Placeholders belong to the letter: in the call they stay as they are written.
    written = read_markdown([markdown], fill=str)
    return written.parts[0]
