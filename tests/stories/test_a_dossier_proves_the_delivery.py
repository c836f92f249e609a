"""As the secretariat I want to prove what we sent, to whom and how far it came, to somebody who does not trust our server."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from email import policy
from email.parser import BytesParser

import bagit
import page
import pikepdf
import pytest
from PIL import Image
from sqlmodel import select

from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.delivery.answers.clock import ClockSeen, set_clock
from service.delivery.answers.replies import Reply, keep_reply
from service.delivery.asking import Asking
from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.dossier import verify
from service.delivery.dossier.bag import zip_bag
from service.delivery.dossier.kept import MadeAgain
from service.delivery.dossier.make import gather_dossier, keep_dossier, seal_dossier
from service.delivery.dossier.sealing import Sealing
from service.delivery.dossier.signature import read_signer
from service.delivery.dossier.time_stamp import Authority
from service.delivery.follow import follow_deliveries
from service.delivery.letter_mail import Making
from service.delivery.messages import delivery_composers
from service.delivery.offices.identity import office_key
from service.delivery.parcel import Document
from service.delivery.receipts import keep_receipt
from service.delivery.verify import find_copy
from service.foundation.errors import Refused
from service.letter.fonts import Fonts
from service.model.audit_event import AuditEvent
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import MessageKind
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition, letter_file
from tests.doubles.relay import free_port
from tests.doubles.time_stamps import TimeStamps, make_certificate
from tests.operator import Operator
from tests.required import tool
from tests.stories.test_a_copy_is_handed_over import GERMAN
from tests.stories.test_a_letter_speaks_several_languages import FRENCH

FONTS = Fonts()
TABLES = """
[[recipients]]
role = "cc"
name = "The Other Office"
emails = ["other@office.example"]
copy = "public"

[[recipients]]
role = "cc"
name = "The Embassy"
channels = ["lob"]

