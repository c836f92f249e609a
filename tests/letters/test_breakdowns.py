"""A letter that is made to break the typesetter leaves one clear sentence, nothing behind, and the next letter unharmed."""

import signal
import tempfile
from pathlib import Path

import pytest

from service.foundation.errors import Permanent, Refused
from service.letter.compile import compile_copy
from service.letter.document import make_document
from service.letter.fonts import Fonts
from service.letter.render_pdf import Limits, _failure, render_pdf
from tests.letters.twelve import TWELVE
from tests.unit.letter.letters import copy_of, make_signatory, make_text

MANY = 200_000
# What a letter may be made of to cost more than its share, the share it is given here, and what is said of it.
EXPLODING = {
    "too long for its time": (
        make_text(body="river " * MANY),
        Limits(cpu_seconds=1),
        "more time or memory than it may",
    ),
    "too long to wait for": (make_text(body="river " * MANY), Limits(wall_seconds=1), "more than 1 seconds"),
    "too large for its memory": (
        make_text(
            body="".join(f"river[^{n}]" for n in range(2000)) + "".join(f"\n\n[^{n}]: x" for n in range(2000))
        ),
        Limits(memory_bytes=200 * 1024**2),
        "broke down",
    ),
}
TOO_DEEP = {
    "quotations": ">" * 3000 + " deep",
    "lists": "".join("  " * depth + "- deep\n" for depth in range(300)),
    "emphases": "*a " * 3000 + "b*" * 3000,
    "numbered lists": "".join("   " * depth + "1. deep\n" for depth in range(30)),
}
ENDS = [
    (-signal.SIGSEGV, b"", "broke down"),
    (-signal.SIGABRT, b"memory allocation of 8 bytes failed", "broke down"),
    (-signal.SIGKILL, b"", "more time or memory than it may"),
    (-signal.SIGXCPU, b"", "more time or memory than it may"),
    (1, b"Traceback (most recent call last):\nMemoryError: Mira Silent", "broke down"),
    (0, b"", "broke down"),
    (3, b'{"reason": "failed near `Mira Silent`: \\"Mira Silent\\" is not a number"}', "refused the letter"),
]


def folders():
    return {path.name for path in Path(tempfile.gettempdir()).glob("letter-*")}


@pytest.mark.parametrize("name", EXPLODING)
def test_a_letter_made_to_explode_is_given_up_in_one_sentence(name, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    text, limits, reason = EXPLODING[name]
    document = make_document(copy_of(text=text))

    with pytest.raises(Permanent, match=reason) as given_up:
        render_pdf(document, profile="mail", attachment=b"", fonts=Fonts(), limits=limits)

    assert str(given_up.value).count(".") == 1
    assert folders() == set()
    assert compile_copy(TWELVE["one-signatory"].copy, form="pdf").data.startswith(b"%PDF-")


@pytest.mark.parametrize(("code", "said", "reason"), ENDS)
def test_however_the_typesetter_ends_one_sentence_tells_it_and_names_nobody(code, said, reason):
    failure = _failure(code, said)

    assert isinstance(failure, Permanent)
    assert reason in str(failure)
    assert "Mira" not in str(failure)
    assert "\n" not in str(failure)


@pytest.mark.parametrize("form", ["pdf", "html", "txt"])
@pytest.mark.parametrize("name", TOO_DEEP)
def test_what_is_nested_too_deeply_is_refused_and_never_left_out(name, form):
    with pytest.raises(Refused, match="nested too deeply"):
        compile_copy(copy_of(text=make_text(body=TOO_DEEP[name])), form=form)


def test_seven_lists_within_one_another_are_printed_whole():
    body = "".join("  " * depth + f"- level {depth}\n" for depth in range(7))
    copy = copy_of(roll=(make_signatory("River Watch"),), text=make_text(body=body))

    assert compile_copy(copy, form="pdf").data.startswith(b"%PDF-")
    said = compile_copy(copy, form="txt").data.decode()
    assert [depth for depth in range(7) if f"level {depth}" not in said] == []
