"""A coalition for tests: a whole letter from its file, its verbs one word each, its mail in a postbox."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property, lru_cache
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from service.campaigns import life
from service.campaigns.coordinator_mail import coordinator_composers
from service.campaigns.desk_notices import desk_notice_composers
from service.campaigns.enclosures import enclose
from service.campaigns.file import read_campaign_file
from service.campaigns.load import load_campaign
from service.campaigns.queries import get_campaign, lock_campaign
from service.coordinators.backing import backing_of, make_sheet
from service.delivery.approve import decide as decide_on_edition
from service.delivery.approvers.code import pass_for
from service.delivery.channel import Outward
from service.delivery.messages import delivery_composers
from service.delivery.propose import Proposal, propose
from service.delivery.release import release
from service.foundation.clock import now
from service.foundation.sealing import RootKey
from service.kit.messages import kit_composers
from service.letter.fonts import Fonts
from service.mail.dkim import DkimSigner
from service.mail.postman import Sender, deliver_due
from service.mail.sender import Divert
from service.mail.transport import Transport
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Decision
from service.model.signature import Kind, Signature, Visibility
from service.schedules.digest_mail import schedule_composers
from service.signing.abuse.small_forms import Asking
from service.signing.abuse.visit import Visit
from service.signing.commenting.guest_mails import guest_composers
from service.signing.confirm import Opened, confirm
from service.signing.intake import received, take_in
from service.signing.invitees.chase_mail import with_chase_mails
from service.signing.leaving import take_off
from service.signing.messages import signing_composers
from service.signing.organizations.asking import answer_inquiries, keep_inquiry
from service.signing.page import unlisted_address
from service.signing.party import SignOn
from service.signing.pressing import follow_up, pressed
from service.signing.queries import Counts, counts
from service.signing.receiving import Received, Reception
from service.signing.sign import refuse_unless_open, refuse_unless_taken, sign
from service.store.direct import Direct
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.doubles.postbox import Postbox

PUBLIC_URL = "https://letters.example"
OUTWARD = Outward(smtp=True, mail_from="letters@rivers.example")
SLUG = "clean-river"


def letter_file(*, deadline: str = "2026-12-05T17:00:00", more: str = "", tables: str = "") -> bytes:
    """Write a small campaign file, with further keys or tables where a test needs them."""
    return f'''
slug = "{SLUG}"
coalition = "Coalition for Open Rivers"
reply_to = "letter@rivers.example"
time_zone = "America/New_York"
opens = 2026-11-20T09:00:00
deadline = {deadline}
count_shown_from = 1
{more}

[letter]
title = "Keep the river open"
salutation = "Dear President Example,"
re = "The river at the Basin Summit"
body = """On behalf of ((signatories)) we write to you about the river."""
asks_intro = "We urge you to:"
asks = ["Open the archives.", "Invite the villages."]
ending = "Thank you."
closing = "Respectfully,"

[[approvers]]
name = "Ada Approver"
email = "ada@lakes.example"

[[approvers]]
name = "Ben Approver"
email = "ben@rivers.example"

[[recipients]]
name = "Jane Q. Example"
position = "President of the Republic"
office = "The Presidential Office"
address = ["1 Palace Square", "Capital City"]
country = "US"
emails = ["president@office.example"]
channels = ["email"]

{tables}
'''.encode()


def file_open_now() -> bytes:
    """Write a campaign file that is open by the real clock: from a year ago for a year."""
    here, year = now(), timedelta(days=365)
    opens, deadline = (f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in (here - year, here + year))
    return letter_file(deadline=deadline).replace(b"2026-11-20T09:00:00", opens.encode())


# So long a page is looked at before its button is pressed.
A_LOOK = timedelta(minutes=1)


def showing(digest: str) -> Opened:
    """Be a page that was opened when what it shows had this digest, now: Opened of service/signing/confirm.py."""
    return lambda present: now() if present == digest else None


@dataclass
class Coalition:
    """One letter on one database; `now` moves only when a test moves it."""

    engine: Engine
    root: RootKey
    now: datetime
    postbox: Postbox = field(default_factory=Postbox)
    signer: DkimSigner | None = None
    bounce_domain: str = ""
    divert: Divert | None = None

    def __post_init__(self) -> None:
        self.keyring = Keyring(self.root)

    def load(self, file: bytes | None = None, beside: Mapping[str, bytes] | None = None) -> "Coalition":
        read = enclose(read_campaign_file(file or letter_file(), now=self.now), beside or {})
        with transaction(self.engine) as session:
            load_campaign(session, self.keyring, read.file, files=read.files, by="test", now=self.now)
        return self

    def open(self, file: bytes | None = None, beside: Mapping[str, bytes] | None = None) -> "Coalition":
        self.load(file, beside)
        with transaction(self.engine) as session:
            life.freeze(session, self.keyring, SLUG, by="test", now=self.now)
            campaign = get_campaign(session, SLUG)
            # Whoever is at the desk alone has given a sheet away by then.
            if backing_of(session, campaign.id).bars:
                make_sheet(session, self.keyring.desk, campaign_id=campaign.id, by="test", now=self.now)
            life.open_for_signing(session, SLUG, by="test", now=self.now)
        return self

    def close(self) -> "Coalition":
        with transaction(self.engine) as session:
            life.close(session, SLUG, by="test", now=self.now)
        return self

    def publish(self) -> "Coalition":
        with transaction(self.engine) as session:
            life.publish(session, SLUG, by="test", now=self.now)
        return self

    def sign(self, name: str = "Lake Alliance", email: str = "", **given: object) -> "Coalition":
        address = email or f"{name.split()[0].lower()}@members.example"
        values = {"kind": Kind.ORGANIZATION, "visibility": Visibility.PUBLIC, **given}
        with transaction(self.engine) as session:
            sign_on = SignOn(name=name, email=address, **values)
            sign(session, self.keyring, slug=SLUG, key=self.key(), sign_on=sign_on, now=self.now)
        return self

    @cached_property
    def reception(self) -> Reception:
        return Reception(
            self.keyring, lasting=Direct(self.engine), fleeting=Direct(self.engine, lasting=False)
        )

    def receive(self, sign_on: SignOn, visit: Visit) -> Received:
        """Send a filled-in form to the letter, as its page does where the letter takes it."""
        with reading(self.engine) as session:
            campaign = get_campaign(session, SLUG)
            refuse_unless_open(campaign, now=self.now)
            refuse_unless_taken(campaign, sign_on.kind)
            keys = self.keyring.of(session, campaign.id)
        return self.reception.receive(keys, sign_on, visit, now=self.now)

    def confirm(self, token: str) -> "Coalition":
        with transaction(self.engine) as session:
            confirm(session, self.keyring, token=token, opened=lambda _: self.now - A_LOOK, now=self.now)
        return self

    def sign_and_confirm(self, name: str, **given: object) -> "Coalition":
        self.sign(name, **given)
        self.deliver_mail()
        return self.confirm(self.newest_token("confirm"))

    def ask_about(self, name: str) -> "Coalition":
        """Let somebody who is not known ask whether an organization signed, and tell that organization."""
        with transaction(self.engine) as session:
            asking = Asking(address=None)
            keep_inquiry(
                session, self.keyring, slug=SLUG, key="", asked_about=name, asking=asking, now=self.now
            )
        with transaction(self.engine) as session:
            answer_inquiries(session, self.keyring, now=self.now)
        return self

    def propose(self) -> Proposal:
        with transaction(self.engine) as session:
            return propose(session, self.keyring, SLUG, by="test", now=self.now)

    def approve(self, token: str, decision: Decision = Decision.APPROVED) -> "Coalition":
        with transaction(self.engine) as session:
            decide_on_edition(session, self.keyring, token=token, decision=decision, note="", now=self.now)
        return self

    def approve_all(self) -> "Coalition":
        self.deliver_mail()
        for token in self.tokens("approve")[-2:]:
            self.approve(token)
        return self

    def approval(self, token: str) -> str:
        """Give the path of an approver's page as the right code opens it."""
        with reading(self.engine) as session:
            opened = pass_for(session, self.keyring, token=token, now=self.now)
        return f"/approve/{token}?opened={opened}"

    def release(self) -> list[Delivery]:
        with transaction(self.engine) as session:
            return release(session, self.keyring, SLUG, OUTWARD, by="test", now=self.now)

    def leave(self) -> "Coalition":
        """Let the last who signed withdraw, however far the letter is."""
        with transaction(self.engine) as session:
            campaign = lock_campaign(session, SLUG)
            last = (
                select(Signature)
                .where(Signature.campaign_id == campaign.id)
                .order_by(col(Signature.id).desc())
            )
            signature = session.exec(last.limit(1)).one()
            take_off(session, signature, campaign, now=self.now)
        return self

    def take_in(self) -> "Coalition":
        """Take in the forms that were sent, as the worker does within a second."""
        with reading(self.engine) as session:
            waiting = received(session, most=1000)
        for intake_id in waiting:
            with transaction(self.engine) as session:
                take_in(session, self.keyring, intake_id, now=self.now)
        return self

    def follow_up(self) -> "Coalition":
        """Do what follows from pressed buttons, as the worker does within a second."""
        with reading(self.engine) as session:
            waiting = pressed(session, most=1000)
        for signature_id in waiting:
            with transaction(self.engine) as session:
                follow_up(session, self.keyring, signature_id, now=self.now)
        return self

    def deliver_mail(self, *, by: Transport | None = None) -> "Coalition":
        self.take_in().follow_up()
        composers = {
            **signing_composers(self.keyring, public_url=PUBLIC_URL, reply_domain=self.bounce_domain),
            **delivery_composers(self.keyring, public_url=PUBLIC_URL, fonts=Fonts()),
            **kit_composers(self.keyring, public_url=PUBLIC_URL),
            **schedule_composers(self.keyring, public_url=PUBLIC_URL, lead=timedelta(days=1)),
            **coordinator_composers(self.keyring, public_url=PUBLIC_URL),
            **desk_notice_composers(self.keyring, public_url=PUBLIC_URL),
            **guest_composers(self.keyring, public_url=PUBLIC_URL),
        }
        composers = with_chase_mails(composers, self.keyring, public_url=PUBLIC_URL)
        sender = Sender(
            site_key=self.root.derive("message-id"),
            mail_from=OUTWARD.mail_from,
            domain="rivers.example",
            signer=self.signer,
            bounce_domain=self.bounce_domain,
            divert=self.divert,
        )
        while deliver_due(
            self.engine,
            transport=by or self.postbox,
            composers=composers,
            sender=sender,
            clock=lambda: self.now,
            owner="test",
        ):
            pass
        return self

    def wait(self, **time: float) -> "Coalition":
        self.now += timedelta(**time)
        return self

    def key(self) -> str:
        with reading(self.engine) as session:
            return unlisted_address(self.keyring, get_campaign(session, SLUG)).partition("?k=")[2]

    def campaign(self) -> Campaign:
        with reading(self.engine) as session:
            return get_campaign(session, SLUG)

    def counts(self) -> Counts:
        with reading(self.engine) as session:
            return counts(session, get_campaign(session, SLUG))

    def tokens(self, path: str) -> list[str]:
        """Give the tokens of one kind of link in all the mail there is, oldest first, each once."""
        pattern = re.compile(rf"{re.escape(PUBLIC_URL)}/{path}/([A-Za-z0-9_-]{{43}})")
        found = [match for text in self.mail_texts() for match in pattern.findall(text)]
        return list(dict.fromkeys(found))

    def newest_token(self, path: str) -> str:
        return self.tokens(path)[-1]

    def mail_texts(self) -> list[str]:
        return [mail.text for mail in self.mails()]

    def mails(self) -> list["Mail"]:
        return [_read(envelope.data) for envelope in self.postbox.kept]


class Mail:
    """A mail as its recipient reads it; each part is read when it is first asked for."""

    def __init__(self, message: EmailMessage) -> None:
        self._message = message

    @classmethod
    def read(cls, data: bytes) -> "Mail":
        message = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(message, EmailMessage)
        return cls(message)

    @cached_property
    def to(self) -> str:
        return str(self._message["To"])

    @cached_property
    def subject(self) -> str:
        return str(self._message["Subject"])

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        return self._part("html")

    @cached_property
    def message_id(self) -> str:
        return str(self._message["Message-ID"])

    def _part(self, kind: str) -> str:
        part = self._message.get_body((kind,))
        return str(part.get_content()) if part else ""


# A story looks at all its mail again and again.
_read = lru_cache(maxsize=1_000)(Mail.read)


def database_bytes(folder: Path) -> bytes:
    """Read every file of a SQLite database: itself, its log, its index of the log."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
