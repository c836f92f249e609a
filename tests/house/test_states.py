"""docs/states.md is what the code says."""

import subprocess
import sys

from tests.house.repository import ROOT


def test_the_document_of_states_is_the_one_the_code_writes() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "service.model.states"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    document = (ROOT / "docs" / "states.md").read_text()

    assert document == written, "Write it anew: .venv/bin/python -m service.model.states > docs/states.md"
