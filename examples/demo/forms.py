"""Reads a page as a person does: its words, and its forms with what they already hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from examples.demo.errors import DemoFailed

_SUBMITS = {"submit", "image"}
_NEVER_SENT = {"button", "reset", "file"}
_CHOICES = {"radio", "checkbox"}
_SILENT = {"script", "style", "template", "title"}
_BREAKING = {"p", "div", "li", "td", "th", "br", "h1", "h2", "h3", "section", "article", "tr", "dd", "dt"}


@dataclass(kw_only=True)
class Field:
    """One control of a form. A select has one Field for each option, of kind `option`."""

    name: str
    kind: str
    value: str = ""
    chosen: bool = False


@dataclass(kw_only=True)
class Form:
    """One form of a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether the form has a control of that name."""
        return any(control.name == name for control in self.fields)

    def filled(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Fill the form and give what a browser would send, in the order of the page.

        A control that `values` does not name keeps what the page put into it. A checkbox is ticked by any
        text and cleared by the empty one; a button is pressed by its value, else the form's first is.
        Raises DemoFailed for a name the form lacks or a choice it does not offer.
        """
        self._refuse_unknown(values)
        pressed = self._pressed(values)
        return [
            (control.name, _sent(control, values))
            for control in self.fields
            if control.name and (control is pressed or _is_sent(control, values))
        ]

    def _refuse_unknown(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            controls = [control for control in self.fields if control.name == name]
            if not controls:
                raise DemoFailed(f"The form at {self._place()} has no field “{name}”.")
            offered = {c.value for c in controls if c.kind in {"radio", "option", *_SUBMITS}}
            if value and offered and value not in offered:
                raise DemoFailed(f"The form at {self._place()} does not offer “{value}” for “{name}”.")

    def _pressed(self, values: Mapping[str, str]) -> Field | None:
        buttons = [control for control in self.fields if control.kind in _SUBMITS]
        asked = (button for button in buttons if values.get(button.name) == button.value)
        return next(asked, buttons[0] if buttons else None)

    def _place(self) -> str:
        # A path may hold a token; its first part tells enough.
        return "/" + self.action.split("?")[0].lstrip("/").split("/")[0]


def read_forms(html: str) -> list[Form]:
    """Find the forms of a page, in order."""
    reader = _FormReader()
    reader.feed(html)
    reader.close()
    return reader.forms


def visible_text(html: str) -> str:
    """Give the words of a page as a reader sees them, single-spaced."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.pieces).split())


def _is_sent(control: Field, values: Mapping[str, str]) -> bool:
    if control.kind in _SUBMITS or control.kind in _NEVER_SENT:
        return False
    if control.name not in values:
        return control.chosen or control.kind not in {*_CHOICES, "option"}
    if control.kind in {"radio", "option"}:
        return values[control.name] == control.value
    return control.kind != "checkbox" or bool(values[control.name])


def _sent(control: Field, values: Mapping[str, str]) -> str:
    fixed = control.kind in {*_CHOICES, *_SUBMITS, "option"}
    return control.value if fixed else values.get(control.name, control.value)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._options: list[Field] = []
        self._writing: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(action=given.get("action", ""), method=given.get("method", "get").lower())
            self.forms.append(self._form)
        elif "disabled" not in given:
            self._read_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._settle_select()
        elif tag in {"textarea", "option"} and self._writing:
            self._settle_writing()

    def handle_data(self, data: str) -> None:
        if self._writing:
            self._writing.value += data

    def _read_control(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self._select, self._options = name, []
        elif tag == "input":
            kind = given.get("type", "text").lower()
            ticked = "on" if kind in _CHOICES else ""
            self._add(name=name, kind=kind, value=given.get("value", ticked), chosen="checked" in given)
        elif tag == "button":
            self._add(name=name, kind=given.get("type", "submit").lower(), value=given.get("value", ""))
        elif tag == "textarea":
            self._writing = self._add(name=name, kind="textarea")
        elif tag == "option":
            self._read_option(given)

    def _read_option(self, given: dict[str, str]) -> None:
        value = given.get("value", "")
        option = self._add(name=self._select, kind="option", value=value, chosen="selected" in given)
        self._options.append(option)
        if "value" not in given:
            self._writing = option

    def _add(self, *, name: str, kind: str, value: str = "", chosen: bool = False) -> Field:
        control = Field(name=name, kind=kind, value=value, chosen=chosen)
        if self._form:
            self._form.fields.append(control)
        return control

    def _settle_select(self) -> None:
        # A browser sends the first option where the page chose none (HTML, 4.10.7).
        if self._options and not any(option.chosen for option in self._options):
            self._options[0].chosen = True
        self._select, self._options = "", []

    def _settle_writing(self) -> None:
        if self._writing:
            # The line break right after <textarea> belongs to the markup, not to the value (HTML, 13.2.6.4.7).
            written = self._writing.value
            textarea = self._writing.kind == "textarea"
            self._writing.value = written.removeprefix("\n") if textarea else written.strip()
        self._writing = None


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- HTMLParser's signature
        self._silent += tag in _SILENT
        if tag in _BREAKING:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag in _BREAKING:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if self._silent <= 0:
            self.pieces.append(data)
