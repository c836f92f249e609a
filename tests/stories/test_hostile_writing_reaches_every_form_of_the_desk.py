"""Whatever a coordinator types into whichever form of the desk stands there as it is, or is refused in a sentence; nothing runs.

The forms are those of the pages themselves, at four moments of a letter's life; a route that none of these pages offers a form
for is tried by the names that it asks its entries for. So a new form is tried without being named here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from examples.demo.forms import Form, visible_text
from service.coordinators.permissions import Act
from service.web.desk.blueprint import ACTS
from service.web.forms import shown_again
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import HIDDEN, LITERAL, OTHER_LINE_ENDS, SEVERAL_LINES, all_of
from tests.desk_scenes import (
    TEXTS,
    Place,
    Scene,
    addresses,
    desk_rules,
    place_by_ear,
    places_in,
    refilled,
    scene_of,
)
from tests.equipped import PASSWORD
from tests.stories.visitor import Door

MOMENTS = ("open", "drafted", "proposed", "sent")
"""A form that stands on pages of several is tried in the first of these."""
# What is meant to run somewhere; of all else that is unusual, every part of the desk sees some.
MEANT_TO_RUN = (
    "html and scripts",
    "templates",
    "queries and shells",
    "spreadsheets",
    "mail",
    "links",
    "headers",
)
RUNS = tuple(text for group in MEANT_TO_RUN for text in LITERAL[group])
OTHERS = (*(t for group in LITERAL if group not in MEANT_TO_RUN for t in LITERAL[group]), *all_of(HIDDEN))
CORPUS = tuple(
    text
    for text in (*RUNS, *all_of(SEVERAL_LINES), *OTHER_LINE_ENDS, *OTHERS[::9])
    if not any("\ud800" <= c <= "\udfff" for c in text)
)
GOOD = {
    "email": "olga@new.example",
    "date": "2026-12-02",
    "time": "09:00",
    "number": "2",
    "url": "https://a.example",
}
GOOD |= {"datetime-local": "2026-12-02T09:00", "password": PASSWORD}
STRIDES = [pytest.param(21, id="some"), pytest.param(7, id="more", marks=pytest.mark.soak)]
"""Every form sees one text of so many of the corpus in all fields at once, and one in a single field: each form others."""
STRIDE_BY_EAR = 21
"""The same for routes that no page offers a form for: nobody types there."""
PARTS = 4
"""Into so many tests these routes are divided, for all of them together take ten minutes."""
OTHERS_TRIED = 160
"""Divided by the stride, so many texts go into what is no text field."""
# The one picture that is ours, and the address that a coordinator's own device reads.
OURS = re.compile(
    r'<img src="/desk/letters/clean-river/text/first-page\.svg\?[^"]*" alt="[^"]*">|href="otpauth:[^"]*"'
)
GIVEN: Mapping[str, Mapping[str, str]] = {
    "/desk/letters/<slug>/recipients/new": {"name": "Office #", "emails": "office#@new.example"},
    "/desk/letters/<slug>/members/paper": {
        "how": "At the fair",
        "name-1": "Person #",
        "email-1": "p#@new.example",
    },
    "/desk/letters/new": {"slug": "letter-#", "coalition": "Rivers", "letter__salutation": "Dear President,"},
}
"""What some forms have to hold before they are taken at all, each time another."""
NOT_KEPT = {"code", "new_language", "username"}
"""What is not worth keeping where it was wrong: a code, and the name that only a browser's own list of passwords reads."""
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
HEADERS = {
    *(
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    ),
    *("Content-Transfer-Encoding", "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Content-Disposition"),
}
MARKDOWN = {"body", "ending", "asks_intro", "call"}
"""Fields, or what their names begin with, whose words are Markdown: their marks are meant, and no HTML of theirs is."""


