"""Whether a tool that not every machine has must be here: CI says so, and a test without it then fails instead of being skipped."""

import os


def is_required(tool: str) -> bool:
    """Tell whether UNDERSIGNED_REQUIRE_<TOOL> is 1."""
    return os.environ.get(f"UNDERSIGNED_REQUIRE_{tool.upper()}") == "1"  # noqa: TID251 -- the tests' own switch, read here only
