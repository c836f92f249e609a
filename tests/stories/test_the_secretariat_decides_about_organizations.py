"""As the secretariat I see what speaks for an organization, and decide what it is, at the terminal."""

import json

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

AGREED = """kind,name,email,website,condition,second_email,visibility
organization,Lake Alliance,chair@lakes.example,https://lakes.example,,ben@lakes.example,public
organization,Lake Alliance North,north@lakes.example,,,,public
organization,River Watch,office@rivers.example,,If ask 2 stays.,,public
person,Dana Example,dana@rivers.example,,,,
"""


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    (tmp_path / "agreed.csv").write_text(AGREED, encoding="utf-8")
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("campaign", "open", SLUG)
    operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    return operator


def rows(operator):
    return {row["name"]: row for row in json.loads(operator.does("signatories", "list", SLUG, "--json"))}


def counted(operator):
    return json.loads(operator.does("campaign", "show", SLUG, "--json"))["counted"]["organizations"]


def printed(operator):
    """Compile a copy, and give the organizations that it names, if it counts as many."""
    operator.does("letter", "compile", SLUG, "--format", "json", "--out", "copy.json")
    copy = json.loads((operator.folder / "copy.json").read_text(encoding="utf-8"))
    names = [line["name"] for line in copy["lines"] if line["kind"] == "organization"]
    assert copy["numbers"]["organizations"] == len(names)
    return names


def test_each_decision_is_one_command(operator):
    found = rows(operator)
    alliance, north, river = (found[name]["id"] for name in list(found)[:3])
    assert counted(operator) == 2
    assert found["Lake Alliance"]["evidence"] == "strong"
    assert (found["River Watch"]["standing"], found["River Watch"]["condition"]) == (
        "conditional",
        "If ask 2 stays.",
    )

    assert "1 condition settled" in operator.does("signatories", "settle", SLUG, river)
    assert counted(operator) == 3
    assert f"{alliance} stands for both" in operator.does("signatories", "same", SLUG, north, alliance)
    assert counted(operator) == 2
    assert printed(operator) == ["Lake Alliance", "River Watch"]
    operator.does("signatories", "another", SLUG, north)
    assert counted(operator) == 3
    assert printed(operator) == ["Lake Alliance", "Lake Alliance North", "River Watch"]
    operator.does("signatories", "attest", SLUG, river, "--how", "called the chair")
    shown = json.loads(operator.does("signatories", "show", SLUG, river, "--json"))
    assert (shown["attested_how"], shown["settled"]) == ("called the chair", "If ask 2 stays.")
    assert "_undersigned.lakes.example. IN TXT" in operator.does("signatories", "domain", SLUG, alliance)
    assert "on its way" in operator.does("signatories", "countersign", SLUG, alliance)
    said = operator.does("signatories", "show", SLUG, alliance)
    assert "ben@lakes.example> was asked" in said
    assert "strong" in operator.does("signatories", "list", SLUG)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("show", "nobody"), "There is no sign-on nobody"),
        (("another", "nobody"), "There is no sign-on nobody"),
        (("settle", "nobody"), "There is no sign-on nobody"),
        (("same", "nobody", "no"), "There is no sign-on nobody"),
        (("domain", "nobody"), "This is no sign-on of an organization of this letter."),
        (("attest", "nobody", "--how", " "), "Say with --how"),
        (("countersign", "nobody"), "This is no sign-on of an organization of this letter."),
    ],
)
def test_what_cannot_be_decided_gets_one_sentence(operator, command, sentence):
    refused = operator.run("signatories", command[0], SLUG, *command[1:])

    assert (refused.returncode, refused.stdout) == (2, "")
    assert sentence in refused.stderr
