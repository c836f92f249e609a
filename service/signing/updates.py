"""Tell those who signed how their letter fares: start an update, and post it to all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign, lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.languages import mail_language
from service.mail import outbox
from service.mail.brakes.canaries import due_at_of, keep_canary
from service.mail.brakes.canary import canary_plan
from service.mail.compose import Rendered
from service.mail.policy import POLICIES
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import PUT_AWAY, CampaignState, SignatureState
from service.model.update import Update, UpdateAudience
from service.signing.own_words import fill_words, placeholder_values
from service.signing.party import email_index
from service.signing.sign import LINKS_LIVE
from service.signing.update_rule import WHOLE, UpdateRule
from service.signing.update_words import (
    UpdateText,
    UpdateWords,
    as_text,
    open_words,
    seal_translations,
    update_id,
    write_update,
)
from service.store.insert import insert_or, rows_at_once
from service.store.keyring import Keyring
from service.store.links import Link, keep_links
from service.store.sealed import seal_text

KINDS = {UpdateAudience.SIGNATORIES: MessageKind.UPDATE, UpdateAudience.NEWS: MessageKind.NEWS}

_LINKS_RENEWED_BEFORE_END = timedelta(days=60)
_LINKS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class UpdateView:
    """What an update would be: how many mailboxes it goes to, how many of them have it, and the mail itself.

    `waiting` confirmed sign-ons are left out, because the coalition has not looked at them yet.
    """

    recipients: int
    known: int
    waiting: int
    mail: Rendered


@dataclass(frozen=True, kw_only=True)
class UpdateStart:
    """An update that begins to be posted: its id, how many had it before, about how many will get it, and when."""

    update: str
    known: int
    audience: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A part of an update that was posted: how many mails were new, and the sign-on after which the next part begins.

    `last` is None where nothing is left.
    """

    new: int
    last: str | None


@dataclass(frozen=True, kw_only=True)
class _Whom:
    """Whom an update goes to: an audience, narrowed by a rule that is read `at` a moment, beside its own `occurrence`."""

    keys: CampaignKeys
    audience: UpdateAudience
    rule: UpdateRule = WHOLE
    occurrence: str = ""
    at: datetime | None = None

    def includes(self, signature: type[Signature]) -> ColumnElement[bool]:
        """Say in SQL which sign-ons it goes to."""
        return and_(
            is_in_audience(signature, self.keys, self.audience),
            *self.rule.holds_for(signature, occurrence=self.occurrence, at=self.at),
        )


def look_at_update(
    session: Session,
    keyring: Keyring,
    slug: str,
    words: UpdateWords | UpdateText,
    *,
    audience: UpdateAudience,
    public_url: str,
    now: datetime,
) -> UpdateView:
    """Show what would be sent and to how many, and change nothing; raises Refused where the letter is not open."""
    campaign = get_campaign(session, slug)
    _refuse_unless_open(campaign, now=now)
    keys = keyring.of(session, campaign.id)
    text = as_text(words)
    update = update_id(keys, text, audience)
    _refuse_stopped(session.get(Update, update))
    known = outbox.posted_of(session, kind=KINDS[audience], campaign_id=campaign.id, occurrence=update)
    mail = write_update(
        text.words,
        open_file(session, keyring, campaign),
        audience=audience,
        language=mail_language(reader="", letter=campaign.language),
        link=f"{public_url}/manage/…",
        unsubscribe_link=f"{public_url}/unsubscribe/…",
    )
    return UpdateView(
        recipients=_count(
            session,
            _mailboxes(_Whom(keys=keys, audience=audience, rule=text.rule, occurrence=update, at=now)),
        ),
        known=known,
        waiting=_count(session, _waiting(keys, audience)),
        mail=mail,
    )


def keep_update(
    session: Session,
    keyring: Keyring,
    slug: str,
    text: UpdateText,
    *,
    audience: UpdateAudience,
    now: datetime,
) -> str:
    """Keep the sealed words of an update that is to be started later, once, and give its id; raises Refused where it was stopped."""
    campaign = lock_campaign(session, slug)
    row = _keep(session, keyring.of(session, campaign.id), text, audience, now=now)
    _refuse_stopped(row)
    return row.id


