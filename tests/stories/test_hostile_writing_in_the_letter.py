"""Nothing that a coordinator or a guest writes into a draft is ever run, or lost, wherever it is shown."""

import re

import pytest

from service.campaigns.contents import open_file
from service.store.transaction import reading
from service.web.forms import shown_again
from tests.coalition import Coalition
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import HIDDEN, LITERAL, OTHER_LINE_ENDS, SEVERAL_LINES, all_of
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, Visitor

FIELDS = (
    "title",
    "subtitle",
    "re",
    "salutation",
    "body",
    "asks_intro",
    "ask-1",
    "ask-2",
    "ending",
    "closing",
)
# The one picture that is ours.
FIRST_PAGE = re.compile(
    r'<img src="/desk/letters/clean-river/text/first-page\.svg\?v=[0-9a-f]{16}" alt="[\w ,]+">'
)
WRITTEN = tuple(
    text
    for text in (*all_of(LITERAL), *all_of(SEVERAL_LINES), *all_of(HIDDEN), *OTHER_LINE_ENDS)
    if not any("\ud800" <= c <= "\udfff" for c in text)
)


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def test_every_field_of_the_text_takes_hostile_words_as_they_are_or_says_why_not(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    whole = dict(form_of(olga.open("text"), having="body").filled({}))
    kept = refused = 0
    for place in range(0, len(WRITTEN), len(FIELDS)):
        words = dict(zip(FIELDS, WRITTEN[place : place + len(FIELDS)], strict=False))
        whole["base"] = dict(form_of(olga.open("text"), having="body").filled({}))["base"]
        beside = olga.post("text/keep", {**whole, **words, next(iter(words.values())): "x"})
        answer = olga.post("text", {**whole, **words, "do": "save"})
        assert (beside.status_code, answer.status_code in {303, 422}) == (200, True), ascii(words)
        refused, kept = refused + (answer.status_code == 422), kept + (answer.status_code == 303)
        page = olga.open("text") if answer.status_code == 303 else answer
        for shown in (beside, page):
            assert foreign_markup(FIRST_PAGE.sub("", shown.text)) == [], ascii(words)
        if answer.status_code == 422:
            form = form_of(answer, having="body")
            there = {control.name: control.value for control in form.fields}
            for name, typed in words.items():
                wanted = shown_again({"x": typed.replace("\r\n", "\n").replace("\r", "\n")})["x"]
                assert there[name].replace("\r\n", "\n") == wanted, (name, ascii(typed))

    assert refused > 2
    with reading(coalition.engine) as session:
        assert open_file(session, coalition.keyring, coalition.campaign()).letter.title


@pytest.mark.parametrize(
    "words",
    [
        '<script>alert(1)</script> #eval("1") #import "x" {{7*7}}',
        "[x](javascript:alert(1)) ![x](//evil.example/x.png) <img src=x onerror=alert(1)>",
        "((count)) ((__class__)) (({{7*7}})) [^1]\n\n[^1]: <svg/onload=alert(1)>",
    ],
)
def test_the_preview_and_the_sheet_run_nothing(coalition: Coalition, olga: AtTheDesk, words: str) -> None:
    whole = dict(form_of(olga.open("text"), having="body").filled({}))
    olga.post("text/keep", {**whole, "body": words})

    svg = olga.open("text/first-page.svg")

    assert svg.status_code == 200
    assert not re.search(
        r"<script|javascript:|onload=|onerror=|evil\.example|<image|<foreignObject", svg.text
    )
    assert "script-src 'self'" in svg.headers["Content-Security-Policy"]


def test_what_a_guest_writes_is_shown_to_the_desk_as_it_is(
    coalition: Coalition, olga: AtTheDesk, visitor: Visitor
) -> None:
    guest = {"name": "<b>Dora</b>", "email": "dora@drafters.example"}
    olga.send("text/comments", guest, having="email")
    path = f"/comment/{coalition.deliver_mail().newest_token('comment')}"
    for text in all_of(LITERAL)[::3]:
        visitor.send(f"{path}?at=body-1", {"comment": text, "proposed": text}, having="comment")

    for page in (olga.open("text/comments"), visitor.open(path)):
        assert page.text.count("&lt;b&gt;Dora&lt;/b&gt;") >= 1
        assert foreign_markup(page.text) == []
