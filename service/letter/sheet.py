"""The letter as pages show it: made when it is first asked for, its roll cut to what a page can hold."""

import functools
from collections.abc import Callable
from dataclasses import replace

from service.i18n.words import more_names
from service.letter.document import Document
from service.letter.render_html import Beside, render_html
from service.letter.roll_parts import Roll, make_roll


class Sheet:
    """The text with the first part of its roll as HTML, and the whole roll to be shown in parts."""

    def __init__(self, make: Callable[[], Document], *, beside: Beside | None = None) -> None:
        """Keep how the document is made: many pages that know a letter do not show it; `beside` as for render_html()."""
        self._make = make
        self._beside = beside

    @functools.cached_property
    def roll(self) -> Roll:
        """The names that the document shows."""
        return make_roll(self._document.sections)

    @functools.cached_property
    def html(self) -> str:
        """The letter as an `<article>`; where not all names stand in it, a line says how many do not."""
        document = self._document
        first = self.roll.parts[0]
        if len(self.roll.parts) > 1:
            more = more_names(len(self.roll.names) - len(first), document.language)
            document = replace(document, sections=self.roll.part(1), more=more, withheld="")
        return render_html(document, beside=self._beside)

    @functools.cached_property
    def withheld(self) -> str:
        """The line for those who are not named."""
        return self._document.withheld

    @functools.cached_property
    def identification(self) -> str:
        """The line that says what affiliations are for."""
        return self._document.identification

    @functools.cached_property
    def _document(self) -> Document:
        return self._make()
