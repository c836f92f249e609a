"""As the secretariat at a terminal I have the packet of a copy written, bring it, and keep that."""

import zipfile
from pathlib import Path

import pytest
from sqlmodel import select

from service.delivery.follow import follow_deliveries
from service.foundation.clock import now
from service.foundation.sealing import RootKey
from service.mail.transport import Stage
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.postbox import Fault
from tests.doubles.relay import free_port
from tests.doubles.relay_server import serving
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


PRESS = b"""
[[recipients]]
role = "press"
name = "The Basin Herald"
address = ["9 Ink Lane", "Capital City"]
country = "US"
channels = ["post"]
"""


def approve_a_letter(operator: Operator, file: bytes) -> None:
    """Lead a letter from its file to where nothing but its release is left."""
    Path(operator.folder, "letter.toml").write_bytes(file)
    operator.does("init")
    for step in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *step)
    engine = make_engine(f"sqlite:///{operator.folder / 'data' / 'undersigned.db'}")
    root = RootKey((operator.folder / "keys" / "root.key").read_bytes())
    coalition = Coalition(engine=engine, root=root, now=now())
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all()
    engine.dispose()


def test_what_somebody_brings_to_the_press_is_told_to_wait_for_publication(tmp_path: Path) -> None:
    with serving() as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port())
        file = file_open_now().replace(b'channels = ["email"]', b'channels = ["email", "post"]') + PRESS
        approve_a_letter(operator, file.replace(b"count_shown_from = 1", b'admit = "everyone"'))

        released = operator.does("deliver", SLUG, "--release")

    told = [line for line in released.splitlines() if line.startswith("  post: ")]
    assert ["waits for somebody who brings it" in line for line in told] == [True, False]
    assert "waits until the letter is public; then somebody brings it" in told[1]


def test_a_failed_copy_goes_another_way_by_a_command(operator: Operator) -> None:
    engine = make_engine(f"sqlite:///{operator.folder / 'data' / 'undersigned.db'}")
    root = RootKey((operator.folder / "keys" / "root.key").read_bytes())
    coalition = Coalition(engine=engine, root=root, now=now())
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.postbox.fail_next(Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"))
    coalition.deliver_mail()
    with transaction(engine) as session:
        follow_deliveries(session, now=coalition.now)
    with reading(engine) as session:
        ids = {one.channel: one.id for one in session.exec(select(Delivery)).all()}

    twice = operator.run("deliver", SLUG, "--otherwise", ids["email"], "post")
    told = operator.does("deliver", SLUG, "--otherwise", ids["email"], "hand_over")

    assert "went it already" in twice.stderr
    with reading(engine) as session:
        made = session.exec(select(Delivery).where(Delivery.channel == "hand_over")).one()
        assert made.state is DeliveryState.READY
        assert made.id in told
        assert session.get_one(Delivery, ids["email"]).state is DeliveryState.FAILED
    engine.dispose()


def test_a_relay_that_takes_small_mails_only_is_told_before_the_release(tmp_path: Path) -> None:
    with serving(data_size_limit=20_000) as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port())
        file = file_open_now().replace(b"count_shown_from = 1", b'admit = "everyone"')
        approve_a_letter(operator, file)

        checked = operator.does("deliver", SLUG, "--check")
        doctor = operator.run("doctor")
        released = operator.run("deliver", SLUG, "--release")

    assert f"0.1 MB are allowed (127.0.0.1:{relay.port})" in checked
    assert "if a way fails, a person may choose: " in checked
    assert "takes mails of at most 20000 bytes" in doctor.stderr
    assert "Nothing was sent" in released.stderr
