"""As an operator I want to publish what `doctor` prints, so that receivers believe our mail."""

import re
import time

import dkim
import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.doubles.relay_server import serving
from tests.operator import Operator

A_RECORD = re.compile(r"^ +(\S+)\. TXT ((?:\"[^\"]*\" ?)+)", re.MULTILINE)


@pytest.fixture
def relay():
    with serving() as server:
        yield server


@pytest.fixture
def operator(relay, tmp_path):
    operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port())
    operator.environment["UNDERSIGNED_DKIM_SELECTOR"] = "s1 e1"
    return operator


def invite_one(operator):
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    (operator.folder / "list.csv").write_text(
        "kind,name,email\norganization,Lake,lake@x.example\n", encoding="utf-8"
    )
    for command in (
        ["campaign", "load", "letter.toml"],
        ["campaign", "freeze", SLUG],
        ["signatories", "import", SLUG, "list.csv"],
        ["campaign", "open", SLUG],
    ):
        operator.does(*command)


def published(printed):
    """Read the texts of the printed records, as a name server would hold them."""
    return {name: "".join(re.findall(r'"([^"]*)"', data)) for name, data in A_RECORD.findall(printed)}


def test_mail_is_verified_against_the_records_that_were_printed(operator, relay):
    first, second = operator.does("init"), operator.does("init")
    invite_one(operator)
    records = published(operator.does("doctor"))

    with operator.serving():
        end = time.monotonic() + 20
        while not relay.kept and time.monotonic() < end:
            time.sleep(0.05)

    [sent] = relay.kept
    found = {f"{name}.".encode(): text.encode() for name, text in records.items()}
    assert all(
        dkim.DKIM(sent).verify(idx=place, dnsfunc=lambda name, **_: found.get(name)) for place in (0, 1)
    )
    assert first.count("Made the DKIM key") == 2
    assert second == "Everything is in place.\n"


def test_the_doctor_says_what_it_could_not_ask_and_finds_no_fault_in_it(operator):
    operator.does("init")

    printed = operator.does("doctor")

    sentence = "DMARC of rivers.example could not be checked: its name is one that is never in the DNS."
    assert sentence in " ".join(printed.split())
    assert "The set-up is in order." in printed


def test_keys_lie_wrapped_and_a_selector_without_its_key_stops_the_start_with_a_sentence(operator):
    operator.does("init")
    files = b"".join(path.read_bytes() for path in (operator.folder / "data").iterdir() if path.is_file())
    # An unencrypted private key (PKCS #8) names its algorithm: RSA, Ed25519.
    assert bytes.fromhex("06092a864886f70d010101") not in files
    assert bytes.fromhex("06032b6570") not in files
    operator.environment["UNDERSIGNED_DKIM_SELECTOR"] = "s2"

    refused = operator.run("run", "--port", str(free_port()))

    assert refused.returncode == 2
    assert refused.stderr == ("There is no DKIM key for the selector s2 yet: run `undersigned init` first.\n")