[[recipients]]
role = "cc"
name = "The Mission"
channels = ["hand_over"]
"""
NAMES = {"public": "Lake Alliance", "recipient": "Hidden Spring", "counted": "Nameless Brook"}


@pytest.fixture
def sent(engine, root, noon):
    """Give a letter that has left for one office in full and for another as the public may see it."""
    coalition = Coalition(engine=engine, root=root, now=noon)
    return release(coalition.open(letter_file(more='admit = "everyone"', tables=TABLES)))


def release(coalition):
    for visibility, name in NAMES.items():
        coalition.sign_and_confirm(name, visibility=visibility)
    coalition.close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def gathered(coalition, *, number=None, mail_from=OUTWARD.mail_from, bounce_domain=""):
    composers = delivery_composers(
        coalition.keyring, public_url=PUBLIC_URL, fonts=FONTS, bounce_domain=bounce_domain
    )
    with reading(coalition.engine) as session:
        return gather_dossier(
            session,
            coalition.keyring,
            SLUG,
            number=number,
            making=Making(fonts=FONTS),
            again=MadeAgain(composer=composers[MessageKind.DELIVERY], mail_from=mail_from),
            now=coalition.now,
        )


def sealing(signer=None, authority=None):
    return Sealing(signer=signer, authority=authority, asking=Asking(), nonce=lambda: 7)


def made(coalition, **given):
    return seal_dossier(gathered(coalition, **given), sealing(), fonts=FONTS)


def written(bag, folder):
    for name, data in bag.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def certificate_of(bag):
    return json.loads(bag.files["data/certificate.json"])


def test_a_dossier_holds_what_was_sent_and_how_that_is_known(sent, tmp_path):
    bag = made(sent)

    folder = written(bag, tmp_path / "dossier")
    assert verify.check(folder)[1] == []
    assert bagit.Bag(str(folder)).validate()
    certificate = certificate_of(bag)
    assert certificate["title"] == "Keep the river open"
    assert certificate["signatories"] == {"all": 3, "organizations": 3, "individuals": 0}
    president, other, embassy, mission = certificate["sendings"]
    states = [one["state"] for one in (president, other, embassy, mission)]
    assert states == ["handed_over", "handed_over", "refused", "ready"]
    assert [rung["rung"] for rung in president["rungs"]] == ["ready", "carrying", "handed_over"]
    assert embassy["rungs"] == []
    assert [rung["rung"] for rung in mission["rungs"]] == ["ready"]
    assert (president["copy"], other["copy"]) == ("full", "public")
    # What never left has no copy in the dossier.
    for folder in ("data/sendings/03-lob", "data/sendings/04-hand_over"):
        assert {name for name in bag.files if name.startswith(folder)} == {f"{folder}/sending.json"}


def test_the_mail_of_a_sending_is_the_one_that_went(sent):
    bag = made(sent)

    went = {envelope.rcpt_to: envelope.data for envelope in sent.postbox.kept}
    assert bag.files["data/sendings/01-email/message-1.eml"] == went["president@office.example"]
    assert bag.files["data/sendings/02-email/message-1.eml"] == went["other@office.example"]
    # The letter that lies beside it is the one that was attached.
    message = BytesParser(policy=policy.default).parsebytes(went["president@office.example"])
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    for name, data in attached.items():
        assert bag.files[f"data/sendings/01-email/{name}"] == data


def test_a_mail_that_asked_for_no_word_of_its_display_is_made_again_as_it_went(sent):
    bag = made(sent, bounce_domain="bounces.rivers.example")

    went = {envelope.rcpt_to: envelope.data for envelope in sent.postbox.kept}
    assert bag.files["data/sendings/01-email/message-1.eml"] == went["president@office.example"]


def test_a_mail_that_cannot_be_made_again_is_left_out_and_its_hash_stays(sent):
    bag = made(sent, mail_from="somebody@else.example")

    assert not [name for name in bag.files if name.endswith(".eml")]
    record = json.loads(bag.files["data/sendings/01-email/sending.json"])
    (mail,) = record["mails"]
    assert mail["made_again_to_the_byte"] is False
    went = next(one.data for one in sent.postbox.kept if one.rcpt_to == "president@office.example")
    assert mail["sha256"] == hashlib.sha256(went).hexdigest()


def test_every_check_code_is_the_hash_of_a_file(sent):
    bag = made(sent)

    with reading(sent.engine) as session:
        codes = set(session.exec(select(Delivery.check_code)).all())
    proved = {one["sha256"]: one["file"] for one in certificate_of(bag)["proofs"]}
    for sha256, name in proved.items():
        assert hashlib.sha256(bag.files[name]).hexdigest() == sha256
    # The office that nothing was sent to gets the public copy, too.
    assert codes <= set(proved)


def test_each_text_that_was_frozen_lies_beside_the_letter_and_its_code_is_known_from_then_on(
    engine, root, noon
):
    translated = Coalition(engine=engine, root=root, now=noon)
    release(translated.open(letter_file(more='admit = "everyone"', tables=TABLES + FRENCH + GERMAN)))

    one = gathered(translated)
    bag = seal_dossier(one, sealing(), fonts=FONTS)
    with transaction(engine) as session:
        keep_dossier(session, translated.keyring, one, bag, by="cli:ada", now=translated.now)

    folders = {name.rpartition("/")[0] for name in bag.files if name.startswith("data/letter/")}
    languages = ("", "-de", "-fr")
    assert folders == {f"data/letter/{copy}{tag}" for copy in ("full", "public") for tag in languages}
    texts = {
        name: data.decode() for name, data in bag.files.items() if name.endswith(".txt") and "letter/" in name
    }
    said = {name.split("/")[2]: text for name, text in texts.items()}
    assert "Gardez le fleuve ouvert" in said["full-fr"]
    assert "Unverbindliche Übersetzung" in said["public-de"].partition("Haltet")[0]
    assert ("Hidden Spring" in said["full-fr"], "Hidden Spring" in said["public-fr"]) == (True, False)
    told = json.loads(bag.files["data/edition.json"])["copies"]
    assert [(one["copy"], one.get("language"), one.get("text")) for one in told] == [
        *((copy, None, None) for copy in ("full", "public")),
        *((copy, "de", "courtesy") for copy in ("full", "public")),
        *((copy, "fr", "authentic") for copy in ("full", "public")),
    ]
    with reading(engine) as session:
        assert all(find_copy(session, translated.keyring, [one["check_code"]]) for one in told)
    assert certificate_of(bag)["title"] == "Keep the river open"


def test_every_step_stands_in_the_log_with_its_evidence(sent):
    bag = made(sent)

    log = [json.loads(line) for line in bag.files["data/log.jsonl"].splitlines()]
    with reading(sent.engine) as session:
        steps = session.exec(select(DeliveryEvent)).all()
    assert sorted((one["became"], one["evidence"]) for one in log) == sorted(
        (step.became, step.evidence) for step in steps
    )
    assert all(one["at"].endswith("+00:00") for one in log)


def test_nobody_is_named_who_is_never_to_be(sent):
    bag = made(sent)

    def holding(name):
        return {path for path, data in bag.files.items() if name.encode() in data}

    assert holding(NAMES["counted"]) == set()
    full = {path for path in holding(NAMES["recipient"]) if not path.endswith(".eml")}
    assert full
    assert all("full" in path and "not-for-publication" in path for path in full)
    for path in (
        "data/certificate.json",
        "README.txt",
        "bag-info.txt",
        "data/log.jsonl",
        "data/edition.json",
    ):
        assert not any(name.encode() in bag.files[path] for name in NAMES.values())
    reader = shutil.which("pdftotext")
    if reader is not None:
        done = subprocess.run(
            [reader, "-", "-"], input=bag.files["data/certificate.pdf"], capture_output=True, check=True
        )
        assert "Delivery certificate" in done.stdout.decode()
        assert not any(name in done.stdout.decode() for name in NAMES.values())
    assert "not for publication" in bag.files["bag-info.txt"].decode()


def test_the_same_sendings_give_the_same_bytes(sent):
    one, other = io.BytesIO(), io.BytesIO()
    zip_bag(made(sent), one)
    zip_bag(made(sent), other)

    assert one.getvalue() == other.getvalue()


def test_the_certificate_is_archival_and_accessible(sent):
    data = made(sent).files["data/certificate.pdf"]

    for profile in ("2a", "ua1"):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert [one.message for one in report.failures if "STREAM-LENGTH" not in one.rule_id] == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_the_pages_are_those_of_the_file(sent):
    bag = made(sent)

    for file in certificate_of(bag)["letters"]:
        with pikepdf.open(io.BytesIO(bag.files[file["file"]])) as pdf:
            assert len(pdf.pages) == file["pages"]


def test_without_keys_it_says_plainly_that_nobody_signed_it(sent):
    bag = made(sent)

    assert "NOT SIGNED" in bag.files["README.txt"].decode()
    assert "NOT TIME-STAMPED" in bag.files["README.txt"].decode()
    certificate = certificate_of(bag)
    assert (certificate["signed"], certificate["time_stamped"]) == (False, False)
    assert not {verify.SIGNATURE, verify.STAMP, verify.AUTHORITY} & set(bag.files)


def test_a_signed_and_stamped_dossier_is_checked_by_the_script_alone(sent, tmp_path):
    tool("openssl", package="openssl")
    (tmp_path / "authority").mkdir()
    _, pem, key = make_certificate("Coalition for Open Rivers")
    _, stranger, _ = make_certificate("Coalition for Open Rivers")
    (tmp_path / "signer.pem").write_bytes(pem)
    (tmp_path / "stranger.pem").write_bytes(stranger)
    with TimeStamps(tmp_path / "authority").serving() as serving:
        authority = Authority(url=serving.url, certificates=serving.root)
        seals = sealing(read_signer(pem, key), authority)
        bag = seal_dossier(gathered(sent), seals, fonts=FONTS)
    folder = written(bag, tmp_path / "dossier")

    told, faults = verify.check(folder, ca=str(tmp_path / "signer.pem"))
    assert faults == []
    assert any(line.startswith("Signature: right") and "it follows from" in line for line in told)
    assert any(line.startswith("Time-stamp: the dossier existed on") for line in told)
    assert bagit.Bag(str(folder)).validate()
    assert any("NOT CHECKED" in line for line in verify.check(folder)[0])
    assert verify.check(folder, ca=str(tmp_path / "stranger.pem"))[1]
    assert verify.check(folder, authority=str(tmp_path / "stranger.pem"))[1]
    for name in (verify.SIGNATURE, verify.STAMP):
        whole = (folder / name).read_bytes()
        (folder / name).unlink()
        assert verify.check(folder)[1]
        (folder / name).write_bytes(whole)


def test_what_was_brought_by_hand_is_shown_by_its_picture(sent):
    with reading(sent.engine) as session:
        waiting = session.exec(select(Delivery).where(Delivery.channel == "hand_over")).one()
    taken, today = io.BytesIO(), date(2026, 11, 25)
    Image.new("RGB", (60, 40), "white").save(taken, format="JPEG")
    brought = Brought(on=today, today=today, how="to the porter", number="R 7", picture=taken.getvalue())
    with transaction(sent.engine) as session:
        note_brought(session, sent.keyring, SLUG, waiting.id, brought, by="cli:ada", now=sent.now)

    bag = made(sent)

    mission = certificate_of(bag)["sendings"][3]
    assert mission["state"] == "handed_over"
    known = mission["rungs"][-1]["known"]
    assert known.startswith("attested by cli:ada: 2026-11-25, to the porter; number R 7")
    picture = bag.files["data/sendings/04-hand_over/picture-1.jpg"]
    assert hashlib.sha256(picture).hexdigest() in known
    assert "data/sendings/04-hand_over/clean-river-edition-1-public.pdf" in bag.files


def test_a_copy_that_was_posted_to_a_cc_has_its_address_sheet(engine, root, noon):
    cc = """
