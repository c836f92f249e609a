"""As the secretariat I have the proof of delivery made at the desk, save it, and find later which were made."""

import hashlib
import io
import os
import tempfile
import zipfile
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from service.delivery.dossier import asked, verify
from service.delivery.dossier.asked import KEPT_FOR, MOST_TRIES
from service.delivery.follow import follow_deliveries
from service.delivery.messages import delivery_composers
from service.foundation import clock
from service.foundation.settings import Settings
from service.letter.fonts import Fonts
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.dossier import Dossier, DossierPart
from service.model.edition import Edition
from service.store.transaction import reading, transaction
from service.wiring import Services
from service.worker import dossiers
from service.worker.dossiers import make_dossiers
from tests.coalition import OUTWARD, PUBLIC_URL, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.relay import free_port
from tests.doubles.time_stamps import make_certificate
from tests.stories.visitor import Door, words_of

FONTS = Fonts()
HIDDEN = "Hidden Spring"


class _Wake:
    def is_stopping(self) -> bool:
        return False


class _Worker:
    """What of the services the job asks for."""

    def __init__(self, coalition: Coalition, **settings: object) -> None:
        self.engine, self.keyring, self.wake = coalition.engine, coalition.keyring, _Wake()
        self.clock, self.fonts = lambda: coalition.now, FONTS
        self.composers = delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=FONTS)
        self.settings = Settings.model_construct(mail_from=OUTWARD.mail_from, **settings)


def work(coalition: Coalition, **settings: object) -> int:
    return make_dossiers(cast(Services, _Worker(coalition, **settings)), "test")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm(HIDDEN, visibility="recipient", email="spring@members.example")
    return coalition.sign_and_confirm("Lake Alliance")


@pytest.fixture
def sent(coalition: Coalition) -> Coalition:
    coalition.close().propose()
    coalition.approve_all().release()
    coalition.wait(minutes=2)
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def at_the_desk(coalition: Coalition, door: Door, role: Role = Role.OWNER) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role))


def ask(olga: AtTheDesk) -> str:
    """Press the button, and give the words of the page that follows."""
    return words_of(olga.follow(olga.send("dossiers", having="edition")))


def link(olga: AtTheDesk) -> str:
    return next(part for part in olga.open("dossiers").text.split('"') if "/dossiers/" in part)


def rows(coalition: Coalition) -> list[Dossier]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Dossier)).all())