def show_update(
    session: Session, keyring: Keyring, campaign: Campaign, update: Update, *, public_url: str
) -> Rendered:
    """Write the mail of an update as a reader of the letter's own language gets it, with blanks for its links."""
    file, language = open_file(session, keyring, campaign), mail_language(reader="", letter=campaign.language)
    words = open_words(keyring.of(session, campaign.id), update)
    return write_update(
        fill_words(words, placeholder_values(campaign, file, language)),
        file,
        audience=update.audience,
        language=language,
        link=f"{public_url}/manage/…",
        unsubscribe_link=f"{public_url}/unsubscribe/…",
    )


def update_goes_to(
    session: Session, keys: CampaignKeys, update: Update, *, at: datetime | None = None
) -> list[tuple[str, str]]:
    """List to which sign-ons an update would go, at a moment, that have not had it, each with the language of its mail."""
    found = _unreached(keys, update, at=at).add_columns(col(Signature.language))
    return [(one, language) for one, language in session.execute(found)]


def unreached(
    session: Session, keys: CampaignKeys, update: Update, *, most: int, at: datetime, until: str | None
) -> Sequence[str]:
    """Give the first sign-ons, `until` an id, to which an update would go that have not had it, in the order of their ids."""
    found = _unreached(keys, update, at=at).where(_is_before(until))
    found = found.order_by(col(Signature.id)).limit(most)
    return session.execute(found).scalars().all()


def count_unreached(
    session: Session, keys: CampaignKeys, update: Update, *, most: int, until: str | None = None
) -> int:
    """Count to how many mailboxes an update would go that have not had it, up to `most`, by their sign-ons `until` an id."""
    return _count(session, _unreached(keys, update, at=None).where(_is_before(until)).limit(most))


def count_would_reach(
    session: Session,
    keys: CampaignKeys,
    audience: UpdateAudience,
    rule: UpdateRule,
    *,
    at: datetime,
    most: int,
    until: str | None,
) -> int:
    """Count the mailboxes that an update with this rule would go to at a moment, up to `most`, by their sign-ons `until` an id."""
    whom = _Whom(keys=keys, audience=audience, rule=rule, at=at)
    return _count(session, _mailboxes(whom).where(_is_before(until)).limit(most))


def sample_reader(
    session: Session,
    keys: CampaignKeys,
    audience: UpdateAudience,
    rule: UpdateRule,
    *,
    number: int,
    at: datetime,
    until: str | None,
) -> Signature | None:
    """Give the `number`th sign-on that an update with this rule would go to, the last where there are fewer, `until` an id.

    None where it would go to nobody.
    """
    whom = _Whom(keys=keys, audience=audience, rule=rule, at=at)
    meant = (whom.includes(Signature), _is_before(until))
    found = select(Signature).where(*meant).order_by(col(Signature.id))
    rows: Sequence[Signature] = session.execute(found.limit(number + 1)).scalars().all()
    return rows[-1] if rows else None


def start_update(
    session: Session,
    keyring: Keyring,
    slug: str,
    words: UpdateWords | UpdateText,
    *,
    audience: UpdateAudience,
    by: str,
    now: datetime,
) -> UpdateStart:
    """Keep an update, once, for post_update() to post; started again it is the same one.

    Raises Refused where the letter is not open yet or is put away, nobody is there to be told, or this update was stopped.
    """
    campaign = lock_campaign(session, slug)
    keys, text = keyring.of(session, campaign.id), as_text(words)
    _refuse_unless_open(campaign, now=now)
    whom = _Whom(
        keys=keys, audience=audience, rule=text.rule, occurrence=update_id(keys, text, audience), at=now
    )
    _refuse_nobody(session, whom, slug)
    return _start(session, keys, campaign, _keep(session, keys, text, audience, now=now), by=by, now=now)


