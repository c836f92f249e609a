"""Put the service together, once: settings in, everything that commands and jobs need out."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, inspect, select, table

from service.campaigns.coordinator_mail import coordinator_addresses, coordinator_composers
from service.campaigns.desk_notices import desk_notice_addresses, desk_notice_composers
from service.coordinators.trial import diverting
from service.delivery.channel import Outward
from service.delivery.dossier.sealing import Sealing, read_sealing
from service.delivery.messages import delivery_addresses, delivery_composers
from service.foundation.addresses import ascii_address
from service.foundation.clock import Clock, now
from service.foundation.errors import Refused
from service.foundation.sealing import KEY_BYTES, RootKey
from service.foundation.settings import Settings
from service.kit.messages import kit_composers
from service.letter.fonts import Fonts
from service.mail.dkim import DkimSigner
from service.mail.dkim_keys import make_dkim_keys, open_dkim_keys
from service.mail.domain.identity import Identity
from service.mail.ledger.postfix import PostfixLedger
from service.mail.ledger.relay_ledger import RelayLedger
from service.mail.mailbox import Mailbox, parse_mailbox_url
from service.mail.pace import Pace, make_rates
from service.mail.postman import Composer, Sender
from service.mail.smtp import SmtpTransport, parse_smtp_urls
from service.mail.transport import Transport
from service.mail.view.listing import AddressOf
from service.model.message import MessageKind
from service.schedules.digest_mail import schedule_addresses, schedule_composers
from service.signing.commenting.guest_mails import guest_addresses, guest_composers
from service.signing.invitees.chase_mail import with_chase_addresses, with_chase_mails
from service.signing.messages import signing_addresses, signing_composers
from service.store.engine import make_engine
from service.store.keyring import Keyring
from service.store.migrate import is_up_to_date, migrate
from service.store.transaction import reading, transaction
from service.store.wake import Wake, make_wake


@dataclass(frozen=True, kw_only=True)
class Services:
    """What commands, pages and jobs work with.

    `transport` is None while no relay is set, `mailbox` while no mailbox of returned mail is, `ledger` while
    the relay's own is not.
    """

    settings: Settings
    engine: Engine
    keyring: Keyring
    clock: Clock
    wake: Wake
    transport: Transport | None
    sender: Sender
    composers: Mapping[MessageKind, Composer]
    addresses: Mapping[MessageKind, AddressOf]
    fonts: Fonts
    outward: Outward
    mailbox: Mailbox | None
    ledger: RelayLedger | None


def initialize(settings: Settings, *, clock: Clock = now) -> tuple[str, ...]:
    """Make what is missing of folders, root key, database and DKIM keys; gives a sentence for each thing made.

    Safe to run again. Raises Refused where the database is there and its root key is not.
    """
    done = []
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.journal_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = make_engine(settings.database)
    _refuse_unless_reached(engine)
    if not settings.root_key_file.exists():
        if _holds_letters(engine):
            raise Refused(
                f"The database holds letters, but its key {settings.root_key_file} is not there: put the key back,"
                " or start with an empty database."
            )
        _write_root_key(settings)
        done.append(
            f"Made the root key {settings.root_key_file}; keep a copy of it, apart from the data's backups."
        )
    if not is_up_to_date(engine):
        migrate(engine)
        done.append("Brought the database up to date.")
    done += _make_dkim_keys(settings, engine, clock)
    engine.dispose()
    return tuple(done)


def make_services(settings: Settings, *, clock: Clock = now) -> Services:
    """Put the service together; raises Refused where `undersigned init` has not been run."""
    root = read_root_key(settings)
    engine = make_engine(settings.database)
    _refuse_unless_reached(engine)
    if not is_up_to_date(engine):
        raise Refused("The database is not up to date: run `undersigned init` first.")
    keyring, fonts, wake = Keyring(root), Fonts(directory=settings.font_dir), make_wake(engine)
    domain = settings.mail_from.rpartition("@")[2] or urlsplit(settings.public_url).hostname or "localhost"
    made = Services(
        settings=settings,
        engine=engine,
        keyring=keyring,
        clock=clock,
        wake=wake,
        transport=_make_transport(settings, domain, wake),
        sender=Sender(
            site_key=keyring.site_key,
            mail_from=settings.mail_from,
            domain=domain,
            signer=_make_signer(settings, engine, root),
            bounce_domain=settings.bounce_domain,
            pace=_make_pace(settings),
            divert=diverting(keyring.desk),
        ),
        composers={
            **signing_composers(keyring, public_url=settings.public_url, reply_domain=settings.reply_domain),
            **delivery_composers(
                keyring,
                public_url=settings.public_url,
                fonts=fonts,
                word_template=settings.word_template,
                most_bytes=settings.letter_mail_mb * 1_000_000,
                bounce_domain=settings.bounce_domain,
            ),
            **kit_composers(keyring, public_url=settings.public_url),
            **schedule_composers(keyring, public_url=settings.public_url, lead=settings.reminder_lead),
            **coordinator_composers(keyring, public_url=settings.public_url),
            **desk_notice_composers(keyring, public_url=settings.public_url),
            **guest_composers(keyring, public_url=settings.public_url),
        },
        addresses={
            **signing_addresses(keyring),
            **delivery_addresses(keyring),
            **schedule_addresses(keyring),
            **coordinator_addresses(keyring),
            **desk_notice_addresses(keyring),
            **guest_addresses(keyring),
        },
        fonts=fonts,
        mailbox=parse_mailbox_url(settings.bounce_imap_url) if settings.bounce_imap_url else None,
        ledger=_make_ledger(settings),
        outward=Outward(smtp=bool(settings.smtp_url), mail_from=settings.mail_from),
    )
    return replace(
        made,
        composers=with_chase_mails(made.composers, keyring, public_url=settings.public_url),
        addresses=with_chase_addresses(made.addresses, keyring),
    )


def make_sealing(settings: Settings) -> Sealing:
    """Read what dossiers are sealed with; raises Refused where a file of it cannot be used."""
    return read_sealing(
        certificate=settings.dossier_certificate,
        key=settings.dossier_key,
        authority_url=settings.timestamp_url,
        authority_certificates=settings.timestamp_ca_file,
    )


def sender_identity(services: Services) -> Identity | None:
    """Give the names under which receivers look our mail up; None while no mail can be sent."""
    settings, signer = services.settings, services.sender.signer
    if not settings.mail_from or not settings.smtp_url:
        return None
    return Identity(
        domain=ascii_address(settings.mail_from).rpartition("@")[2],
        keys=signer.keys if signer is not None else (),
        relays=parse_smtp_urls(settings.smtp_url),
        web_host=urlsplit(settings.public_url).hostname or "",
        bounce_domain=settings.bounce_domain,
    )


def read_root_key(settings: Settings) -> RootKey:
    """Read the root key; raises Refused where it is missing or is not one."""
    try:
        secret = settings.root_key_file.read_bytes()
    except OSError as error:
        raise Refused(
            f"The root key {settings.root_key_file} cannot be read: run `undersigned init` first."
        ) from error
    if len(secret) != KEY_BYTES:
        raise Refused(f"{settings.root_key_file} is not a root key: it must hold exactly {KEY_BYTES} bytes.")
    return RootKey(secret)


def _refuse_unless_reached(engine: Engine) -> None:
    with reading(engine) as session:
        session.connection()


def _holds_letters(engine: Engine) -> bool:
    if not inspect(engine).has_table("campaign_key"):
        return False
    with engine.connect() as connection:
        return bool(connection.execute(select(func.count()).select_from(table("campaign_key"))).scalar_one())


def _write_root_key(settings: Settings) -> None:
    # Whole or not at all: a half-written key would lock its owner out.
    path = settings.root_key_file
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    # Where another `init` was faster, its key stands.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _make_dkim_keys(settings: Settings, engine: Engine, clock: Clock) -> list[str]:
    with transaction(engine) as session:
        made = make_dkim_keys(session, read_root_key(settings), settings.dkim_selectors, now=clock())
    return [
        f"Made the DKIM key of the selector {selector}; `undersigned doctor` prints the record to publish."
        for selector in made
    ]


def _make_signer(settings: Settings, engine: Engine, root: RootKey) -> DkimSigner | None:
    if not settings.dkim_selectors or not settings.mail_from:
        return None
    with reading(engine) as session:
        keys = open_dkim_keys(session, root, settings.dkim_selectors)
    return DkimSigner(keys, domain=ascii_address(settings.mail_from).rpartition("@")[2])


def _make_transport(settings: Settings, domain: str, wake: Wake) -> Transport | None:
    if not settings.smtp_url or not settings.mail_from:
        return None
    return SmtpTransport(
        parse_smtp_urls(settings.smtp_url),
        ca_file=settings.smtp_ca_file,
        local_hostname=domain,
        is_stopping=wake.is_stopping,
    )


def _make_pace(settings: Settings) -> Pace:
    relays = parse_smtp_urls(settings.smtp_url) if settings.smtp_url else ()
    return Pace(make_rates(settings.send_rates, relays=[relay.name for relay in relays]))


def _make_ledger(settings: Settings) -> RelayLedger | None:
    log = settings.postfix_log
    if log is None:
        return None
    relays = parse_smtp_urls(settings.smtp_url) if settings.smtp_url else ()
    return PostfixLedger(log, is_only_relay=bool(relays) and all(relay.is_loopback for relay in relays))
