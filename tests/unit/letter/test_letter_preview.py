"""The preview of a draft: its first page at once, its faults at their place, and no broken process for long."""

import threading
import time
from dataclasses import replace

import pytest

from service.foundation.errors import Permanent, Transient
from service.letter.draft_faults import draft_faults
from service.letter.fonts import Fonts
from service.letter.markup_faults import markup_faults
from service.letter.preview import Previewer, PreviewLimits
from tests.unit.letter.letters import make_edition, make_text

BUNDLED = Fonts(with_system=False)
FAULTS = [
    ("One\ntwo ((cuont)) three", 2, 5, "((cuont)) stands for nothing"),
    ("A claim.[^1", 1, 9, "is not closed"),
    ("A claim.[^1]\n\nMore", 1, 9, "no note of this name"),
    ("A claim.\n\n[^1]: see", 3, 1, "Nothing in the text refers"),
    ("Say ^[the report\n\nnext", 1, 5, "is not closed"),
    ("first\nWe say བོད.", 2, 8, "fonts-noto-core"),
    ("See\n[the act](ftp://a.example/b).", 2, 1, "“ftp://a.example/b” will be no link"),
    ("See [the act](act.html).", 1, 5, "“act.html” will be no link"),
    ("See [the act][1].\n\n[1]: gopher://a.example", 3, 1, "will be no link"),
    ("See <ftp://a.example>.", 1, 5, "will be no link"),
    ("One\n\nSee ![a map](https://a.example/map.png).", 3, 5, "no picture"),
    ("Say <b>it.", 1, 5, "“<b>” will be printed as it stands"),
    ("One\n<!-- two", 2, 1, "knows no HTML"),
    ("One\n\n" + ">" * 17 + " deep", 3, 1, "nested too deeply here"),
]
RIGHT = [
    "On behalf of ((count)) we write.[^1]\n\n[^1]: See *it*.",
    "A list [of] (things) ^[closed [twice]].",
    "See [it](https://a.example/x_(y)), [us](mailto:a@b.example), <https://a.example>, \\<b>, 3 < 4 > 2, \\[x](y).",
    "> > - *one*\n> >   - [^1](see there)\n\n[^1]: Here.",
]


@pytest.fixture
def previewer():
    made = Previewer(BUNDLED)
    yield made
    made.close()


@pytest.mark.parametrize(("text", "line", "column", "words"), FAULTS)
def test_a_fault_is_marked_where_it_stands(text, line, column, words):
    (fault,) = draft_faults({"body": text}, BUNDLED)

    assert (fault.part, fault.line, fault.column) == ("body", line, column)
    assert words in fault.sentence


@pytest.mark.parametrize("text", RIGHT)
def test_nothing_is_marked_in_a_right_text(text):
    assert draft_faults({"body": text}, BUNDLED) == ()


@pytest.mark.parametrize("beginning", ["![", "[", "<", "<a ", "\\["])
def test_a_text_of_nothing_but_beginnings_is_no_fault(beginning):
    assert list(markup_faults(beginning * 2_000)) == []


def test_a_draft_is_shown_with_its_faults_and_the_same_process_serves_the_next(previewer):
    first = previewer.preview(make_edition(text=make_text(body="We write to ((nobody)).")))
    (process,) = [one.process.pid for one in previewer._idle]
    began = time.perf_counter()
    second = previewer.preview(make_edition(text=make_text(body="We write to you.")))

    assert first.svg.startswith("<svg")
    assert [fault.part for fault in first.faults] == ["body"]
    assert second.faults == ()
    assert second.svg != first.svg
    assert time.perf_counter() - began < 2
    assert [one.process.pid for one in previewer._idle] == [process]


def test_a_text_that_nests_too_deeply_is_shown_as_it_stands(previewer):
    deep = make_text(body="> " * 17 + "We write to ((count)).", asks=("- " * 17 + "Speak.",))

    found = previewer.preview(make_edition(text=deep))

    assert [fault.part for fault in found.faults] == ["body", "asks.1"]
    assert found.svg.startswith("<svg")


def test_markup_in_a_line_that_is_set_as_it_stands_is_no_fault():
    assert draft_faults({"title": "On [x](y) and <b>"}, BUNDLED) == ()


def test_after_a_typesetter_was_killed_the_next_preview_works(previewer):
    previewer.preview(make_edition())
    previewer._idle[0].process.kill()

    assert previewer.preview(make_edition()).svg


def test_one_that_dies_over_a_draft_is_told_in_a_sentence_and_the_next_starts_anew():
    hasty = Previewer(BUNDLED, PreviewLimits(wall_seconds=0.01))
    with pytest.raises(Permanent, match="took too long"):
        hasty.preview(make_edition())
    hasty._limits = PreviewLimits()

    assert hasty.preview(make_edition()).svg
    hasty.close()


def test_two_at_once_get_their_own_pages_and_a_third_is_not_kept_waiting_for_ever(previewer):
    found = {}

    def look(number):
        text = make_text(title=f"Draft {number}")
        found[number] = previewer.preview(make_edition(text=text)).svg

    threads = [threading.Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found.values())) == 4
    assert len(previewer._idle) <= 2
    previewer._limits = replace(previewer._limits, wait_seconds=0.01)
    with previewer._room, previewer._room, pytest.raises(Transient):
        previewer.preview(make_edition())


def test_one_that_has_grown_too_large_is_ended():
    small = Previewer(BUNDLED, PreviewLimits(resident_bytes=1))

    assert small.preview(make_edition()).svg
    assert small._idle == []


def test_an_idle_typesetter_ends_by_itself():
    restless = Previewer(BUNDLED, PreviewLimits(idle_seconds=0.05))
    restless.preview(make_edition())
    (typesetter,) = restless._idle

    typesetter.process.wait(timeout=5)
    assert restless._idle == []