def start_kept_update(
    session: Session, keyring: Keyring, slug: str, update: str, *, by: str, now: datetime
) -> UpdateStart:
    """Start an update that keep_update() kept, as start_update() does."""
    campaign = lock_campaign(session, slug)
    _refuse_unless_open(campaign, now=now)
    keys, kept = keyring.of(session, campaign.id), _lock(session, update)
    return _start(session, keys, campaign, kept, by=by, now=now)


def _start(
    session: Session, keys: CampaignKeys, campaign: Campaign, kept: Update, *, by: str, now: datetime
) -> UpdateStart:
    recipients = _refuse_nobody(session, _whom(keys, kept, at=now), campaign.slug)
    _refuse_stopped(kept)
    audit.record(session, by=by, act="update.send", campaign_id=campaign.id, thing=kept.id, now=now)
    known = kept.recipients
    return UpdateStart(update=kept.id, known=known, audience=max(0, recipients - known), at=now)


def _refuse_nobody(session: Session, whom: _Whom, slug: str) -> int:
    recipients = _count(session, _mailboxes(whom))
    if not recipients:
        raise Refused(_NOBODY[whom.audience].with_values(slug=slug))
    return recipients


def go_on_with_update(
    session: Session, keyring: Keyring, update: str, *, posted: int, at: datetime
) -> UpdateStart:
    """Give again what start_update() gave `at` a moment, after which so many mails of the update were posted."""
    row = _lock(session, update)
    known = row.recipients - posted
    recipients = _count(session, _mailboxes(_whom(keyring.of(session, row.campaign_id), row, at=at)))
    return UpdateStart(update=row.id, known=known, audience=max(0, recipients - known), at=at)


def count_readers(session: Session, keyring: Keyring, campaign: Campaign, audience: UpdateAudience) -> int:
    """Count the mailboxes that an update of a letter would go to."""
    return _count(session, _mailboxes(_Whom(keys=keyring.of(session, campaign.id), audience=audience)))


def list_readers(
    session: Session, keyring: Keyring, campaign: Campaign, audience: UpdateAudience
) -> Sequence[tuple[str, str]]:
    """List the sign-ons that an update of a letter would go to, one for each mailbox, with their languages."""
    recipients = _recipients(_Whom(keys=keyring.of(session, campaign.id), audience=audience))
    found = session.execute(recipients.add_columns(col(Signature.language))).all()
    return [(one, language) for one, language in found]


def keep_update_links(session: Session, keyring: Keyring, update: str, *, now: datetime) -> int:
    """Keep some of the links that the mails of an update will hold and that do not live long enough; gives how many.

    Nearly all of them have lived since the sign-on was confirmed. Call it, each time in a transaction of its own, until
    it gives 0, and only then post the update.
    """
    row = _get(session, update)
    keys = keyring.of(session, row.campaign_id)
    short = session.execute(_short_lived(_whom(keys, row, at=now), now=now).limit(_LINKS_AT_ONCE)).all()
    links = [
        link
        for signature_id, generation in short
        for link in (
            Link(purpose=Purpose.MANAGE, row_id=signature_id, generation=generation),
            Link(purpose=Purpose.UNSUBSCRIBE, row_id=signature_id),
        )
    ]
    keep_links(session, keys, links, expires_at=now + LINKS_LIVE, now=now)
    return len(short)


