"""What a log may say: ids and words, no token, no address, and of an error only its kind and place."""

import json
import logging
import sys
import threading

import pytest

from service.foundation.logs import PlainFormatter, about, set_up_logs, without_secrets

TOKEN = "q3Zx-0uYb7_PlmTnR5sKc2VdWfHgJaEi8oQ1LrXtZyU"


@pytest.fixture
def lines(capsys):
    before = logging.getLogger().handlers[:], logging.getLogger().level
    hooks = sys.excepthook, threading.excepthook
    yield lambda: capsys.readouterr().err.splitlines()
    sys.excepthook, threading.excepthook = hooks
    logging.getLogger().handlers[:], logging.getLogger().level = before[0], before[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"GET /confirm/{TOKEN} 200", "GET /confirm/[hidden] 200"),
        ("to anna.example@lakes.example now", "to [hidden] now"),
        (
            "message 0193a5c7d4e27a0bb1c2d3e4f5061728 was settled",
            "message 0193a5c7d4e27a0bb1c2d3e4f5061728 was settled",
        ),
        ("job follow_up_presses_of_everybody failed", "job follow_up_presses_of_everybody failed"),
    ],
)
def test_tokens_and_addresses_are_hidden_and_ids_are_not(text, told):
    assert without_secrets(text) == told


def raised():
    try:
        int("Anna Example, anna@lakes.example")
    except ValueError:
        return sys.exc_info()


def test_of_an_error_only_its_kind_and_place_are_said():
    record = logging.LogRecord("a", logging.ERROR, "", 1, "it failed", (), raised())

    told = PlainFormatter("%(message)s").format(record)

    assert "ValueError (test_logs.py:" in told
    assert "Anna" not in told


def test_a_line_of_json_has_its_ids_and_no_secret(lines):
    set_up_logs(as_json=True)
    with about(job="tick", job_id="7"):
        logging.getLogger("undersigned.worker").warning("a mail to %s and %s", "anna@lakes.example", TOKEN)
        logging.getLogger("undersigned.worker").error("it failed", exc_info=raised())
    logging.getLogger("undersigned.worker").warning("outside")

    first, second, third = map(json.loads, lines())
    assert (first["job"], first["job_id"], first["level"]) == ("tick", "7", "warning")
    assert first["event"] == "a mail to [hidden] and [hidden]"
    assert second["raised"].startswith("ValueError (test_logs.py:")
    assert "Anna" not in json.dumps(second)
    assert "job" not in third


def test_a_line_of_text_is_plain(lines):
    set_up_logs(as_json=False)
    logging.getLogger("undersigned.worker").warning("to %s", "anna@lakes.example")

    assert lines()[0].endswith("WARNING undersigned.worker to [hidden]")


@pytest.mark.parametrize("as_json", [True, False])
def test_of_what_nobody_caught_no_word_is_written(lines, as_json):
    set_up_logs(as_json=as_json)

    thread = threading.Thread(target=int, args=("Anna Example, anna@lakes.example",))
    thread.start()
    thread.join()
    sys.excepthook(*raised())

    told = lines()
    assert len(told) == 2
    assert all("ValueError" in line for line in told)
    assert "Anna" not in "".join(told)
