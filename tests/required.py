"""Whether a tool that not every machine has must be here: CI says so, and a test without it then fails instead of being skipped."""

import os
import shutil

import pytest


def is_required(tool: str) -> bool:
    """Tell whether UNDERSIGNED_REQUIRE_<TOOL> is 1."""
    return os.environ.get(f"UNDERSIGNED_REQUIRE_{tool.upper()}") == "1"  # noqa: TID251 -- the tests' own switch, read here only


def tool(name: str, *, package: str) -> str:
    """Give the path of a tool; without it the test is skipped, or fails where the tool is required."""
    path = shutil.which(name)
    if path is None:
        sentence = f"No {name} on this machine: install {package} to see this."
        (pytest.fail if is_required(name) else pytest.skip)(sentence)
    return str(path)
