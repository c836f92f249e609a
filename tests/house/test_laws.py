"""Laws of the house that no other tool keeps, each by a pattern that may not be found."""

import re

import pytest

from tests.house.repository import ROOT, files, named

# The law, the pattern that breaks it, and the files that may hold it.
LAWS: list[tuple[str, str, set[str]]] = [
    ("only one file commits", r"\.commit\(", {"service/store/transaction.py"}),
    (
        "a state changes only through move()",
        r"\.state\s*=(?!=)",
        # All but the first compare and set by one statement, as the fence must.
        {
            "service/model/states.py",
            "service/mail/moves.py",
            "service/store/claim.py",
            "service/signing/pressing.py",
        },
    ),
    (
        "foreign keys yes, relationships no",
        r"\bRelationship\b|back_populates",
        # The element by which a Word file, and a spreadsheet, names its parts.
        {
            "service/letter/word_package.py",
            "service/letter/word_opening.py",
            "service/foundation/spreadsheet_writing.py",
        },
    ),
    (
        "links come from PUBLIC_URL, never from a request",
        r"_external\s*=\s*True|request\.(host|url_root|base_url)\b",
        set(),
    ),
    (
        "no template comes from a string",
        r"render_template_string|\bfrom_string\(",
        # A Word template of the secretariat: names and nothing else, in a sandbox (decision 40).
        {"service/letter/word_tags.py"},
    ),
    (
        "what is escaped stays escaped",
        r"\|\s*safe\b|\bMarkup\(|autoescape\s+false",
        {"service/letter/render_html.py"},
    ),
    ("imports are seen where they are", r"import_module\(|__import__\(|\bTYPE_CHECKING\b", set()),
    (
        "nothing of a person is kept as a pickle, nothing is run from text",
        r"\bpickle\b|(?<![.\w])(eval|exec)\(",
        set(),
    ),
    (
        "one function decides what a name may stand in",
        r"(visibility|shown)(\.value)?\)?\s*(is|is not|==|!=)\s+[\"V]",
        {"service/letter/audience.py"},
    ),
    (
        "TLS certificates are checked",
        r"CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context",
        set(),
    ),
]  # fmt: skip -- one law a line reads best
A_MACHINE = re.compile(r"/(?:root|home|Users|work|opt/(?:wheels|pypi))/|C:\\\\Users")
AN_INDEX = re.compile(
    r"\bpy[p]i\.org|python[h]osted\.org|--(?:extra-)?index-url[ =]|--find-links[ =]|://[^/\s]*\bpy[p]i\b"
)
SOURCES = (".py", ".html", ".txt", ".xml", ".typ")


@pytest.mark.parametrize(("law", "broken_by", "allowed"), LAWS, ids=[law for law, _, _ in LAWS])
def test_the_law_is_kept(law: str, broken_by: str, allowed: set[str]) -> None:
    sources = [path for folder in ("service", "templates") for path in files(*SOURCES, under=folder)]

    breakers = {named(path) for path in sources if re.search(broken_by, path.read_text())}

    assert breakers - allowed == set(), law


@pytest.mark.parametrize("pattern", [A_MACHINE, AN_INDEX], ids=["a machine's paths", "a package index"])
def test_no_file_names_the_place_where_it_was_written(pattern: re.Pattern[str]) -> None:
    found = []
    for path in files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{named(path)}: {match.group()}" for match in pattern.finditer(text)]

    assert found == []


def test_packages_hold_nothing_but_a_purpose() -> None:
    talkative = [
        named(path)
        for path in files("__init__.py", under="service")
        if path.stat().st_size and not path.read_text().startswith('"""')
    ]

    assert talkative == []


def test_the_licence_is_whole() -> None:
    licence = (ROOT / "LICENSE").read_text()

    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
