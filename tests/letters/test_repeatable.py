"""The same letter gives the same bytes: on another day, at another place, in another process and another folder."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine

from service.letter.compile import RENDERERS, compile_copy
from tests.letters.twelve import TWELVE

HOME = Path(__file__).resolve().parents[2]
# The archive's profile is compiled for a few: it differs by its attachment.
LETTERS = [
    (name, form) for name in TWELVE for form in (*(form for form in RENDERERS if form != "pdf"), "mail")
]
LETTERS += [(name, "archive") for name in ("withheld", "uyghur", "several-addressees")]
FORMS = sorted({form for _, form in LETTERS})
# All of them in a process of another place, language, hash seed and folder; the digests come back as JSON.
ELSEWHERE = """
import hashlib, json
from service.letter.compile import compile_copy
from tests.letters.test_repeatable import LETTERS
from tests.letters.twelve import TWELVE

found = {}
for name, form in LETTERS:
    is_pdf = form in ("mail", "archive")
    data = compile_copy(
        TWELVE[name].copy, form="pdf" if is_pdf else form, profile=form if is_pdf else "mail"
    ).data
    found[f"{name} {form}"] = hashlib.sha256(data).hexdigest()
print(json.dumps(found))
"""
ENVIRONMENT = {
    "PYTHONPATH": str(HOME),
    "PYTHONHASHSEED": "7",
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "tr_TR.UTF-8",
    "HOME": "/nowhere",
    "SOURCE_DATE_EPOCH": "1",
}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        capture_output=True,
        check=True,
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=ENVIRONMENT,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(("name", "form"), LETTERS)
def test_another_place_makes_the_same_bytes(compiled, elsewhere, name, form):
    assert elsewhere[f"{name} {form}"] == hashlib.sha256(compiled(name, form)).hexdigest()


@pytest.mark.parametrize("form", FORMS)
def test_another_day_makes_the_same_bytes(compiled, form):
    is_pdf = form in {"mail", "archive"}
    with time_machine.travel("2031-02-28T23:59:58+14:00", tick=False):
        later = compile_copy(
            TWELVE["sixty"].copy, form="pdf" if is_pdf else form, profile=form if is_pdf else "mail"
        )

    assert later.data == compiled("sixty", form)
