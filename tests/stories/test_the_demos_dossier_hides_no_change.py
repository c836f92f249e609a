"""The dossier that `make demo` leaves: bagit and the script that lies in it, neither ours to trust, find every change."""

import runpy
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import bagit
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from examples.demo.outside import ask_bagit, ask_script, with_a_byte_flipped
from examples.demo.people import read_cast
from examples.demo.seal import make_seal
from service.campaigns.queries import get_campaign
from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.by_hand.packet import packet_of
from service.delivery.dossier.kept import MadeAgain
from service.delivery.dossier.make import gather_dossier, seal_dossier
from service.delivery.dossier.sealing import read_sealing
from service.delivery.dossier.written import write_checked
from service.delivery.follow import follow_deliveries
from service.delivery.letter_mail import Making
from service.delivery.messages import delivery_composers
from service.delivery.registry import BY_HAND
from service.foundation.sealing import KEY_BYTES, RootKey
from service.letter.fonts import Fonts
from service.model.delivery import Delivery
from service.model.message import MessageKind
from service.model.signature import Kind, Visibility
from service.signing.party import SignOn
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition
from tests.doubles.databases import copy_sqlite
from tests.make import make_signature
from tests.required import tool
from tests.stories.gallery import files_beside, river_file

FONTS = Fonts()
BESIDE = ("more.txt", ".hidden", "data/more.txt", "data/letter/full/more.pdf", "sub/more.txt")


