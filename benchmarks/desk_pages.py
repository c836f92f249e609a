"""Which pages of the desk are measured, and when in the life of a letter: every page that is no file to be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client

from benchmarks.desk_objects import SLUG, THINGS
from benchmarks.order import HOST
from service.signing.secretariat.acts import Does
from service.web.desk.blueprint import ACTS

URL = f"https://{HOST}"
EXCUSED: Mapping[str, str] = {
    "answer_file": "a file: what an office enclosed in its answer",
    "calendar_file": "a file: what programs that keep a calendar fetch",
    "delivery_picture": "a file: a picture that proves a step",
    "delivery_receipt": "a file: a receipt that proves a step",
    "edition_evidence": "a file: what is known of an edition, as JSON",
    "fetch_dossier": "a file: a proof of delivery, which the worker has made",
    "fetch_export": "a file: a list of sign-ons, which the worker has made",
    "packet": "a file: the packet of a copy, which is set for it",
    "sending_pdf": "a file: the copy of a sending, which is set for it",
}
"""Each route that is asked for by GET and not measured, with what it gives instead of a page."""
_SEEN_AGAIN = frozenset(
    {
        *("overview", "life", "deliveries", "dossiers", "propose", "kits", "purge", "show", "history"),
        *("approvers", "recipients", "answers", "signatory", "final_copy_words", "look_at_final_copy_mail"),
        *("members_to_decide", "figures", "exports"),
    }
)
"""What shows another page once there is an edition."""
# The table of sign-ons as people use it: what has few, what has many, and far down.
_TABLE = f"/desk/letters/{SLUG}/signatories"
_FOUND = ("Keeper", "Keeper 0000014", "keeper0000014@district14.example", "@district14.example", "nobody")
_ASKED = (
    "stands=held",
    "stands=awaiting",
    "stands=conditional",
    "stands=pending",
    "stands=counted",
    "stands=withdrawn",
    "kind=organization",
    "country=IS",
    "country=IS&stands=held",
    "named=counted",
    "language=es",
    "grade=none",
    "version=1",
    "came=attested",
    "since=2020-01-01T00:00Z&until=2020-01-02T00:00Z",
)
# What is only counted before it is done, at the press of a button.
_CHECKED = ((f"{_TABLE}/check", (("does", Does.RELEASE.value), ("all", "yes"), ("stands", "held"))),)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One address of the desk, and when in a letter's life it is asked for; `form` is what was typed, where something was."""

    path: str
    when: str = ""
    form: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        typed = " ".join(value for _, value in self.form)
        when = f"{self.when}: " if self.when else ""
        return when + self.path.removeprefix("/desk/letters/") + (f" ({typed})" if typed else "")

    def of(self, client: Client, csrf: str) -> int:
        """Ask for it, to the last byte; gives the status."""
        if self.form:
            # As the browser says it of a form that it sends to where it came from.
            answer = client.post(
                self.path, data={"csrf": csrf, **dict(self.form)}, base_url=URL, headers={"Origin": URL}
            )
        else:
            answer = client.get(self.path, base_url=URL)
        answer.get_data()
        return answer.status_code


def rules_opened(app: Flask) -> Sequence[Rule]:
    """Give each route of the desk that is asked for by GET and not excused; a thing that none is made of fails."""
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint in ACTS and "GET" in (rule.methods or set()) and _name(rule) not in EXCUSED
    ]
    unknown = {part for rule in found for part in rule.arguments} - {"slug", *THINGS}
    assert not unknown, f"nothing is made for the benchmark that stands for {sorted(unknown)}"
    return sorted(found, key=lambda rule: rule.rule)


def pages_of_open_letter(app: Flask, things: Mapping[str, Sequence[str]]) -> list[Asked]:
    """Give each page that there is while a letter is open, and the table of sign-ons as people use it."""
    paths = [path for rule in rules_opened(app) for path in _filled(rule, things)]
    return [
        *(Asked(path=path) for path in paths),
        *(Asked(path=f"{_TABLE}?{query}") for query in _ASKED),
        *(Asked(path=f"{_TABLE}/search", form=(("words", words),)) for words in _FOUND),
        *(Asked(path=path, form=form) for path, form in _CHECKED),
    ]


def pages_with_edition(app: Flask, things: Mapping[str, Sequence[str]], *, when: str) -> list[Asked]:
    """Give each page of an edition and its sendings, and what else an edition changes."""
    rules = [
        rule
        for rule in rules_opened(app)
        if rule.arguments & {"edition", "sending"} or _name(rule) in _SEEN_AGAIN
    ]
    return [Asked(path=path, when=when) for rule in rules for path in _filled(rule, things)]


def _name(rule: Rule) -> str:
    return str(rule.endpoint).removeprefix("desk.")


def _filled(rule: Rule, things: Mapping[str, Sequence[str]]) -> list[str]:
    """Put each thing into an address that names one; of drafts alone there are words to change and a mail to look at."""
    path = rule.rule.replace("<slug>", SLUG)
    place = next(iter(rule.arguments - {"slug"}), "")
    if not place:
        return [path]
    which = "draft" if path.endswith(("/words", "/mail")) else place
    return [path.replace(f"<{place}>", quote(thing)) for thing in things[which]]
