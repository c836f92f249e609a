"""The questions whose answers are kept are known by a version: other words need another one."""

import hashlib

import pytest

from examples.demo.forms import visible_text
from service.model.signature import Kind
from service.signing.consents import WORDING
from service.templating import _environment
from service.web.forms import FormState

# Whoever changes a question gives it a version of its own, and leaves the earlier ones here.
WORDS = {
    ("2026-11", Kind.ORGANIZATION): "58e2b274f2ad3210",
    ("2026-11", Kind.PERSON): "6e186e6c5704846f",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_other_words_have_another_version(kind: Kind) -> None:
    questions, form = _environment("en").get_template("parts/sign_fields.html").module, FormState(values={})
    words = visible_text(f"<main>{questions.wishes(form, kind)}{questions.news(form)}</main>")

    assert hashlib.sha256(words.encode()).hexdigest()[:16] == WORDS[WORDING, kind], (
        f"The questions have changed. Set WORDING in service/signing/consents.py anew; they say now: {words}"
    )