@pytest.fixture(scope="module")
def made(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the dossier of the demonstration's letter with its fifty-five signatories, signed as it is there, once for all."""
    folder = tmp_path_factory.mktemp("dossier")
    engine = make_engine(copy_sqlite(migrated_sqlite, folder / "undersigned.db"))
    coalition = released(engine, datetime(2026, 11, 24, 12, tzinfo=UTC))
    bring(coalition, folder)
    written(coalition, folder)
    engine.dispose()
    return folder


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    """Give a copy of the dossier, with the packets and the seal beside it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "dossier"


def released(engine: Engine, noon: datetime) -> Coalition:
    """Give the demonstration's letter, released, with its fifty-five signatories."""
    coalition = Coalition(engine=engine, root=RootKey(bytes(range(KEY_BYTES))), now=noon)
    coalition.open(river_file(), files_beside())
    with transaction(engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for number, signer in enumerate(read_cast().counted):
            sign_on = SignOn(
                kind=Kind(signer.kind),
                name=signer.name,
                name_latin=signer.row["name_latin"],
                country=signer.row["country"],
                email=f"n{number}@names.example",
                visibility=Visibility(signer.visibility),
            )
            make_signature(session, keys, campaign, now=noon, sign_on=sign_on)
    coalition.close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(engine) as session:
        follow_deliveries(session, now=noon)
    return coalition


def bring(coalition: Coalition, folder: Path) -> None:
    """Save the packets of what a person brings, each by its way, and note that it was brought."""
    today = coalition.now.date()
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        brought = select(Delivery).where(col(Delivery.channel).in_(BY_HAND)).order_by(Delivery.id)
        for place, row in enumerate(session.exec(brought).all(), start=1):
            making = Making(fonts=FONTS)
            _, data = packet_of(
                session, coalition.keyring, campaign, row, making=making, public_url=PUBLIC_URL, language="en"
            )
            (folder / f"{place}-{row.channel}.zip").write_bytes(data)
            said = Brought(on=today, today=today, how="by the secretary")
            note_brought(session, coalition.keyring, SLUG, row.id, said, by="cli:ada", now=coalition.now)


def written(coalition: Coalition, folder: Path) -> Path:
    make_seal(folder / "seal.pem", folder / "seal.key")
    composers = delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=FONTS)
    with reading(coalition.engine) as session:
        gathered = gather_dossier(
            session,
            coalition.keyring,
            SLUG,
            number=None,
            making=Making(fonts=FONTS),
            again=MadeAgain(composer=composers[MessageKind.DELIVERY], mail_from=OUTWARD.mail_from),
            now=coalition.now,
        )
    sealing = read_sealing(
        certificate=folder / "seal.pem",
        key=folder / "seal.key",
        authority_url="",
        authority_certificates=None,
    )
    write_checked(folder / "dossier", seal_dossier(gathered, sealing, fonts=FONTS))
    return folder / "dossier"


def script_of(dossier: Path) -> SimpleNamespace:
    """Load the script from the bag itself, as it was before anything is changed there, and leave nothing compiled beside it."""
    return SimpleNamespace(**runpy.run_path(str(dossier / "verify.py")))


def bagit_finds(dossier: Path) -> bool:
    try:
        return not bagit.Bag(str(dossier)).is_valid()
    except bagit.BagError:
        return True


def test_every_changed_removed_and_added_file_is_found(dossier: Path) -> None:
    script = script_of(dossier)
    names = sorted(path.relative_to(dossier).as_posix() for path in dossier.rglob("*") if path.is_file())
    assert len(names) > 30
    assert script.check(dossier)[1] == []
    assert not bagit_finds(dossier)

    for name in names:
        path = dossier / name
        data = path.read_bytes()
        for place in {0, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert script.check(dossier)[1], f"a flipped bit at {place} of {name}"
            # Of the lists of the lists nothing in the format keeps a hash: there bagit reads what it can.
            assert bagit_finds(dossier) or name.startswith("tagmanifest"), f"bagit: {place} of {name}"
        path.unlink()
        assert any(name in fault for fault in script.check(dossier)[1]), f"{name} removed"
        assert bagit_finds(dossier) or name.startswith("tagmanifest"), f"bagit: {name} removed"
        path.write_bytes(data)
    for name in BESIDE:
        (dossier / name).parent.mkdir(exist_ok=True)
        (dossier / name).write_bytes(b"x")
        assert any(fault.startswith(f"{name} was added") for fault in script.check(dossier)[1])
        # The format lets anything lie beside the payload.
        assert bagit_finds(dossier) is name.startswith("data/"), name
        (dossier / name).unlink()
    assert script.check(dossier)[1] == []
    assert not bagit_finds(dossier)


@pytest.mark.parametrize(("way", "copies"), [("post", 2), ("webform", 1)])
def test_what_a_person_brought_is_in_it_as_the_packet_had_it(
    dossier: Path, tmp_path: Path, way: str, copies: int
) -> None:
    folders = sorted((dossier / "data/sendings").glob(f"*-{way}"))
    packets = sorted(tmp_path.glob(f"*-{way}.zip"))

    assert len(folders) == len(packets) == copies
    for folder, path in zip(folders, packets, strict=True):
        with zipfile.ZipFile(path) as packet:
            had = {Path(name).name: packet.read(name) for name in packet.namelist()}
        own = {name for name in had if name != "0-what-to-do.txt" and "annex" not in name}
        assert own
        assert {name: (folder / name).read_bytes() for name in own} == {name: had[name] for name in own}


def test_the_programs_that_the_demonstration_asks_say_so(dossier: Path, tmp_path: Path) -> None:
    changed = with_a_byte_flipped(dossier, "data/certificate.pdf", to=tmp_path / "changed")

    for folder, is_whole in ((dossier, True), (changed, False)):
        other = ask_bagit(folder)
        assert other is not None
        assert (other.is_whole, ask_script(folder).is_whole) == (is_whole, is_whole)
    assert "data/certificate.pdf was changed." in ask_script(changed).lines


def test_openssl_says_who_has_signed_it(dossier: Path, tmp_path: Path) -> None:
    tool("openssl", package="openssl")
    make_seal(tmp_path / "other.pem", tmp_path / "other.key")

    right = ask_script(dossier, certificate=tmp_path / "seal.pem")
    wrong = ask_script(dossier, certificate=tmp_path / "other.pem")

    assert right.is_whole
    assert any("Coalition of the Seven Banks" in line and "it follows from" in line for line in right.lines)
    assert any(line.startswith("NOT TIME-STAMPED") for line in right.lines)
    assert not wrong.is_whole
