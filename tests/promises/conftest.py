"""What promises begin with: a typesetter that knows the letters it has set."""

import pytest

from tests.doubles.typesetter import KnownTypesetter


@pytest.fixture(autouse=True)
def _letters_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.letter.render_pdf._Typesetter", KnownTypesetter)
