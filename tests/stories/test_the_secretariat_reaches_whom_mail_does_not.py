"""As the secretariat I want to help those whom mail does not reach: by a code, another address, or my word."""

import json
import re

from service.foundation.settings import Settings
from service.wiring import make_services
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator


def test_a_code_another_address_and_a_word_given_for_it(tmp_path) -> None:
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    operator.does("init")
    services = make_services(
        Settings(data_dir=tmp_path / "data", key_dir=tmp_path / "keys", journal_dir=tmp_path / "journal")
    )
    coalition = Coalition(services.engine, services.keyring.root, services.clock()).open(file_open_now())
    coalition.sign("Lake Alliance").sign("River Watch")
    services.engine.dispose()
    lake, river = (row["id"] for row in json.loads(operator.does("signatories", "list", SLUG, "--json")))

    assert re.fullmatch(r"\d{3} \d{3}\n", operator.does("signatories", "code", SLUG, lake))
    assert "on its way" in operator.does("signatories", "address", SLUG, river, "new@rivers.example")
    assert "stands" in operator.does("signatories", "vouch", SLUG, lake, "--how", "by Signal")

    refused = operator.run("signatories", "code", SLUG, lake)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "does not wait for its confirmation" in refused.stderr
    listed = {row["id"]: row for row in json.loads(operator.does("signatories", "list", SLUG, "--json"))}
    assert (listed[lake]["standing"], listed[lake]["email"]) == ("counted", "")
    assert listed[river]["email"] == "new@rivers.example"
