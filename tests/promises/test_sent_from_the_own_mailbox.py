"""What a director sends from the own mailbox comes to the draft's Bcc address and is filed, on both databases, for what it proves."""

import base64
import io
import re
import smtplib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import dkim
import pytest
from sqlmodel import select

from service.mail.mailbox import parse_mailbox_url
from service.mail.verp import make_filing_address
from service.model.delivery import Delivery, DeliveryEvent
from service.model.delivery_file import DeliveryFile
from service.model.message import Message, MessageKind
from service.model.states import DeliveryState
from service.store.transaction import reading
from service.wiring import Services
from service.worker.returns import read_returns, returns_received
from tests.carrying import follow
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.dns import FakeResolver, World
from tests.doubles.imap_server import imap_server
from tests.doubles.verifier import both_keys
from tests.returning import letting_mail_in
from tests.stories.test_a_dossier_proves_the_delivery import made
from tests.stories.test_a_letter_speaks_several_languages import FRENCH
from tests.stories.visitor import Door, words_of
from tests.unit.mail.bounces.shapes import DOMAIN, status

HOST = "mx.rivers.example"
PROOF = {"Authentication-Results": f"{HOST}; spf=pass smtp.mailfrom=noor@lakes.example"}
NOOR = "Noor Example <noor@lakes.example>"
OFFICE = "president@office.example"


@pytest.fixture
def services(database_url: str, tmp_path) -> Iterator[Services]:
    with letting_mail_in(database_url, tmp_path, authserv_id=HOST) as services:
        yield services


@pytest.fixture
def tables() -> str:
    """Give what the file of the letter has besides: nothing."""
    return ""


@pytest.fixture
def coalition(services: Services, noon, tables: str) -> Coalition:
    """Give a letter that was released to be sent from somebody's own mailbox."""
    coalition = Coalition(services.engine, services.keyring.root, noon)
    file = letter_file(more='admit = "everyone"', tables=tables).replace(b'["email"]', b'["own_mailbox"]')
    coalition.open(file).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    return coalition


@pytest.fixture
def olga(coalition: Coalition) -> AtTheDesk:
    app = Door(coalition, filing_domain=DOMAIN).app()
    return AtTheDesk(app, coalition, add_colleague(coalition))


def sending(coalition: Coalition) -> Delivery:
    with reading(coalition.engine) as session:
        return session.exec(select(Delivery)).one()


def page(coalition: Coalition) -> str:
    return f"sendings/{sending(coalition).id}/by-hand"


def packet(olga: AtTheDesk, coalition: Coalition) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(olga.open(f"sendings/{sending(coalition).id}/packet.zip").data))


def draft(olga: AtTheDesk, coalition: Coalition) -> EmailMessage:
    with packet(olga, coalition) as held:
        [name] = [one for one in held.namelist() if one.endswith(".eml")]
        return message_from_bytes(held.read(name), policy=policy.SMTP)


def sent(written: EmailMessage, headers: Mapping[str, str] = {}, *, number: int = 1) -> tuple[str, bytes]:
    """Send a draft as a mail program does; gives the address in its Bcc, and the mail that comes there."""
    to_us = str(written["Bcc"])
    given = {
        "From": NOOR,
        "Date": "Wed, 25 Nov 2026 12:10:00 +0000",
        "Message-ID": f"<{number}@lakes.example>",
        **headers,
    }
    del written["Bcc"], written["X-Unsent"]
    for name, value in given.items():
        del written[name]
        written[name] = value
    return to_us, written.as_bytes()


def come_in(
    services: Services, coalition: Coalition, *mails: tuple[str, bytes], world: World | None = None
) -> None:
    here = replace(services, clock=lambda: coalition.now)
    with (
        returns_received(here, make_resolver=lambda: FakeResolver(world or {})) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=20) as client,
    ):
        for to, data in mails:
            client.sendmail("noor@lakes.example", [to], data)


def files(coalition: Coalition) -> list[DeliveryFile]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(DeliveryFile)).all())


