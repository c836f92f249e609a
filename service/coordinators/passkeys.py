"""Passkeys (Web Authentication, Level 3): keys that a device holds and uses after it has known its user; the only user of webauthn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import and_, delete, literal, or_, update
from sqlmodel import Session, col, select
from webauthn.helpers import generate_challenge, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.coordinators import audit
from service.coordinators.accounts import Person, actor
from service.coordinators.entering import Waits, begin_step, try_step, use_step
from service.coordinators.notices import Told, tell
from service.coordinators.sessions import end_sessions
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator
from service.model.sign_in import Passkey, SignInStep
from service.store.insert import insert_or
from service.store.sealed import open_text, seal_text

MOST = 10
NOT_TAKEN = Sentence(
    "Your device did not answer as it should, or too late. Try again; password and code work as well."
)
_TOO_MANY = Sentence("You have ten passkeys already; take one off first.")
_NO_SUCH = Sentence("This passkey is not on your account.")
_LONGEST = 20_000
# What a hostile answer can make of the library's parts, beside its own exceptions.
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, IndexError)


@dataclass(frozen=True, kw_only=True)
class Site:
    """For which site keys are made, and from which its answers come: both follow from PUBLIC_URL alone."""

    name: str
    host: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a browser is asked, as JSON, and the step that its answer belongs to."""

    step: str
    options: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a device answered, to which step, and the name its owner gives it."""

    step: str
    credential: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


def site_of(public_url: str, *, name: str) -> Site:
    """Give the site of a public address (pure)."""
    parts = urlsplit(public_url)
    return Site(name=name, host=parts.hostname or "localhost", origin=f"{parts.scheme}://{parts.netloc}")


def keys_of(session: Session, keys: CampaignKeys, coordinator_id: str) -> Sequence[Key]:
    """List a coordinator's passkeys, the oldest first."""
    return [
        Key(id=row.id, name=open_text(keys, row, "name"), created_at=row.created_at, used_at=row.used_at)
        for row in _rows_of(session, coordinator_id)
    ]


def ask_to_make(session: Session, site: Site, person: Person, *, now: datetime) -> Asked:
    """Ask a coordinator's device to make a key; raises Refused where it has ten."""
    known = _rows_of(session, person.id)
    if len(known) >= MOST:
        raise Refused(_TOO_MANY)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_name=person.email,
        user_id=person.id.encode(),
        user_display_name=person.name,
        challenge=generate_challenge(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row.credential_id) for row in known],
    )
    step = begin_step(
        session, waits=Waits.NEW_PASSKEY, coordinator_id=person.id, challenge=options.challenge, now=now
    )
    return Asked(step=step, options=webauthn.options_to_json(options))


def add_passkey(
    session: Session,
    keys: CampaignKeys,
    site: Site,
    row: Coordinator,
    *,
    answer: Answer,
    keep: str,
    now: datetime,
) -> bool:
    """Keep the key that a device has made; tells whether it did. The coordinator's other sessions end, `keep` stays."""
    step = _use(session, answer.step, waits=Waits.NEW_PASSKEY, now=now)
    if step is None or step.coordinator_id != row.id or len(answer.credential) > _LONGEST:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=answer.credential,
            expected_challenge=step.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _WRONG:
        return False
    new = Passkey(
        coordinator_id=row.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=b"",
        created_at=now,
    )
    new.name = seal_text(keys, new, "name", answer.name)
    kept = insert_or(session, new).on_conflict_do_nothing(index_elements=["credential_id"])
    if session.execute(kept.returning(col(Passkey.id))).first() is None:
        return False
    _changed(session, row, Told.PASSKEY_ADDED, new.id, keep=keep, now=now)
    return True


def remove_passkey(session: Session, row: Coordinator, key_id: str, *, keep: str, now: datetime) -> None:
    """Take a key off an account; raises NotFound where it is none of its own."""
    mine = (col(Passkey.id) == key_id, col(Passkey.coordinator_id) == row.id)
    if session.execute(delete(Passkey).where(*mine).returning(col(Passkey.id))).first() is None:
        raise NotFound(_NO_SUCH)
    _changed(session, row, Told.PASSKEY_REMOVED, key_id, keep=keep, now=now)


def ask_to_sign(session: Session, site: Site, *, now: datetime) -> Asked:
    """Ask whatever device is there to sign with one of its keys; whose, its answer will say."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=generate_challenge(),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    step = begin_step(session, waits=Waits.PASSKEY, coordinator_id=None, challenge=options.challenge, now=now)
    return Asked(step=step, options=webauthn.options_to_json(options))


def who_signed(session: Session, site: Site, answer: Answer, *, now: datetime) -> Coordinator | None:
    """Find the coordinator whose device signed; None for anything else. The challenge is used up in any case.

    A key that counts fewer uses than were seen may be a copy: it is refused, and its coordinator told.
    """
    step = _use(session, answer.step, waits=Waits.PASSKEY, now=now)
    if step is None or len(answer.credential) > _LONGEST:
        return None
    try:
        credential = parse_authentication_credential_json(answer.credential)
        key = session.exec(select(Passkey).where(Passkey.credential_id == credential.raw_id)).one_or_none()
        count = _verified_count(site, step, key, credential) if key else None
    except _WRONG:
        return None
    row = session.get(Coordinator, key.coordinator_id) if key else None
    if key is None or count is None or row is None or row.disabled_at is not None:
        return None
    if not _count(session, key, count, now=now):
        tell(session, coordinator_id=row.id, told=Told.PASSKEY_BACKWARDS, thing=key.id, now=now)
        audit.record(
            session,
            by=actor(row.id),
            act="sign_in.passkey_backwards",
            campaign_id=None,
            thing=key.id,
            now=now,
        )
        return None
    return row


def _verified_count(
    site: Site, step: SignInStep, key: Passkey, credential: AuthenticationCredential
) -> int | None:
    handle = credential.response.user_handle
    if handle and handle != key.coordinator_id.encode():
        return None
    verified = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=step.challenge,
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=key.public_key,
        # What it counts is compared in the database, where two answers at once cannot both be the next one.
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    return verified.new_sign_count


def _count(session: Session, key: Passkey, count: int, *, now: datetime) -> bool:
    """Take the next number of a key; tells whether it was one. Many devices do not count and always say 0."""
    never_counts = and_(col(Passkey.sign_count) == 0, literal(count) == 0)
    used = session.execute(
        update(Passkey)
        .where(col(Passkey.id) == key.id, or_(never_counts, col(Passkey.sign_count) < count))
        .values(sign_count=count, used_at=now)
        .returning(col(Passkey.id))
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def _use(session: Session, token: str, *, waits: Waits, now: datetime) -> SignInStep | None:
    step = try_step(session, token, waits=waits, now=now)
    return step if step and use_step(session, step, now=now) else None


def _rows_of(session: Session, coordinator_id: str) -> Sequence[Passkey]:
    found = select(Passkey).where(Passkey.coordinator_id == coordinator_id)
    return session.exec(found.order_by(col(Passkey.id))).all()


def _changed(
    session: Session, row: Coordinator, told: Told, key_id: str, *, keep: str, now: datetime
) -> None:
    end_sessions(session, coordinator_id=row.id, but=keep, now=now)
    tell(session, coordinator_id=row.id, told=told, thing=key_id, now=now)
    act = f"account.{told.value}"
    audit.record(session, by=actor(row.id), act=act, campaign_id=None, thing=key_id, now=now)