def post_update(
    session: Session, keyring: Keyring, start: UpdateStart, *, after: str | None, now: datetime
) -> Posted:
    """Post an update to all its recipients, or to as many as the database takes at once; go on `after` the last one.

    Each mailbox gets it once, however often this is done and wherever it was broken off. Of many, a few go first, and
    few wait for a moment in which the send can be undone (service/mail/brakes/canary.py). Raises Refused where the
    update was stopped meanwhile.
    """
    row = _lock(session, start.update)
    _refuse_stopped(row)
    keys, kind = keyring.of(session, row.campaign_id), KINDS[row.audience]
    expires_at = start.at + POLICIES[kind].expires_after
    plan = canary_plan(start.audience, start=start.at, expires_at=expires_at)
    keep_canary(
        session,
        campaign_id=row.campaign_id,
        kind=kind,
        occurrence=row.id,
        audience=start.audience,
        plan=plan,
        start=start.at,
    )
    recipients = _recipients(_whom(keys, row, at=start.at))
    if after is not None:
        recipients = recipients.where(col(Signature.id) > after)
    if row.recipients:
        recipients = recipients.where(~_has_it_elsewhere(row))
    last = _end_of_part(session, recipients)
    if last is not None:
        recipients = recipients.where(col(Signature.id) <= last)
    new = outbox.post_all(
        session,
        kind=kind,
        campaign_id=row.campaign_id,
        # In the order of their ids they go side by side into the indexes of the outbox.
        recipients=recipients.order_by(col(Signature.id)),
        occurrence=row.id,
        now=now,
        due_at=lambda recipient: due_at_of(recipient, plan, start=start.at),
        # All who post this update lock its row first and count there what they posted.
        is_first=row.recipients == 0,
    )
    row.recipients += new
    if last is None:
        row.posted_at = now
    session.add(row)
    return Posted(new=new, last=last)


def is_in_audience(
    signature: type[Signature], keys: CampaignKeys, audience: UpdateAudience
) -> ColumnElement[bool]:
    """Say in SQL which sign-ons an update goes to: confirmed, accepted, not held, and with a mailbox.

    The text that was signed does not matter, nor a condition: who signed an earlier text must hear of the newer one.
    """
    return and_(
        _is_confirmed(signature, keys, audience),
        col(signature.accepted_at).is_not(None),
        col(signature.held_reason).is_(None),
    )


_NOBODY: Mapping[UpdateAudience, Sentence] = {
    UpdateAudience.SIGNATORIES: Sentence(
        "No accepted sign-on of “{slug}” has a mailbox, so there is nobody to send this to."
    ),
    UpdateAudience.NEWS: Sentence(
        "No accepted signatory of “{slug}” asked for news, so there is nobody to send this to."
    ),
}


def _whom(keys: CampaignKeys, update: Update, *, at: datetime | None) -> _Whom:
    rule = UpdateRule.from_record(update.rule)
    return _Whom(keys=keys, audience=update.audience, rule=rule, occurrence=update.id, at=at)


def _keep(
    session: Session, keys: CampaignKeys, text: UpdateText, audience: UpdateAudience, *, now: datetime
) -> Update:
    """Keep an update, once, and give its row to act on it."""
    row = Update(
        id=update_id(keys, text, audience),
        campaign_id=keys.campaign,
        audience=audience,
        subject=b"",
        body=b"",
        rule=text.rule.as_record(),
        created_at=now,
    )
    row.subject = seal_text(keys, row, "subject", text.words.subject)
    row.body = seal_text(keys, row, "body", text.words.body)
    row.translations = seal_translations(keys, row, text.translations)
    session.execute(insert_or(session, row).on_conflict_do_nothing(index_elements=["id"]))
    return _lock(session, row.id)


def _is_confirmed(
    signature: type[Signature], keys: CampaignKeys, audience: UpdateAudience
) -> ColumnElement[bool]:
    asked = col(signature.wants_news) if audience is UpdateAudience.NEWS else true()
    return and_(
        col(signature.campaign_id) == keys.campaign,
        col(signature.state) == SignatureState.CONFIRMED,
        col(signature.email_index) != email_index(keys, ""),
        asked,
    )


def _recipients(whom: _Whom) -> Select[str]:
    """Select one sign-on for each mailbox of an audience: its first."""
    twin = aliased(Signature)
    earlier = exists().where(
        whom.includes(twin),
        col(twin.email_index) == col(Signature.email_index),
        col(twin.id) < col(Signature.id),
    )
    return select(col(Signature.id)).where(whom.includes(Signature), ~earlier)


def _unreached(keys: CampaignKeys, update: Update, *, at: datetime | None) -> Select[str]:
    has_it = exists().where(col(Message.dedupe_key) == _key(update, Signature))
    return _recipients(_whom(keys, update, at=at)).where(~has_it, ~_has_it_elsewhere(update))


def _is_before(until: str | None) -> ColumnElement[bool]:
    """Say in SQL that a sign-on is this one or came before; of any where it is None."""
    return true() if until is None else col(Signature.id) <= until