def evidence(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        found = select(DeliveryEvent.evidence).order_by(DeliveryEvent.id)
        return [one for one in session.exec(found).all() if "Bcc" in one]


def alerts(coalition: Coalition) -> list[str]:
    coalition.deliver_mail()
    return [mail.text for mail in coalition.mails() if "Bcc" in mail.text]


def test_what_is_proven_is_filed_once_as_sent_by_whom_and_when(services, coalition, olga, caplog) -> None:
    caplog.set_level("INFO")
    mail = sent(draft(olga, coalition), PROOF)

    come_in(services, coalition, mail, mail)

    assert sending(coalition).state is DeliveryState.HANDED_OVER
    [said] = evidence(coalition)
    assert "sent by Noor Example on 2026-11-25; DKIM or SPF proves lakes.example" in said
    [kept] = files(coalition)
    assert (kept.sha256 in said, b"Noor" in kept.file) == (True, False)
    shown = olga.open(page(coalition))
    assert "Handed over" in words_of(shown)
    assert "Somebody took it over from us" in words_of(shown)
    assert "Delivered" not in words_of(shown)
    [receipt] = re.findall(r'href="([^"]*/receipts/[^"]*)"', shown.text)
    assert olga.open(receipt).data == mail[1]
    assert alerts(coalition) == []
    assert "@" not in caplog.text


def test_a_signature_of_the_directors_domain_proves_it_as_well(services, coalition, olga) -> None:
    key = both_keys()[0]
    to_us, data = sent(draft(olga, coalition))
    private = (
        b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(key.private) + b"-----END PRIVATE KEY-----\n"
    )
    signature = dkim.sign(data, b"s1", b"lakes.example", private)
    record = f'"{key.record[:200]}" "{key.record[200:]}"'

    come_in(
        services,
        coalition,
        (to_us, signature + data),
        world={"s1._domainkey.lakes.example": {"TXT": [record]}},
    )

    assert sending(coalition).state is DeliveryState.HANDED_OVER


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "neither DKIM nor SPF proves its sender"),
        (
            {"Authentication-Results": "mx.evil.example; spf=pass smtp.mailfrom=a@lakes.example"},
            "neither DKIM nor SPF",
        ),
        (
            {"Authentication-Results": f"{HOST}; spf=pass smtp.mailfrom=a@evil.example"},
            "neither DKIM nor SPF",
        ),
        ({**PROOF, "To": "press@herald.example"}, "not addressed to the office"),
    ],
)
def test_what_is_not_proven_waits_for_a_person(services, coalition, olga, headers, reason) -> None:
    come_in(services, coalition, sent(draft(olga, coalition), headers))

    assert sending(coalition).state is DeliveryState.READY
    assert reason in evidence(coalition)[0]
    assert len(files(coalition)) == 1
    [alert] = alerts(coalition)
    assert f"/desk/letters/clean-river/{page(coalition)}" in alert
    shown = words_of(olga.open(page(coalition)))
    assert reason in shown
    assert "if the letter went, note that below" in shown
    done = olga.send(page(coalition), {"on": "2026-11-24", "how": "by Noor"}, having="on")
    assert done.status_code == 303
    assert sending(coalition).state is DeliveryState.HANDED_OVER


@pytest.mark.parametrize("tables", [FRENCH])
def test_what_goes_with_its_signed_translation_is_filed_as_well(services, coalition, olga) -> None:
    written = draft(olga, coalition)
    assert len(list(written.iter_attachments())) == 2

    come_in(services, coalition, sent(written, PROOF))

    assert sending(coalition).state is DeliveryState.HANDED_OVER


def test_an_address_in_the_place_of_a_name_is_not_told(services, coalition, olga) -> None:
    come_in(
        services,
        coalition,
        sent(draft(olga, coalition), {**PROOF, "From": '"noor@lakes.example" <noor@lakes.example>'}),
    )

    (told,) = evidence(coalition)
    assert "sent by somebody at lakes.example on" in told
    assert "@" not in told


def test_a_mail_without_the_letter_says_nothing_of_the_letter(services, coalition, olga) -> None:
    written = draft(olga, coalition)
    to_us, empty = str(written["Bcc"]), EmailMessage(policy=policy.SMTP)
    empty["To"], empty["Bcc"] = OFFICE, to_us
    empty.set_content("We shall write to you soon.")

    come_in(services, coalition, sent(empty, PROOF))

    assert sending(coalition).state is DeliveryState.READY
    assert "does not hold the letter with this check code" in evidence(coalition)[0]


def test_the_words_of_the_cover_note_are_the_directors_and_the_pdf_proves_the_letter(
    services, coalition, olga
) -> None:
    written = draft(olga, coalition)
    to_us, [pdf] = str(written["Bcc"]), list(written.iter_attachments())
    mine = EmailMessage(policy=policy.SMTP)
    mine["To"], mine["Bcc"] = OFFICE, to_us
    mine.set_content("Dear Jane, here it is.")
    mine.add_attachment(pdf.get_content(), maintype="application", subtype="pdf", filename="letter.pdf")

    come_in(services, coalition, sent(mine, PROOF))

    assert sending(coalition).state is DeliveryState.HANDED_OVER


