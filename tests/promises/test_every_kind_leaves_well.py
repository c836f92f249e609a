"""Every kind of mail as it comes out of the real sender at a real SMTP server, judged by its bytes alone."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesParser

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import col, select

from service.campaigns.queries import get_campaign
from service.delivery.messages import delivery_composers
from service.delivery.rehearse import rehearse
from service.foundation.sealing import RootKey
from service.kit.messages import kit_composers
from service.kit.send import send_kits
from service.letter.fonts import Fonts
from service.mail.brakes.canary import UNDO
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.verp import read_return_path
from service.model.edition import Decision
from service.model.message import Message, MessageKind
from service.model.update import UpdateAudience
from service.schedules.digest_mail import schedule_composers
from service.signing.commenting.guest_mails import guest_composers
from service.signing.fresh_link import send_asked_links
from service.signing.invite import import_signatories
from service.signing.invitees.chase_mail import with_chase_mails
from service.signing.messages import signing_composers
from service.signing.organizations.asking import tell_contacts
from service.signing.roll_file import read_signatories
from service.signing.update_words import UpdateWords
from service.signing.updates import keep_update_links, post_update, start_update
from service.signing.workplace import Desk
from service.store.transaction import reading, transaction
from tests.changing import revised
from tests.chasing import chase
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.commenting import invite_to_draft
from tests.desk_objects_members import chased
from tests.desk_objects_sends import try_sending
from tests.doubles.relay_server import LOOPBACK, Server, serving
from tests.doubles.verifier import Verifier, both_signer
from tests.make import make_sign_on, make_signature
from tests.reminding import ask_for_proofs, post_digest, remind_due
from tests.stories.visitor import Door, Visitor, letter_page
from tests.unit.mail.test_mail_kinds import (
    ALWAYS,
    BY_A_MACHINE,
    LISTED,
    PERSONAL,
    TELLTALE,
    TO_OFFICES,
    headers_of,
)

BOUNCES = "bounces.rivers.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MANY = 60
"""So many mails are signed in a process apart, where the machine has a processor for it."""


class Office:
    """A coalition whose mail goes to a server that keeps what came over the wire."""

    def __init__(self, coalition: Coalition, server: Server) -> None:
        self.coalition, self.server = coalition, server
        self.transport = SmtpTransport(
            [Relay(host=LOOPBACK, port=server.port, implicit_tls=False)], timeout=30
        )

    def send(self) -> Coalition:
        return self.coalition.deliver_mail(by=self.transport)

    def by_kind(self) -> dict[MessageKind, list[bytes]]:
        """Give what has arrived, by its kind."""
        found: dict[MessageKind, list[bytes]] = {}
        with reading(self.coalition.engine) as session:
            kinds = {row.message_id: row.kind for row in session.exec(select(Message)).all()}
        for data in self.server.kept:
            [message_id] = re.findall(rb"\r\nMessage-ID: (\S+)\r\n", data)
            found.setdefault(kinds[message_id.decode()], []).append(data)
        return found

    def token(self, path: str) -> str:
        """Find the newest link of a kind in what has arrived."""
        for data in reversed(self.server.kept):
            text = BytesParser(policy=policy.default).parsebytes(data).get_body(("plain",)).get_content()
            tokens = re.findall(rf"{re.escape(PUBLIC_URL)}/{path}/([A-Za-z0-9_-]{{43}})", text)
            if tokens:
                return str(tokens[-1])
        raise AssertionError(path)


@pytest.fixture
def office(engine: Engine, root: RootKey, noon: datetime) -> Iterator[Office]:
    coalition = Coalition(engine=engine, root=root, now=noon, signer=both_signer(), bounce_domain=BOUNCES)
    with serving(enable_SMTPUTF8=True) as server:
        server.pipelining = True
        office = Office(coalition, server)
        yield office
        office.transport.close()


def told(coalition: Coalition, audience: UpdateAudience) -> None:
    """Post an update to those who signed, or to those of them who asked for news."""
    words = UpdateWords(subject="We go on Tuesday", body="The **office** will see us.")
    with transaction(coalition.engine) as session:
        update = start_update(
            session, coalition.keyring, SLUG, words, audience=audience, by="test", now=coalition.now
        )
        keep_update_links(session, coalition.keyring, update.update, now=coalition.now)
        post_update(session, coalition.keyring, update, after=None, now=coalition.now)
    coalition.now += UNDO


def reminded(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        lead = coalition.campaign().deadline_at - coalition.now
        assert remind_due(session, coalition.keyring, lead=lead, now=coalition.now)
        post_digest(session, get_campaign(session, SLUG), now=coalition.now)


def invited(coalition: Coalition) -> None:
    rows = read_signatories(b"kind,name,email\norganization,Dale Union,office@dale.example\n", attested=False)
    with transaction(coalition.engine) as session:
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)


def collect(office: Office) -> None:
    """Bring about every kind of mail that a signatory may get, and the question that one may ask."""
    coalition = office.coalition
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign("Lake Alliance", wants_news=True).sign("River Watch")
    invited(coalition)
    chased(coalition)
    office.send()
    coalition.confirm(confirmation_of(office, "lake@members.example"))
    visitor = Visitor(Door(coalition).app())
    visitor.send(f"/invitation/{office.token('invitation')}", {"question": "When?"}, answer="question")
    office.send()
    coalition.sign("Lake Alliance")
    office.send()
    asked_for_the_link(coalition, visitor)
    office.send()
    coalition.wait(days=10, hours=12)
    reminded(coalition)
    for audience in UpdateAudience:
        told(coalition, audience)
    revised(coalition, hours=24)
    office.send()
    visitor.send(f"/change/{office.token('change')}", {}, answer="agree")
    coalition.wait(minutes=1)
    with transaction(coalition.engine) as session:
        assert ask_for_proofs(session, coalition.keyring, SLUG, now=coalition.now)
    organizations(office, visitor)


def asked_for_the_link(coalition: Coalition, visitor: Visitor) -> None:
    visitor.send(letter_page(coalition, "/link"), {"email": "lake@members.example"})
    with transaction(coalition.engine) as session:
        assert send_asked_links(session, coalition.keyring, now=coalition.now) == 1


def organizations(office: Office, visitor: Visitor) -> None:
    """Bring about every kind of mail about an organization: claimed, asked about, countersign, declined, needs check."""
    coalition = office.coalition
    coalition.sign("Dale Union", email="x@mail.example")
    office.send()
    coalition.confirm(confirmation_of(office, "x@mail.example"))
    office.send()
    visitor.send(f"/objection/{office.token('objection')}", {})
    officer = {"officer_name": "Ben Board", "officer_email": "ben@lakes.example"}
    manage = f"/manage/{office.token('manage')}/evidence"
    visitor.send(manage, officer, having="officer_email")
    with transaction(coalition.engine) as session:
        # As the worker does, whose question came from the page of a published letter.
        desk = Desk(
            session=session,
            keys=coalition.keyring.of(session, coalition.campaign().id),
            campaign=coalition.campaign(),
            now=coalition.now,
        )
        tell_contacts(desk, "Lake Alliance")
    visitor.send(f"/invitation/{office.token('invitation')}", {}, answer="decline")
    office.send()


def confirmation_of(office: Office, to: str) -> str:
    """Find the confirming link in the mail to one mailbox."""
    return link_of(office, MessageKind.CONFIRM, "confirm", to)


def link_of(office: Office, kind: MessageKind, path: str, to: str) -> str:
    """Find a link in the mail of a kind to one mailbox."""
    [data] = [mail for mail in office.by_kind()[kind] if f"\r\nTo: {to}\r\n".encode() in mail]
    [token] = set(re.findall(rf"/{path}/([A-Za-z0-9_-]{{43}})", data.replace(b"=\r\n", b"").decode()))
    return token


def carry_on(office: Office) -> None:
    """Bring about every kind of mail to the secretariat, the approvers and the office."""
    coalition = office.coalition
    coalition.wait(days=2).close()
    with transaction(coalition.engine) as session:
        rehearse(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    coalition.propose()
    office.send()
    links = re.findall(
        r"/approve/([A-Za-z0-9_-]{43})",
        b"".join(office.by_kind()[MessageKind.APPROVAL]).replace(b"=\r\n", b"").decode(),
    )
    first, second = dict.fromkeys(links)
    coalition.approve(first, Decision.CHANGES)
    office.send()
    coalition.approve(first).approve(second).release()
    with transaction(coalition.engine) as session:
        send_kits(session, coalition.keyring, SLUG, under_embargo=False, by="test", now=coalition.now)
    invite_to_draft(coalition)
    # From here on the letter has a team, whose second look at the office would be asked for.
    try_sending(coalition)
    office.send()
    chase(coalition)
    office.send()


def test_every_kind_that_is_written_leaves_signed_with_its_headers_and_no_others(office: Office) -> None:
    collect(office)
    carry_on(office)

    arrived = office.by_kind()
    assert set(arrived) == written_kinds(office.coalition)
    for kind, mails in arrived.items():
        for data in mails:
            bears_its_headers(kind, headers_of(data))
            is_well_formed(data)
            is_verified(data, at=office.coalition.now)


def written_kinds(coalition: Coalition) -> set[MessageKind]:
    return {
        *signing_composers(coalition.keyring, public_url=PUBLIC_URL),
        *delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=Fonts()),
        *kit_composers(coalition.keyring, public_url=PUBLIC_URL),
        *schedule_composers(coalition.keyring, public_url=PUBLIC_URL, lead=timedelta(days=1)),
        *with_chase_mails({}, coalition.keyring, public_url=PUBLIC_URL),
        *guest_composers(coalition.keyring, public_url=PUBLIC_URL),
    }


def bears_its_headers(kind: MessageKind, found: Sequence[tuple[str, str]]) -> None:
    wanted = dict(BY_A_MACHINE) if kind not in TO_OFFICES else {}
    counted = Counter(name for name, _ in found)
    assert counted.pop("DKIM-Signature") == 2
    lists = {name: value for name, value in found if name.startswith("List-") or name == "Precedence"}
    assert set(lists) == {
        *(["List-Unsubscribe", "List-Unsubscribe-Post"] if kind in PERSONAL | LISTED else []),
        *(["List-Id", "Precedence"] if kind in LISTED else []),
    }
    assert counted == dict.fromkeys({*ALWAYS, *wanted, *lists}, 1)
    telling = {name: value for name, value in found if name in TELLTALE and name not in lists}
    assert telling == wanted


def is_well_formed(data: bytes) -> None:
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\r" in line or b"\n" in line or len(line) > 998 for line in lines)
    assert data.isascii()
    structured = {name: value for name, value in headers_of(data) if name.startswith("List-")}
    for name in ("Message-ID", "Date", "To", "Reply-To"):
        structured[name] = dict(headers_of(data))[name]
    assert not [name for name, value in structured.items() if "=?" in value or "\n" in value]


def is_verified(data: bytes, *, at: datetime) -> None:
    """Let dkimpy judge the signatures, and hold their domain against that of From."""
    with time_machine.travel(at, tick=False):
        assert Verifier().verdicts(data) == [True, True]
    head = re.sub(rb"\r\n[ \t]+", b" ", data.partition(b"\r\n\r\n")[0] + b"\r\n")
    [sender] = re.findall(rb"\r\nFrom: [^\r]*@([^\r>]+)>?\r\n", head)
    assert re.findall(rb"DKIM-Signature:[^\r]* d=([^; ]+)", head) == [sender, sender]


def test_many_mails_of_an_update_leave_as_well_as_one(office: Office) -> None:
    coalition = office.coalition.open(letter_file(more='admit = "everyone"'))
    with transaction(coalition.engine) as session:
        campaign = coalition.campaign()
        keys = coalition.keyring.of(session, campaign.id)
        # One mailbox beyond ASCII: its mail is not filled into the mould but written by itself.
        mailboxes = [f"m{number}@members.example" for number in range(MANY)] + ["zoë@members.example"]
        for mailbox in mailboxes:
            make_signature(session, keys, campaign, now=coalition.now, sign_on=make_sign_on(email=mailbox))
    told(coalition, UpdateAudience.SIGNATORIES)

    office.send()

    arrived = office.by_kind()[MessageKind.UPDATE]
    assert sorted(office.server.recipients) == sorted(mailboxes)
    links = [
        frozenset(re.findall(rb"/(?:unsubscribe|manage)/([A-Za-z0-9_-]{43})", data.replace(b"=\r\n", b"")))
        for data in arrived
    ]
    assert all(len(found) == 2 for found in links)
    assert len(frozenset().union(*links)) == 2 * len(arrived), "a link is in the mails of two"
    for data in arrived:
        if data.isascii():
            is_well_formed(data)
            bears_its_headers(MessageKind.UPDATE, headers_of(data))
        is_verified(data, at=coalition.now)


def test_each_return_path_names_its_own_mail(office: Office) -> None:
    collect(office)

    paths = [re.findall(r"FROM:<([^>]*)>", line)[0] for line in office.server.commands if line[:4] == "MAIL"]
    with reading(office.coalition.engine) as session:
        rows = session.exec(select(col(Message.id)).where(col(Message.attempt) > 0)).all()
    site_key = office.coalition.root.derive("message-id")
    named = [read_return_path(path, site_key=site_key, bounce_domain=BOUNCES) for path in paths]
    assert sorted(map(str, named)) == sorted(rows)


def one_click_of(data: bytes) -> str:
    """Take the address to unsubscribe at out of the bytes of a mail, as a mail program does; give its path."""
    [url] = re.findall(rb"\r\nList-Unsubscribe: <(https://[^>\r\n]+)>\r\n", data)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data
    assert url.decode().startswith(f"{PUBLIC_URL}/unsubscribe/")
    return url.decode().removeprefix(PUBLIC_URL)


def withdrawn(office: Office, visitor: Visitor) -> None:
    visitor.send(f"/manage/{link_of(office, MessageKind.THANKS, 'manage', 'lake@members.example')}", {})
    assert office.coalition.counts().signatories == 0


AT_A_TIME: dict[str, Callable[[Office, Visitor], object]] = {
    "while it is open": lambda _, __: None,
    "after it was closed": lambda office, _: office.coalition.wait(days=2).close(),
    "after a month": lambda office, _: office.coalition.wait(days=30),
    "after the sign-on was withdrawn": withdrawn,
}


@pytest.mark.parametrize("at_a_time", AT_A_TIME)
def test_one_click_works_from_every_mail_that_offers_it_and_withdraws_nothing(
    office: Office, at_a_time: str
) -> None:
    collect(office)
    coalition, visitor = office.coalition, Visitor(Door(office.coalition).app())
    offered = {kind: mails for kind, mails in office.by_kind().items() if kind in PERSONAL | LISTED}
    # A kit comes after the letter is proposed only, with the same link.
    assert set(offered) == (PERSONAL | LISTED) & written_kinds(coalition) - {MessageKind.KIT}
    AT_A_TIME[at_a_time](office, visitor)
    before = coalition.counts()

    for mails in offered.values():
        path = one_click_of(mails[-1])
        looked = visitor.open(path)
        for _ in range(2):
            answer = visitor.post(path, ONE_CLICK, headers={"Origin": "https://mail.example"})
            assert (answer.status_code, answer.headers.get("Location")) == (200, None)
            assert "Set-Cookie" not in answer.headers
            assert "No more of these messages" in answer.text
        assert looked.status_code == 200

    assert coalition.counts() == before