def _mailboxes(whom: _Whom) -> Select[bytes]:
    """Select the mailboxes of an audience: as many as _recipients(), and counted in half the time."""
    return select(col(Signature.email_index)).where(whom.includes(Signature)).distinct()


def _waiting(keys: CampaignKeys, audience: UpdateAudience) -> Select[str]:
    looked_at = is_in_audience(Signature, keys, audience)
    return select(col(Signature.id)).where(_is_confirmed(Signature, keys, audience), ~looked_at)


def _has_it_elsewhere(update: Update) -> ColumnElement[bool]:
    """Say in SQL of a sign-on that its mailbox got this update already, for another that it stood behind then."""
    twin = aliased(Signature)
    return (
        exists()
        .where(
            col(twin.campaign_id) == col(Signature.campaign_id),
            col(twin.email_index) == col(Signature.email_index),
            col(twin.id) != col(Signature.id),
        )
        .where(col(Message.dedupe_key) == _key(update, twin))
    )


def _key(update: Update, signature: type[Signature]) -> ColumnElement[str]:
    """Say in SQL by which key the mail of an update to a sign-on is known."""
    return outbox.dedupe_key(
        kind=KINDS[update.audience],
        campaign_id=update.campaign_id,
        recipient_ref=col(signature.id),
        occurrence=update.id,
    )


def _short_lived(whom: _Whom, *, now: datetime) -> Select[str, int]:
    unsubscribe, manage = aliased(LinkToken), aliased(LinkToken)

    def lives(link: type[LinkToken], purpose: Purpose) -> ColumnElement[bool]:
        return and_(
            col(link.row_id) == col(Signature.id),
            col(link.purpose) == purpose,
            col(link.expires_at) > now + _LINKS_RENEWED_BEFORE_END,
        )

    of_this_generation = col(manage.generation) == col(Signature.generation)
    return (
        select(col(Signature.id), col(Signature.generation))
        .outerjoin(unsubscribe, lives(unsubscribe, Purpose.UNSUBSCRIBE))
        .outerjoin(manage, and_(lives(manage, Purpose.MANAGE), of_this_generation))
        .where(
            whom.includes(Signature),
            or_(col(unsubscribe.digest).is_(None), col(manage.digest).is_(None)),
        )
    )


def _end_of_part(session: Session, recipients: Select[str]) -> str | None:
    """Give the last recipient that is posted to in this transaction; None where all that are left are."""
    most = rows_at_once(session)
    if most is None:
        return None
    last = recipients.order_by(col(Signature.id)).offset(most - 1).limit(1)
    return session.execute(last).scalar_one_or_none()


def _count(session: Session, selected: Select[Any]) -> int:
    return int(session.execute(select(func.count()).select_from(selected.subquery())).scalar_one())


def _get(session: Session, update: str) -> Update:
    found: Update = session.execute(select(Update).where(col(Update.id) == update)).scalar_one()
    return found


def _lock(session: Session, update: str) -> Update:
    """Get an update to post it: two who post the same one do so one after the other."""
    mine = select(Update).where(col(Update.id) == update).with_for_update()
    found: Update = session.execute(mine).scalar_one()
    return found


def _refuse_stopped(update: Update | None) -> None:
    if update is not None and update.stopped_at is not None:
        raise Refused(
            Sentence(
                "This update was stopped, and whom it had not reached does not get it: to write to them, "
                "change a word of the text."
            )
        )


def _refuse_unless_open(campaign: Campaign, *, now: datetime) -> None:
    not_yet = campaign.opens_at is not None and now < campaign.opens_at
    if campaign.state in {CampaignState.DRAFT, CampaignState.FROZEN} or not_yet:
        raise Refused(
            Sentence("“{slug}” is not open yet, so there is nobody to send an update to.", slug=campaign.slug)
        )
    if campaign.state in PUT_AWAY:
        # A while after that its log of mails goes, and with it who has had what.
        raise Refused(Sentence("“{slug}” is put away: no update of it is sent any more.", slug=campaign.slug))
