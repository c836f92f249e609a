"""As the secretariat at a terminal I have the packet of a copy written, bring it, and keep that."""

import zipfile
from pathlib import Path

import pytest
from sqlmodel import select

from service.foundation.clock import now
from service.foundation.sealing import RootKey
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.engine import make_engine
from service.store.transaction import reading
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

FORM = b"""
[recipients.webform]
address = "https://office.example/write-to-us"
[[recipients.webform.fields]]
label = "Your message"
text = "Speak of the river."
limit = 40
"""


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    file = file_open_now().replace(b'channels = ["email"]', b'channels = ["email", "post", "webform"]')
    file += FORM
    (tmp_path / "letter.toml").write_bytes(file.replace(b"count_shown_from = 1", b'admit = "everyone"'))
    operator.does("init")
    for step in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *step)
    return operator


def test_a_copy_is_packed_brought_and_kept(operator: Operator, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{operator.folder / 'data' / 'undersigned.db'}")
    root = RootKey((operator.folder / "keys" / "root.key").read_bytes())
    coalition = Coalition(engine=engine, root=root, now=now())
    can_go = "webform · full copy · can be sent"
    assert can_go in operator.run("deliver", SLUG, "--check").stdout
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    assert can_go in operator.run("deliver", SLUG, "--check").stdout
    coalition.approve_all().release()
    with reading(engine) as session:
        ids = {one.channel: one.id for one in session.exec(select(Delivery)).all()}

    assert "leaves by itself" in operator.run("deliver", SLUG, "--packet", ids["email"], "x.zip").stderr
    operator.does("deliver", SLUG, "--packet", ids["post"], "packet.zip")
    operator.does("deliver", SLUG, "--brought", ids["post"], "posted by Noor, RR 123")
    again = operator.run("deliver", SLUG, "--brought", ids["post"], "posted twice")

    with zipfile.ZipFile(operator.folder / "packet.zip") as packet:
        assert packet.namelist()[0].endswith("/0-what-to-do.txt")
    assert "does not wait to be brought any more" in again.stderr
    operator.does("deliver", SLUG, "--packet", ids["webform"], "fields.zip")
    operator.does("deliver", SLUG, "--brought", ids["webform"], "entered by Noor, number WEB-4711")
    with zipfile.ZipFile(operator.folder / "fields.zip") as packet:
        assert "19 of 40 bytes" in packet.read(packet.namelist()[1]).decode()
    with reading(engine) as session:
        for way in ("post", "webform"):
            assert session.get_one(Delivery, ids[way]).state is DeliveryState.HANDED_OVER
    engine.dispose()
