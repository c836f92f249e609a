"""As the secretariat I want each command to do its one thing, or to say in one sentence why not."""

import csv
import json

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

LONG_OPEN = file_open_now()


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(LONG_OPEN)
    (tmp_path / "agreed.csv").write_text(
        "kind,name,email,visibility\norganization,Lake Alliance,office@lakes.example,public\n"
        'person,"=cmd|calc",dana@rivers.example,public\n',
        encoding="utf-8",
    )
    operator.does("init")
    return operator


def show(operator):
    return json.loads(operator.does("campaign", "show", SLUG, "--json"))


def test_a_letter_is_carried_from_its_file_to_its_proposal(operator):
    assert operator.does("campaign", "load", "letter.toml") == f"{SLUG}\n"
    assert show(operator)["state"] == "draft"
    assert "SHA-256 " in operator.does("campaign", "freeze", SLUG)
    assert "/letters/clean-river?k=" in operator.does("campaign", "open", SLUG)
    checked = operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone", "--check")
    assert "2 would be added" in checked
    assert show(operator)["counted"]["signatories"] == 0

    operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    assert show(operator)["counted"] == {"signatories": 2, "organizations": 1, "individuals": 1}
    again = operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    assert "0 added as agreed, 2 known already" in again

    (first, *_) = json.loads(operator.does("signatories", "list", SLUG, "--json"))
    operator.does("signatories", "hold", SLUG, first["id"])
    assert show(operator)["counted"]["signatories"] == 1
    operator.does("signatories", "release", SLUG, first["id"])
    assert show(operator)["counted"]["signatories"] == 2

    operator.does("letter", "compile", SLUG, "--format", "txt", "--out", "letter.txt")
    assert "On behalf of 1 organization and 1 individual" in (operator.folder / "letter.txt").read_text(
        encoding="utf-8"
    )
    operator.does("letter", "compile", SLUG, "--out", "letter.pdf")
    by_mail = (operator.folder / "letter.pdf").read_bytes()
    assert by_mail.startswith(b"%PDF-")
    operator.does("letter", "compile", SLUG, "--layout", "post", "--out", "letter.pdf")
    assert (operator.folder / "letter.pdf").read_bytes() not in (by_mail, b"")

    operator.does("signatories", "export", SLUG, "--out", "all.csv")
    rows = list(csv.DictReader((operator.folder / "all.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Lake Alliance", "'=cmd|calc"]

    operator.does("campaign", "close", SLUG)
    assert "can be sent" in operator.does("deliver", SLUG, "--check")
    assert "1 rehearsal is on the way" in operator.does("deliver", SLUG, "--rehearse")
    assert "Edition 1" in operator.does("deliver", SLUG, "--propose")
    edition = show(operator)["editions"][0]
    assert edition["approvals"] == 0
    for form in ("pdf", "html", "txt", "json"):
        for name in ("one", "two"):
            operator.does("letter", "compile", SLUG, "--edition", "1", "--format", form, "--out", name)
        assert (operator.folder / "one").read_bytes() == (operator.folder / "two").read_bytes()


@pytest.mark.parametrize(
    ("before", "command", "sentence"),
    [
        ((), ("campaign", "show", "nothing-here"), "There is no letter called 'nothing-here'"),
        ((), ("campaign", "load", "missing.toml"), "missing.toml cannot be read"),
        (("load",), ("campaign", "open", SLUG), "Run `undersigned campaign freeze clean-river`."),
        (("load", "freeze"), ("campaign", "load", "letter.toml"), "is no longer a draft"),
        (("load", "freeze"), ("campaign", "freeze", SLUG), "already final"),
        (("load", "freeze"), ("campaign", "close", SLUG), "is not open"),
        (("load", "freeze"), ("campaign", "publish", SLUG), "becomes public after it was sent"),
        (("load", "freeze", "open"), ("campaign", "open", SLUG), "already open"),
        (("load", "freeze", "open"), ("deliver", SLUG, "--propose"), "still takes sign-ons"),
        (
            ("load", "freeze", "open"),
            ("deliver", SLUG, "--release"),
            "No edition of this letter was proposed",
        ),
        (("load", "freeze", "open"), ("deliver", SLUG), "Say which one step"),
        (("load", "freeze", "open"), ("signatories", "accept", SLUG), "Name the sign-ons to accept"),
        (("load", "freeze", "open"), ("signatories", "accept", SLUG, "0" * 32), "There is no sign-on"),
        (("load",), ("signatories", "import", SLUG, "agreed.csv", "--attest", "x"), "not final yet"),
        (("load", "freeze"), ("letter", "compile", SLUG, "--edition", "7", "--out", "x.pdf"), "no edition 7"),
        (("load", "freeze"), ("campaign", "reopen", SLUG, "--until", "tomorrow"), "is not a moment"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence_and_changes_nothing(operator, before, command, sentence):
    steps = {"load": ("load", "letter.toml"), "freeze": ("freeze", SLUG), "open": ("open", SLUG)}
    for step in before:
        operator.does("campaign", *steps[step])
    was = operator.does("campaign", "list", "--json")

    refused = operator.run(*command)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert operator.does("campaign", "list", "--json") == was


def test_a_faulty_file_is_refused_whole_with_every_fault(operator):
    faulty = LONG_OPEN.replace(b'asks = ["Open the archives."', b'asks = [""').replace(
        b"((signatories))", b"((signers))"
    )
    (operator.folder / "faulty.toml").write_bytes(faulty + b'\n[extra]\nkey = "value"\n')

    refused = operator.run("campaign", "load", "faulty.toml")

    assert refused.returncode == 2
    assert "letter.asks[1]" in refused.stderr
    assert "((signers))" in refused.stderr
    assert "extra" in refused.stderr
    assert json.loads(operator.does("campaign", "list", "--json")) == []


def test_a_list_in_another_encoding_is_refused_whole(operator):
    (operator.folder / "latin.csv").write_bytes(
        "kind,name,email\nperson,Ren\xe9e,renee@x.example\n".encode("latin-1")
    )
    operator.does("campaign", "load", "letter.toml")

    refused = operator.run("signatories", "import", SLUG, "latin.csv")

    assert refused.returncode == 2
    assert "UTF-8" in refused.stderr
    assert json.loads(operator.does("signatories", "list", SLUG, "--json")) == []


def test_before_init_every_command_says_what_to_do(tmp_path):
    operator = Operator(tmp_path, smtp_port=1, web_port=2)

    refused = operator.run("campaign", "list")

    assert refused.returncode == 2
    assert "run `undersigned init` first" in refused.stderr


def test_init_may_run_again_and_never_makes_a_second_key_for_a_database(operator):
    key = operator.folder / "keys" / "root.key"
    assert key.stat().st_mode & 0o777 == 0o400
    assert "in place" in operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    key.unlink()

    refused = operator.run("init")

    assert refused.returncode == 2
    assert "put the key back" in refused.stderr


def test_a_late_link_to_a_domain_to_which_no_mail_goes_is_not_said_to_leave(operator):
    (operator.folder / "asked.csv").write_text(
        "kind,name,email,status\n"
        "organization,Lake Alliance,office@lakes.example,invited\n"
        "organization,River Watch,office@rivers.example,invited\n",
        encoding="utf-8",
    )
    operator.does("campaign", "load", "letter.toml")
    for step in ("freeze", "open"):
        operator.does("campaign", step, SLUG)
    operator.does("signatories", "import", SLUG, "asked.csv")
    operator.does("campaign", "close", SLUG)
    operator.does("abuse", "no-mail", "lakes.example")
    asked = {
        one["name"]: one["id"] for one in json.loads(operator.does("signatories", "list", SLUG, "--json"))
    }

    to_lakes = operator.does("campaign", "reopen", SLUG, "--for", asked["Lake Alliance"])
    to_rivers = operator.does("campaign", "reopen", SLUG, "--for", asked["River Watch"])

    assert "no mail goes to its domain, so the link does not leave" in to_lakes
    assert "the link is on its way" in to_rivers
