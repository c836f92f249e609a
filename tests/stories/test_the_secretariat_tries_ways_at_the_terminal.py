"""As the secretariat at a terminal I see by which way each copy can go, and by which rule it cannot, before anything leaves."""

from pathlib import Path

from service.foundation.clock import now
from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator
from tests.ways import GOOD, SECRETS, TRIAL, set_up

ADDRESS, FIT = b'["1 Palace Square", "Capital City"]', b'["1600 Palace Avenue NW", "Washington, DC 20500"]'


def test_each_copy_is_held_against_the_rules_of_its_way(tmp_path: Path) -> None:
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    ways = b'channels = ["email", "lob", "pingen"]'
    file = file_open_now().replace(b'channels = ["email"]', ways).replace(ADDRESS, FIT)
    (tmp_path / "letter.toml").write_bytes(file.replace(b"count_shown_from = 1", b'admit = "everyone"'))
    operator.does("init")
    for step in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *step)

    before = operator.does("deliver", SLUG, "--check")

    assert "lob · full copy · cannot, because: Lob is not set up here" in before
    engine = make_engine(f"sqlite:///{operator.folder / 'data' / 'undersigned.db'}")
    root = RootKey((operator.folder / "keys" / "root.key").read_bytes())
    coalition = Coalition(engine=engine, root=root, now=now())
    coalition.sign_and_confirm("Lake Alliance")
    set_up(coalition, "lob", TRIAL["lob"])
    set_up(coalition, "pingen", GOOD["pingen"])

    after = operator.does("deliver", SLUG, "--check")

    assert "email · full copy · can be sent" in after
    assert "lob · full copy · only tried, because: Test key: nothing is printed or mailed" in after
    # This letter is on the paper of its country, which Pingen does not print on.
    assert (
        "pingen · full copy · cannot, because: clean-river-draft-full.pdf has pages that are not A4." in after
    )
    assert "(Pingen's own client for Python and for n8n, upload of a file; looked at on 2026-11-27)" in after
    assert not [secret for secret in SECRETS if secret in before + after]
    coalition.close().propose()
    coalition.approve_all()
    assert "has pages that are not A4" in operator.run("deliver", SLUG, "--release").stderr
    engine.dispose()
