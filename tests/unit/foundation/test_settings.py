"""Settings are right, or the service says in a sentence what is wrong and does not start."""

import re
from pathlib import Path

import pytest

from service.foundation.errors import Refused
from service.foundation.settings import read_settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_with_nothing_set_everything_has_a_sensible_value(tmp_path):
    settings = read_settings()

    assert settings.database == f"sqlite:///{tmp_path}/data/undersigned.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.reminder_lead.days == 1


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"UNDERSIGNED_SMTP_UR": "x"}, "Did you mean UNDERSIGNED_SMTP_URL?"),
        ({"UNDERSIGNED_PUBLIC_URL": "letters.example"}, "must be an address like https://"),
        ({"UNDERSIGNED_PUBLIC_URL": "https://a.example/?x=1"}, "must be an address like https://"),
        ({"UNDERSIGNED_MAIL_FROM": "a@b.example, c@d.example"}, "single address"),
        ({"UNDERSIGNED_REMINDER_LEAD": "a day"}, "whole number of seconds"),
        ({"UNDERSIGNED_TRUSTED_PROXIES": "-1"}, "greater than or equal to 0"),
        ({"UNDERSIGNED_FORM_SECONDS": "soon"}, "whole number of seconds"),
        ({"UNDERSIGNED_SIGN_RATE": "0"}, "greater than or equal to 1"),
        ({"UNDERSIGNED_KEY_DIR": "data/keys"}, "every backup of the data would hold the keys"),
        *(
            ({"UNDERSIGNED_SEND_RATE": rate}, "must be a number of mails a second like 10")
            for rate in ("fast", "0", "-1", "10 5", "1e9", "mail.example=5", "m.example:25=1 m.example:25=2")
        ),
        ({"UNDERSIGNED_JOURNAL_DIR": "data/journal"}, "would bring an old journal along"),
        ({"UNDERSIGNED_DKIM_SELECTOR": "s_1"}, "must be a selector like"),
        ({"UNDERSIGNED_DKIM_SELECTOR": "s1 S1"}, "must be a selector like"),
        ({"UNDERSIGNED_DKIM_SELECTOR": "a b c"}, "must be a selector like"),
        ({"UNDERSIGNED_DKIM_SELECTOR": "a" * 64}, "must be a selector like"),
        ({"UNDERSIGNED_BOUNCE_DOMAIN": "not a domain"}, "must be a domain like"),
        (
            {"UNDERSIGNED_BOUNCE_DOMAIN": "b.example", "UNDERSIGNED_BOUNCE_LISTEN": "2525"},
            "a host and a port",
        ),
        (
            {"UNDERSIGNED_BOUNCE_DOMAIN": "b.example", "UNDERSIGNED_BOUNCE_LISTEN": "h:99999"},
            "a host and a port",
        ),
        ({"UNDERSIGNED_BOUNCE_LISTEN": "127.0.0.1:2525"}, "needs BOUNCE_DOMAIN"),
        ({"UNDERSIGNED_DOSSIER_CERTIFICATE": "signer.pem"}, "DOSSIER_KEY belong together"),
        ({"UNDERSIGNED_TIMESTAMP_URL": "https://time.example/tsr"}, "TIMESTAMP_CA_FILE belong together"),
        ({"UNDERSIGNED_TIMESTAMP_CA_FILE": "time.pem"}, "TIMESTAMP_CA_FILE belong together"),
        ({"UNDERSIGNED_RELAY_LEDGER": "/var/log/mail.log"}, "must be postfix: and the whole path"),
        ({"UNDERSIGNED_RELAY_LEDGER": "postfix:mail.log"}, "must be postfix: and the whole path"),
        ({"UNDERSIGNED_RELAY_LEDGER": "exim:/var/log/mail.log"}, "must be postfix: and the whole path"),
        ({"UNDERSIGNED_SMTP_URL_FILE": "missing"}, "cannot be read"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(monkeypatch, variables, sentence):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Refused) as refusal:
        read_settings()

    assert sentence in str(refusal.value)


def test_what_ci_demands_of_the_tests_does_not_stop_the_service(monkeypatch):
    demands = re.findall(r"export (UNDERSIGNED_\w+)=1", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    for name in demands:
        monkeypatch.setenv(name, "1")

    assert "UNDERSIGNED_REQUIRE_BROWSER" in demands
    assert read_settings().reminder_lead.days == 1


@pytest.mark.parametrize(
    ("written", "selectors"), [("", ()), ("s1", ("s1",)), (" S2026.mail  e2026 ", ("s2026.mail", "e2026"))]
)
def test_dkim_has_no_selector_or_one_or_two(monkeypatch, written, selectors):
    monkeypatch.setenv("UNDERSIGNED_DKIM_SELECTOR", written)

    assert read_settings().dkim_selectors == selectors


@pytest.mark.parametrize(
    ("written", "rates"),
    [
        ("", {}),
        (" 10 ", {"": 10}),
        ("0.5 mail.example:587=2.5 ::1:25=1", {"": 0.5, "mail.example:587": 2.5, "::1:25": 1}),
        ("mail.example:587=5", {"mail.example:587": 5}),
    ],
)
def test_mail_may_have_a_pace_over_all_and_by_relay(monkeypatch, written, rates):
    monkeypatch.setenv("UNDERSIGNED_SEND_RATE", written)

    assert read_settings().send_rates == rates


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "smtp"
    secret.write_text("smtps://user:secret@mail.example:465\n", encoding="utf-8")
    monkeypatch.setenv("UNDERSIGNED_SMTP_URL_FILE", str(secret))

    settings = read_settings()

    assert settings.smtp_url == "smtps://user:secret@mail.example:465"
    assert "secret" not in repr(settings)


def test_an_env_file_is_read_and_the_environment_goes_first(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text(
        "UNDERSIGNED_MAIL_FROM=file@rivers.example\nUNDERSIGNED_PUBLIC_URL=https://file.example\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("UNDERSIGNED_PUBLIC_URL", "https://letters.example/")

    settings = read_settings()

    assert settings.mail_from == "file@rivers.example"
    assert settings.public_url == "https://letters.example"


def test_returned_mail_has_a_domain_and_a_door(monkeypatch):
    monkeypatch.setenv("UNDERSIGNED_BOUNCE_DOMAIN", "Bounces.Bücher.example")
    monkeypatch.setenv("UNDERSIGNED_BOUNCE_LISTEN", "[::1]:2525")

    settings = read_settings()

    assert settings.bounce_domain == "bounces.xn--bcher-kva.example"
    assert settings.bounce_address == ("::1", 2525)


@pytest.mark.parametrize(
    ("written", "path"), [("", None), ("postfix:/var/log/mail.log", Path("/var/log/mail.log"))]
)
def test_the_relays_ledger_is_a_postfix_log(monkeypatch, written, path):
    monkeypatch.setenv("UNDERSIGNED_RELAY_LEDGER", written)

    assert read_settings().postfix_log == path