def test_it_is_asked_for_made_and_saved_and_anybody_can_check_it(
    sent: Coalition, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> None:
    olga = at_the_desk(sent, door)
    assert "Being made" in ask(olga)

    assert work(sent) == 1

    shown = words_of(olga.open("dossiers"))
    assert "made for Olga Owner" in shown
    assert "Not signed" in shown
    assert "Not time-stamped" in shown
    file = olga.open(link(olga))
    assert file.headers["Content-Disposition"] == 'attachment; filename="clean-river-edition-1-dossier.zip"'
    assert file.headers["Cache-Control"] == "no-store"
    assert int(file.headers["Content-Length"]) == len(file.data)
    assert hashlib.sha256(file.data).hexdigest() in shown
    folder = tmp_path_factory.mktemp("saved")
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        archive.extractall(folder)
    (bag,) = folder.iterdir()
    assert verify.check(bag)[1] == []
    assert hashlib.sha256((bag / verify.SIGNED).read_bytes()).hexdigest() in shown


def test_who_asked_and_what_was_made_stands_in_the_history(sent: Coalition, door: Door) -> None:
    olga = at_the_desk(sent, door)
    ask(olga)
    work(sent)

    with reading(sent.engine) as session:
        kept = session.exec(select(AuditEvent).where(col(AuditEvent.act).startswith("dossier."))).all()
    (row,) = rows(sent)
    assert {(one.act, one.actor, one.thing) for one in kept} == {
        ("dossier.ask", olga.colleague.by, row.id),
        ("dossier.make", olga.colleague.by, row.listed_sha256),
    }
    assert "Made the dossier of a sent letter" in words_of(olga.open("history"))


def test_asking_twice_makes_one(sent: Coalition, door: Door) -> None:
    olga = at_the_desk(sent, door)

    ask(olga)
    ask(olga)

    assert len(rows(sent)) == 1
    assert work(sent) == 1
    assert work(sent) == 0


def test_its_file_is_sealed_and_gone_after_a_week_and_that_it_was_made_stays(
    sent: Coalition, door: Door
) -> None:
    olga = at_the_desk(sent, door)
    ask(olga)
    work(sent)
    with reading(sent.engine) as session:
        parts = session.exec(select(DossierPart)).all()
    assert parts
    assert not any(b"Dear President" in part.data or b"PK\x03\x04" in part.data for part in parts)
    (row,) = rows(sent)
    path = link(olga)

    sent.now += KEPT_FOR + timedelta(minutes=1)
    olga = AtTheDesk(door.app(), sent, olga.colleague)
    assert olga.open(path).status_code == 422
    assert work(sent) == 1

    with reading(sent.engine) as session:
        assert session.exec(select(DossierPart)).all() == []
    shown = words_of(olga.open("dossiers"))
    assert "Its file is not kept any more" in shown
    assert row.sha256 in shown
    assert olga.open(path).status_code == 422


def test_it_takes_a_fresh_proof_and_the_role_of_who_sends(sent: Coalition, door: Door) -> None:
    olga = at_the_desk(sent, door)
    ask(olga)
    work(sent)
    path = link(olga)
    mo = AtTheDesk(door.app(), sent, add_colleague(sent, Role.MODERATOR, name="Mo Derator"))

    shown = mo.open("dossiers")
    assert "An owner or a sender of the letter can save its file" in words_of(shown)
    assert 'name="edition"' not in shown.text
    assert mo.open(path).status_code == 403
    assert mo.post("dossiers", {"csrf": mo.mark(), "edition": "1"}).status_code == 403
    sent.wait(minutes=6)
    assert olga.open(path).location.startswith("/desk/prove")
    assert len(rows(sent)) == 1


def test_before_anything_left_there_is_nothing_to_prove(coalition: Coalition, door: Door) -> None:
    olga = at_the_desk(coalition, door)

    assert "Once the letter is released there is something to prove" in words_of(olga.open("dossiers"))
    refused = olga.post("dossiers", {"csrf": olga.mark()})
    assert (refused.status_code, "nothing to prove yet" in words_of(refused)) == (422, True)
    coalition.close().propose()
    refused = olga.post("dossiers", {"csrf": olga.mark(), "edition": "1"})
    assert (refused.status_code, "not released" in words_of(refused)) == (422, True)
    assert rows(coalition) == []


def test_nothing_of_a_hidden_letter_is_made_or_saved(sent: Coalition, door: Door) -> None:
    olga = at_the_desk(sent, door)
    ask(olga)
    work(sent)
    path = link(olga)
    ask(olga)
    olga.follow(olga.post("emergency", {"csrf": olga.mark(), "meant": "hide"}))

    assert work(sent) == 0
    assert olga.open(path).status_code == 422
    refused = olga.post("dossiers", {"csrf": olga.mark(), "edition": "1"})
    assert (refused.status_code, "The letter is hidden" in words_of(refused)) == (422, True)


def test_an_authority_that_is_silent_is_asked_again_and_then_it_is_said(
    sent: Coalition, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> None:
    trusted = tmp_path_factory.mktemp("trusted") / "authority.pem"
    trusted.write_bytes(make_certificate("An authority")[1])
    settings = {"timestamp_url": f"http://127.0.0.1:{free_port()}", "timestamp_ca_file": trusted}
    olga = at_the_desk(sent, door)
    ask(olga)

    for tried in range(1, MOST_TRIES + 1):
        assert "Being made" in words_of(olga.open("dossiers"))
        assert work(sent, **settings) == 1
        (row,) = rows(sent)
        assert (row.tries, row.made_at) == (tried, None)
        # Not at once again.
        assert work(sent, **settings) == 0
        sent.now += timedelta(hours=1)
        olga = AtTheDesk(door.app(), sent, olga.colleague)

    assert "The time-stamp authority did not answer" in words_of(olga.open("dossiers"))
    assert work(sent, **settings) == 0
    assert "Being made" in ask(olga)


def test_keys_that_cannot_be_used_are_said_to_whoever_asked(
    sent: Coalition, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("keys")
    _, pem, _ = make_certificate("Coalition for Open Rivers")
    _, _, other = make_certificate("Somebody else")
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(other)
    olga = at_the_desk(sent, door)
    ask(olga)

    work(sent, dossier_certificate=folder / "certificate.pem", dossier_key=folder / "key.pem")

    assert "cannot be used" in words_of(olga.open("dossiers"))
    assert work(sent) == 0


def test_what_a_killed_process_left_on_the_disk_is_deleted_and_nothing_else(
    coalition: Coalition, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, elsewhere = tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setattr(tempfile, "tempdir", str(parent))
    hours_ago = clock.now().timestamp() - 2 * 60 * 60
    for name in ("undersigned-dossier-old", "undersigned-dossier-new", "somebody-elses-old"):
        (parent / name / "data").mkdir(parents=True)
        (parent / name / "data" / "letter.pdf").write_bytes(b"%PDF-")
    for name in ("undersigned-dossier-old", "somebody-elses-old"):
        os.utime(parent / name, (hours_ago, hours_ago))
    (elsewhere / "letter.pdf").write_bytes(b"%PDF-")
    (parent / "undersigned-dossier-link").symlink_to(elsewhere)
    os.utime(parent / "undersigned-dossier-link", (hours_ago, hours_ago), follow_symlinks=False)

    assert work(coalition) == 0

    left = {"undersigned-dossier-new", "undersigned-dossier-link", "somebody-elses-old"}
    assert {path.name for path in parent.iterdir()} == left
    assert (elsewhere / "letter.pdf").exists()


def test_its_sealed_pieces_are_not_held_all_at_once(
    sent: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "PIECE_BYTES", 10_000)
    held: list[int] = []

    def count(session: Session, *_: object) -> None:
        held.append(sum(isinstance(one, DossierPart) for one in session))

    ask(at_the_desk(sent, door))
    event.listen(Session, "before_flush", count)
    try:
        work(sent)
    finally:
        event.remove(Session, "before_flush", count)

    with reading(sent.engine) as session:
        places = sorted(session.exec(select(DossierPart.place)).all())
    assert len(places) > 1
    assert (places, max(held)) == (list(range(len(places))), 1)


def test_one_that_is_too_large_says_so_and_who_can_make_it(
    sent: Coalition, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_BYTES", 50_000)
    olga = at_the_desk(sent, door)
    ask(olga)

    assert work(sent) == 1

    assert "too large to be made here" in words_of(olga.open("dossiers"))
    assert (work(sent), [row.failed for row in rows(sent)]) == (0, ["too_large"])


def test_one_on_which_the_process_dies_each_time_is_not_tried_without_end(
    sent: Coalition, door: Door
) -> None:
    olga = at_the_desk(sent, door)
    ask(olga)
    for _ in range(MOST_TRIES):
        # A font folder that is none stands for whatever may break the maker.
        with pytest.raises(AttributeError):
            make_dossiers(cast(Services, _without_fonts(sent)), "test")
        sent.now += timedelta(hours=1)

    assert work(sent) == 0
    olga = AtTheDesk(door.app(), sent, olga.colleague)
    assert "Making it broke off" in words_of(olga.open("dossiers"))


def test_one_that_the_terminal_made_is_listed_without_a_file(sent: Coalition, door: Door) -> None:
    with transaction(sent.engine) as session:
        session.add(
            Dossier(
                campaign_id=sent.campaign().id,
                edition_id=session.exec(select(Edition.id)).one(),
                asked_by="cli:ada",
                asked_at=sent.now,
                made_at=sent.now,
                listed_sha256="a" * 64,
                is_signed=True,
            )
        )
    shown = words_of(at_the_desk(sent, door).open("dossiers"))

    assert "It was made at the terminal" in shown
    assert "made for The operator, at the command line" in shown
    assert "a" * 64 in shown


def _without_fonts(coalition: Coalition) -> _Worker:
    worker = _Worker(coalition)
    del worker.fonts
    return worker