[[recipients]]
role = "cc"
name = "The Embassy"
address = ["9 Rue du Lac", "1201 Genève"]
country = "CH"
channels = ["post"]
"""
    coalition = Coalition(engine=engine, root=root, now=noon)
    release(coalition.open(letter_file(more='admit = "everyone"', tables=cc)))
    today = date(2026, 11, 25)
    brought = Brought(on=today, today=today, how="registered letter")
    with transaction(coalition.engine) as session:
        waiting = session.exec(select(Delivery).where(Delivery.channel == "post")).one()
        note_brought(session, coalition.keyring, SLUG, waiting.id, brought, by="cli:ada", now=coalition.now)

    bag = made(coalition)

    letter = "data/sendings/02-post/clean-river-edition-1-public"
    assert {f"{letter}{end}" for end in (".json", ".pdf", "-address-sheet.pdf")} <= bag.files.keys()


def test_what_an_office_answered_goes_along(sent):
    with transaction(sent.engine) as session:
        campaign = get_campaign(session, SLUG)
        file = open_file(session, sent.keyring, campaign)
        key = office_key(sent.keyring.of(session, campaign.id), file.recipients[0])
        reply = Reply(
            came_on=date(2026, 12, 8), text="We have read it.", file_name="../Reply 1.pdf", file=b"%PDF-"
        )
        keep_reply(session, sent.keyring, SLUG, key, reply, by="ada", now=sent.now)
        clock = ClockSeen(due_on=date(2026, 12, 20), receipt="REG-2026/118")
        set_clock(session, sent.keyring, SLUG, key, clock, by="ada", now=sent.now)

    bag = made(sent)

    assert json.loads(bag.files["data/answers/01/answer.json"])["text"] == "We have read it."
    assert bag.files["data/answers/01/Reply-1.pdf"] == b"%PDF-"
    president, *others = certificate_of(bag)["sendings"]
    assert president["state"] == "answered"
    assert {"fact": "receipt", "says": "REG-2026/118"} in president["facts"]
    assert not any(fact["fact"] == "receipt" for other in others for fact in other["facts"])


def test_whatever_is_changed_or_removed_in_it_is_found(sent, tmp_path):
    bag = made(sent)
    folder = written(bag, tmp_path / "dossier")

    for name, data in bag.files.items():
        path = folder / name
        path.unlink()
        assert any(name in fault for fault in verify.check(folder)[1])
        changed = bytearray(data)
        changed[len(data) // 2] ^= 1
        path.write_bytes(changed)
        assert verify.check(folder)[1]
        if name.startswith("data/"):
            assert not bagit.Bag(str(folder)).is_valid()
        path.write_bytes(data)
    assert verify.check(folder)[1] == []


def test_who_makes_one_is_kept_by_the_hash_of_its_list(sent):
    one = gathered(sent)
    bag = seal_dossier(one, sealing(), fonts=FONTS)

    with transaction(sent.engine) as session:
        keep_dossier(session, sent.keyring, one, bag, by="cli:ada", now=sent.now)

    with reading(sent.engine) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.act == "dossier.make")).one()
    assert event.thing == hashlib.sha256(bag.files[verify.SIGNED]).hexdigest()
    assert event.actor == "cli:ada"


def test_of_what_was_not_released_there_is_nothing_to_prove(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    with pytest.raises(Refused, match="nothing to prove yet"):
        gathered(coalition)
    coalition.sign_and_confirm("Lake Alliance").close().propose()

    with pytest.raises(Refused, match="not released"):
        gathered(coalition, number=1)


@pytest.fixture
def operator(sent, database_url, tmp_path):
    here = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.key").write_bytes(sent.root.secret)
    here.does("init")
    return here


def test_the_commands_make_and_check_it(operator, tmp_path):
    said = operator.does("dossier", "make", SLUG, "--out", "proof", "--zip", "proof.zip")

    assert "NOT SIGNED" in said
    assert "not for publication" in said
    assert "WHOLE" in operator.does("dossier", "verify", "proof")
    script = subprocess.run(
        [sys.executable, "-I", tmp_path / "proof/verify.py"], capture_output=True, text=True
    )
    assert script.stdout == operator.does("dossier", "verify", "proof")
    with zipfile.ZipFile(tmp_path / "proof.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    (unpacked,) = (tmp_path / "elsewhere").iterdir()
    assert operator.run("dossier", "verify", str(unpacked)).returncode == 0

    (unpacked / "data/certificate.json").write_bytes(b"{}")

    refused = operator.run("dossier", "verify", str(unpacked), "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["whole"] is False
    assert (tmp_path / "proof").stat().st_mode & 0o077 == 0


def test_the_command_makes_none_that_is_larger_than_it_was_told(sent, operator, tmp_path):
    with transaction(sent.engine) as session:
        delivery = session.exec(select(Delivery).where(Delivery.channel == "email")).first()
        receipt = Document(name="receipt.eml", media_type="message/rfc822", data=bytes(2_000_000))
        assert keep_receipt(session, sent.keyring, delivery, receipt, now=sent.now)

    refused = operator.run("dossier", "make", SLUG, "--out", "proof", "--most-mb", "2")

    assert refused.returncode == 2
    assert "more than 2 MB" in refused.stderr
    assert "--most-mb" in refused.stderr
    assert not (tmp_path / "proof").exists()
    operator.does("dossier", "make", SLUG, "--out", "proof", "--most-mb", "20")


def test_the_command_overwrites_nothing(operator, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine")

    refused = operator.run("dossier", "make", SLUG, "--out", "full")

    assert (refused.returncode, "no empty folder" in refused.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["diary.txt"]
    assert operator.run("dossier", "verify", "nowhere").returncode == 2


def test_an_authority_that_cannot_be_checked_leaves_no_dossier(operator, tmp_path):
    tool("openssl", package="openssl")
    (tmp_path / "authority").mkdir()
    _, stranger, _ = make_certificate("Somebody else")
    (tmp_path / "trusted.pem").write_bytes(stranger)
    operator.environment["UNDERSIGNED_TIMESTAMP_CA_FILE"] = str(tmp_path / "trusted.pem")
    with TimeStamps(tmp_path / "authority").serving() as serving:
        operator.environment["UNDERSIGNED_TIMESTAMP_URL"] = serving.url

        failed = operator.run("dossier", "make", SLUG, "--out", "proof")

    assert failed.returncode == 1
    assert "time-stamp is not right" in failed.stderr
    assert not (tmp_path / "proof").exists()


def test_a_key_without_its_certificate_is_refused(operator, tmp_path):
    operator.environment["UNDERSIGNED_DOSSIER_KEY"] = str(tmp_path / "key.pem")

    refused = operator.run("dossier", "make", SLUG, "--out", "proof")

    assert refused.returncode == 2
    assert "belong together" in refused.stderr