@dataclass
class Trial:
    """A copy of a scene, somebody at its desk who types what is hostile, and what was taken of it by its mark."""

    scene: Scene
    folder: Path
    copy: str
    place: Place
    stride: int
    offset: int = 0
    form: Form = field(init=False)
    is_bare: bool = False
    taken: dict[str, tuple[str, str]] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.coalition, self.olga = self.scene.copy(self.folder, self.copy)
        self.form = self.place.form

    def run(self) -> None:
        """Send it with hostile words in all its fields at once, in one of them among usual ones, and in what is no text."""
        fields = self.place.named(*TEXTS)
        self.is_bare = bool(fields) and self.takes({fields[0]: "Usual words"})
        for number in range(self.offset % self.stride, len(CORPUS), self.stride):
            at_once = {
                name: self.marked(CORPUS[(number + 37 * at) % len(CORPUS)], name, number)
                for at, name in enumerate(fields)
            }
            if fields:
                self.send(at_once, number)
            if len(fields) > 1:
                name = fields[number // self.stride % len(fields)]
                self.send({name: self.marked(CORPUS[number], name, len(CORPUS) + number)}, number)
        others = self.place.named(*GOOD, "hidden", "radio", "checkbox", "option", "submit")
        tried = OTHERS_TRIED // self.stride
        for at in range(0, len(others) * len(CORPUS), 1 + len(others) * len(CORPUS) // tried):
            number = at // len(others)
            self.send({others[at % len(others)]: CORPUS[number]}, number)

    def takes(self, words: Mapping[str, str]) -> bool:
        """Tell whether the form is taken with no more in it than its page has put there, and these words."""
        self.is_bare = True
        self.send(words, 0)
        return self.answered[-1] in {200, 303}

    def marked(self, text: str, name: str, number: int) -> str:
        """Let a text be known again wherever it stands."""
        mark = f"Qz{number}x{sorted(self.place.fields).index(name)}q"
        self.taken[mark] = (name, f"{text} {mark}")
        return f"{text} {mark}"

    def send(self, words: Mapping[str, str], number: int) -> None:
        entries = {**self.usual(number), **words, "csrf": self.olga.mark()}
        if self.place.method == "GET":
            answer = self.olga.client.get(
                self.place.action, query_string=entries, base_url="https://letters.example"
            )
        else:
            answer = self.olga.post(self.place.action, entries)
        self.look_at(answer, words, f"{self.place.rule} {number} {[ascii(w)[:70] for w in words.values()]}")
        if answer.status_code == 404 and self.place.method == "POST":
            self.begin_anew()
        is_sent_away = answer.headers.get("Location", "").startswith(("/desk/sign-in", "/desk/prove"))
        if answer.status_code == 303 and not is_sent_away:
            self.go_on(answer)
        if self.place.method == "GET" or is_sent_away or answer.status_code not in {200, 303}:
            for mark in [mark for mark, (_, text) in self.taken.items() if text in words.values()]:
                del self.taken[mark]

    def go_on(self, answer: TestResponse) -> None:
        """Take the form as its page has it now, for what it holds may be good once; where it is gone, look what came of it."""
        again = refilled(self.olga.open(self.place.page).text, self.place)
        if again is not None:
            self.form = again
            return
        page = self.olga.open(answer.location)
        assert page.status_code < 500, f"{self.place.rule}: {page.status_code} behind it"
        assert foreign(page.text) == [], self.place.rule
        assert not list(not_literal(self, visible_text(page.text), page.request.path)), self.place.rule
        self.begin_anew()

    def begin_anew(self) -> None:
        """Go back to the scene as it was."""
        self.coalition.engine.dispose()
        self.coalition, self.olga = self.scene.copy(self.folder, self.copy)
        self.form = self.place.form

    def usual(self, number: int) -> dict[str, str]:
        """Fill the form as somebody with nothing in mind would: with what has to be in it, or with something everywhere."""
        values = dict(self.form.filled({}))
        given = GIVEN.get(self.place.rule, {})
        values |= {name: text.replace("#", str(number)) for name, text in given.items() if name in values}
        for control in self.form.fields if not (self.is_bare or given) else ():
            if not control.name or values.get(control.name):
                continue
            if control.kind in {"radio", "submit"}:
                values[control.name] = control.value
            elif control.kind in GOOD:
                values[control.name] = GOOD[control.kind].replace("olga", f"olga{number}")
            elif control.kind in TEXTS:
                values[control.name] = f"Example {number}"
        return values

    def look_at(self, answer: TestResponse, words: Mapping[str, str], told: str) -> None:
        self.answered.append(answer.status_code)
        assert answer.status_code in {200, 303, 403, 404, 409, 413, 422, 429}, f"{told}: {answer.status_code}"
        location = answer.headers.get("Location", "")
        assert "evil.example" not in location.partition("?")[0], told
        if answer.mimetype != "text/html" or answer.status_code == 303:
            return
        assert foreign(answer.text) == [], told
        if answer.status_code == 422:
            assert 'role="alert"' in answer.text or "<h1>" in answer.text, told
            self.loses_nothing(answer, words, told)

    def loses_nothing(self, answer: TestResponse, words: Mapping[str, str], told: str) -> None:
        """See that a form that came back filled in holds what was typed, but for what nobody can see."""
        form = refilled(answer.text, self.place)
        if form is None or not answer.text.count('role="alert"'):
            return
        there = {control.name: control.value for control in form.fields if control.kind in TEXTS}
        for name, typed in words.items():
            if name in there and name not in NOT_KEPT:
                assert lines_of(there[name]) == lines_of(typed), f"{told}: lost {name}"


def lines_of(text: str) -> list[str]:
    """Give the lines of a text, whatever ends them, single-spaced and without what nobody can see."""
    again = shown_again({"x": text})["x"].replace("\r\n", "\n").replace("\r", "\n")
    return [" ".join(line.split()) for line in again.split("\n")]


def foreign(html: str) -> list[str]:
    """List what no template of ours writes on a page, but for the one picture and the drawings that are ours."""
    return foreign_markup(OURS.sub("", html))


def plain(text: str) -> str:
    """Bring a text to what a reader sees: without marks of direction, single-spaced."""
    return " ".join(unicodedata.normalize("NFC", text).translate(ISOLATES).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(params=MOMENTS)
def scene(request: pytest.FixtureRequest, migrated_sqlite: Path, folder: Path) -> Scene:
    """Give a scene; the rules under trial do not depend on the database."""
    return scene_of(request.param, migrated_sqlite, folder)


@pytest.mark.parametrize("stride", STRIDES)
def test_every_field_of_every_form_takes_hostile_words_as_they_are_or_says_why_not(
    scene: Scene, stride: int, migrated_sqlite: Path, folder: Path, tmp_path: Path
) -> None:
    known = {
        (place.rule, place.fields)
        for moment in MOMENTS[: MOMENTS.index(scene.moment)]
        for place in places_in(scene_of(moment, migrated_sqlite, folder), tmp_path)
    }
    faults: list[str] = []
    for number, place in enumerate(places_in(scene, tmp_path)):
        if (place.rule, place.fields) in known or not place.is_typed_into():
            continue
        faults += faults_of(place, scene, tmp_path, number, stride)
    assert not faults, "\n".join(faults)


def faults_of(place: Place, scene: Scene, folder: Path, number: int, stride: int) -> list[str]:
    """Try one form in a copy of its scene, and tell what is wrong with what came of it."""
    trial = Trial(
        scene=scene, folder=folder, copy=f"copy-{number}", place=place, stride=stride, offset=number
    )
    try:
        trial.run()
        return [*faults_in_pages(trial, scene), *faults_in_mail(trial)]
    except AssertionError as error:
        return [str(error).partition("\n")[0]]
    finally:
        trial.coalition.engine.dispose()
        (folder / f"copy-{number}.db").unlink()


def faults_in_pages(trial: Trial, scene: Scene) -> Iterator[str]:
    """Look at every page of the desk for what was taken: it stands there as it was written, and nothing of it is markup."""
    if not trial.taken:
        return
    for path in addresses(Door(trial.coalition).app(), scene):
        answer = trial.olga.open(path)
        if answer.status_code >= 500:
            yield f"{trial.place.rule} broke {path}: {answer.status_code}"
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        if found := foreign(answer.text):
            yield f"{trial.place.rule} reached {path}: {found[:3]}"
        yield from not_literal(trial, visible_text(answer.text), path)


def not_literal(trial: Trial, shown: str, where: str) -> Iterator[str]:
    seen = plain(shown)
    for mark in set(re.findall(r"Qz\d+x\d+q", seen)) & set(trial.taken):
        name, text = trial.taken[mark]
        shown_as = {plain(text), plain(shown_again({"x": text})["x"])}
        if not is_markdown(name) and not any(words in seen for words in shown_as):
            # Of some fields each line is one of several things.
            # A lone carriage return ends such a line too, though no form keeps it as a sign.
            if all(plain(line) in seen for line in lines_of(text.replace("\r", "\n"))):
                continue
            yield f"{trial.place.rule}, {name}: {text!a} is not as it was on {where}"


def is_markdown(name: str) -> bool:
    return any(name == one or name.startswith((f"{one}-", f"{one}_")) for one in MARKDOWN)


def faults_in_mail(trial: Trial) -> Iterator[str]:
    """Look at every mail that follows: no header, no addressee and no markup came from what was typed."""
    trial.coalition.deliver_mail()
    for envelope in trial.coalition.postbox.kept:
        head = envelope.data.partition(b"\r\n\r\n")[0].decode()
        found = set(re.findall(r"^([A-Za-z-]+):", head, re.MULTILINE)) - HEADERS
        if found:
            yield f"{trial.place.rule}: headers {found}"
        if "evil.example" in envelope.rcpt_to:
            yield f"{trial.place.rule}: a mail to {envelope.rcpt_to}"
    for mail in trial.coalition.mails():
        html = re.sub(r' style="[^"]*"', "", mail.html)
        if found_in := foreign_markup(html):
            yield f"{trial.place.rule}, mail {mail.subject!r}: {found_in[:3]}"
        yield from not_literal(trial, visible_text(html), f"the HTML of mail {mail.subject!r}")
        yield from not_literal(trial, mail.text, f"the text of mail {mail.subject!r}")


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_every_route_that_no_page_offers_a_form_for_is_tried_by_the_names_it_asks_for(
    part: int, migrated_sqlite: Path, folder: Path, tmp_path: Path
) -> None:
    scenes = [scene_of(moment, migrated_sqlite, folder) for moment in MOMENTS]
    offered = {
        place.rule for scene in scenes for place in places_in(scene, tmp_path) if place.method == "POST"
    }
    coalition, _ = scenes[0].copy(tmp_path, "rules")
    wanted = [
        rule
        for rule in desk_rules(Door(coalition).app())
        if "POST" in (rule.methods or ()) and ACTS[rule.endpoint] is not Act.COME_IN
    ]
    faults: list[str] = []
    typed = 0
    unoffered = [rule for rule in wanted if rule.rule not in offered]
    for number, rule in enumerate(unoffered[part::PARTS]):
        heard = [(place_by_ear(rule, scene, tmp_path), scene) for scene in scenes]
        found = [(place, scene) for place, scene in heard if place is not None]
        assert found, f"say in tests/desk_scenes.py how the things of {rule.rule} are made"
        place, scene = max(found, key=lambda pair: len(pair[0].fields))
        typed += bool(place.fields)
        faults += faults_of(place, scene, tmp_path, number, STRIDE_BY_EAR)

    assert not faults, "\n".join(faults)
    assert typed
    assert len(offered) > 80
    assert len(CORPUS) > 130


def test_each_moment_has_forms_to_type_into(scene: Scene, tmp_path: Path) -> None:
    typed = [place for place in places_in(scene, tmp_path) if place.is_typed_into()]

    assert len(typed) > 15