def test_what_comes_later_is_kept_and_moves_nothing(services, coalition, olga) -> None:
    first = sent(draft(olga, coalition), PROOF)
    second = sent(draft(olga, coalition), PROOF, number=2)
    olga.send(page(coalition), {"on": "2026-11-24", "how": "by Noor"}, having="on")

    come_in(services, coalition, first, second)

    assert sending(coalition).state is DeliveryState.HANDED_OVER
    assert (len(evidence(coalition)), len(files(coalition))) == (2, 2)
    assert alerts(coalition) == []


def test_of_a_stopped_copy_that_went_all_the_same_a_person_is_told(services, coalition, olga) -> None:
    mail = sent(draft(olga, coalition), PROOF)
    olga.post(f"editions/{sending(coalition).edition_id}/stop", {"csrf": olga.mark()})

    come_in(services, coalition, mail)

    assert sending(coalition).state is DeliveryState.CANCELLED
    assert "had been stopped" in evidence(coalition)[0]
    assert len(alerts(coalition)) == 1


def test_the_mail_as_it_was_sent_lies_in_the_dossier(services, coalition, olga) -> None:
    mail = sent(draft(olga, coalition), PROOF)
    come_in(services, coalition, mail)
    follow(coalition)

    bag = made(coalition)

    [name] = [name for name, data in bag.files.items() if data == mail[1]]
    assert name.endswith("/receipt-1.eml")
    assert "sent by Noor Example on 2026-11-25" in bag.files["data/log.jsonl"].decode()


def test_strangers_learn_nothing_and_leave_nothing(services, coalition, olga) -> None:
    to_us, data = sent(draft(olga, coalition), PROOF)
    other = "".join("a" if letter != "a" else "b" for letter in to_us[2:6])
    nobodys = make_filing_address("f" * 32, site_key=services.sender.site_key, bounce_domain=DOMAIN)
    machine = sent(draft(olga, coalition), {**PROOF, "Auto-Submitted": "auto-replied"}, number=3)[1]

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        come_in(services, coalition, (to_us[:2] + other + to_us[6:], data))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        come_in(services, coalition, ("b" + to_us[1:], data))
    come_in(services, coalition, (nobodys, data), (to_us, machine), (to_us, b"\0broken"))
    come_in(services, coalition, (to_us, status("failed", "5.1.1", "550 5.1.1 User unknown").encode()))

    assert sending(coalition).state is DeliveryState.READY
    assert [one for one in evidence(coalition) if "filed" in one] == []


def test_it_is_filed_from_the_mailbox_as_well_however_long_it_is(services, coalition, olga) -> None:
    written = draft(olga, coalition)
    written.add_attachment(b"x" * 1_500_000, maintype="image", subtype="jpeg", filename="river.jpg")
    to_us, data = sent(written, PROOF)
    here = replace(services, clock=lambda: coalition.now)
    with imap_server() as box:
        box.put(f"Delivered-To: {to_us}\r\n".encode() + data)
        reader = replace(here, mailbox=parse_mailbox_url(box.url))

        assert read_returns(reader, "here", make_resolver=lambda: FakeResolver({})) == 1
        assert box.mails == {}

    assert sending(coalition).state is DeliveryState.HANDED_OVER
    shown = olga.open(page(coalition)).text
    [receipt] = re.findall(r'href="([^"]*/receipts/[^"]*)"', shown)
    assert olga.open(receipt).data.endswith(data)


def test_where_no_mail_comes_in_the_draft_has_no_bcc_and_the_page_says_to_note_it(coalition) -> None:
    olga = AtTheDesk(Door(coalition).app(), coalition, add_colleague(coalition))

    assert draft(olga, coalition)["Bcc"] is None
    shown = words_of(olga.open(page(coalition)))
    assert "Bcc" not in shown
    assert "Note here when it went and from whom" in shown


def test_the_address_stands_in_the_draft_the_sheet_and_the_page_and_is_the_same_each_time(
    coalition, olga
) -> None:
    with packet(olga, coalition) as held:
        sheet = held.read(held.namelist()[0]).decode()
    to_us = str(draft(olga, coalition)["Bcc"])

    assert to_us.endswith(f"@{DOMAIN}")
    assert to_us in " ".join(sheet.split())
    assert to_us in words_of(olga.open(page(coalition)))
    assert str(draft(olga, coalition)["Bcc"]) == to_us
    with reading(coalition.engine) as session:
        assert session.exec(select(Message.id).where(Message.kind == MessageKind.DELIVERY)).all() == []
