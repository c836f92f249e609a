"""Reads a page for whatever could only have come into it by a stranger's words."""

from html.parser import HTMLParser

_NEVER = {
    "base",
    "iframe",
    "object",
    "embed",
    "frame",
    "img",
    "style",
    "plaintext",
    "applet",
    "math",
    "template",
}
_OURS = ("/", "#", "?", "mailto:", "https://letters.example/")
_ADDRESSES = ("href", "src", "action", "formaction", "srcdoc", "poster", "data")


def foreign_markup(html: str) -> list[str]:
    """List the elements and attributes of a page that none of our templates writes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _NEVER or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("<script>")
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        self.found += [
            f"{name}={given[name]}"
            for name in _ADDRESSES
            if given.get(name) and not given[name].startswith(_OURS)
        ]
        self.found += [f"{name}={given[name]}" for name in _ADDRESSES if given.get(name, "").startswith("//")]

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}")
