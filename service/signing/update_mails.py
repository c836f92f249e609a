"""The mails of an update: one alone, or many at once that differ only in their recipient and links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.foundation.errors import Permanent
from service.foundation.sealing import CampaignKeys
from service.i18n.languages import mail_language
from service.mail.envelope import Draft
from service.mail.mould import Filled, Pattern, blank_token
from service.mail.sender import Makes, Unwanted
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState, SignatureState
from service.model.suppression import Suppression
from service.model.update import Update, UpdateAudience
from service.signing.discreet import discreetly
from service.signing.own_words import fill_words, placeholder_values, words_in
from service.signing.party import confirming_mailbox, email_index
from service.signing.resting import refuse_resting_update
from service.signing.update_words import list_label, open_translations, open_words, write_update
from service.store.claim import Taken
from service.store.keyring import Keyring
from service.store.links import Link, link_token

_GONE = (MessageState.CANCELLED, "the update is gone")
_STOPPED = (MessageState.CANCELLED, "the update was stopped")
_LEFT = (MessageState.CANCELLED, "is no longer among those who are told")
_NO_ADDRESS = (MessageState.CANCELLED, "no address is kept")
_SUPPRESSED = (MessageState.SUPPRESSED, "the mailbox asked not to be written to, or cannot be")
_PATTERNS_KEPT = 32
"""Patterns of updates, one for each language that is read."""
_SOMEBODY = "somebody@mould.invalid"
_COLUMNS = (
    Signature.id,
    Signature.state,
    Signature.accepted_at,
    Signature.held_reason,
    Signature.wants_news,
    Signature.generation,
    Signature.email,
    Signature.details,
    Signature.discreet,
    Signature.language,
)


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    """What the mails of an update in one language share: as usual, and for those who asked for discreet mail."""

    usual: Pattern
    discreet: Pattern


@dataclass(frozen=True, kw_only=True)
class UpdateMails:
    """Makes the mails of updates again whenever they are sent."""

    keyring: Keyring
    public_url: str
    _patterns: dict[tuple[str, str], tuple[object, _Patterns]] = field(default_factory=dict)

    def __call__(self, session: Session, message: Message) -> Draft:
        """Make one of them; raises Unwanted."""
        campaign, update = _rows_of(session, message.campaign_id, message.occurrence)
        tokens, to, signature = self._recipient(session, message, campaign, update)
        language = mail_language(reader=signature.language, letter=campaign.language)
        draft = self._draft(session, campaign, update, language=language, to=to, tokens=tokens)
        return discreetly(draft, message.kind) if signature.discreet else draft

    def many(self, session: Session, rows: Sequence[Taken]) -> Sequence[Makes | Unwanted | Exception]:
        """Give for each row how its mail is made; each update is written once in each language that is read."""
        made: dict[str, Makes | Unwanted | Exception] = {}
        ordered = sorted(rows, key=lambda row: (row.campaign_id or "", row.occurrence))
        for (campaign_id, update_id), group in groupby(
            ordered, key=lambda row: (row.campaign_id, row.occurrence)
        ):
            made |= self._made(session, campaign_id, update_id, list(group))
        return [made[row.id] for row in rows]

    def _made(
        self, session: Session, campaign_id: str | None, update_id: str, rows: Sequence[Taken]
    ) -> Mapping[str, Makes | Unwanted | Exception]:
        try:
            campaign, update = _rows_of(session, campaign_id, update_id)
        except Unwanted as unwanted:
            return dict.fromkeys((row.id for row in rows), unwanted)
        keys, audience = self.keyring.of(session, campaign.id), update.audience
        found = select(*map(col, _COLUMNS)).where(col(Signature.id).in_([row.recipient_ref for row in rows]))
        signatures = {row.id: row for row in session.execute(found)}
        silent = _suppressed(session, campaign.id)

        @cache
        def patterns_for(reader: str) -> _Patterns:
            language = mail_language(reader=reader, letter=campaign.language)
            return self._both_patterns(session, campaign, update, language)

        return {
            row.id: _made_for(signatures.get(row.recipient_ref), keys, patterns_for, audience, silent)
            for row in rows
        }

    def _both_patterns(
        self, session: Session, campaign: Campaign, update: Update, language: str
    ) -> _Patterns:
        """Give what all mails of an update in a language share; written again where one of the sealed words has changed."""
        words = (
            campaign.source,
            campaign.language,
            campaign.deadline_at,
            update.subject,
            update.body,
            update.translations,
        )
        known = self._patterns.get((update.id, language))
        if known is not None and known[0] == words:
            return known[1]
        blanks = [blank_token(0), blank_token(1)]
        draft = self._draft(session, campaign, update, language=language, to=_SOMEBODY, tokens=blanks)
        patterns = _Patterns(
            usual=Pattern(draft, tokens=len(blanks)),
            discreet=Pattern(discreetly(draft, MessageKind.UPDATE), tokens=len(blanks)),
        )
        if len(self._patterns) >= _PATTERNS_KEPT:
            self._patterns.clear()
        self._patterns[update.id, language] = words, patterns
        return patterns

    def _recipient(
        self, session: Session, message: Message, campaign: Campaign, update: Update
    ) -> tuple[Sequence[str], str, Any]:
        found = select(*map(col, _COLUMNS)).where(col(Signature.id) == message.recipient_ref)
        signature = session.execute(found).one_or_none()
        keys = self.keyring.of(session, campaign.id)
        to = _mailbox(signature, keys, update.audience, _suppressed(session, campaign.id))
        if isinstance(to, Unwanted):
            raise to
        assert signature is not None
        return _tokens(signature, keys), to, signature

    def _draft(
        self,
        session: Session,
        campaign: Campaign,
        update: Update,
        *,
        language: str,
        to: str,
        tokens: Sequence[str],
    ) -> Draft:
        keys = self.keyring.of(session, campaign.id)
        file: CampaignFile = open_file(session, self.keyring, campaign)
        unsubscribe_url = f"{self.public_url}/unsubscribe/{tokens[1]}"
        text = {file.language: open_words(keys, update), **open_translations(keys, update)}
        spoken, words = words_in(text, language, letter=file.language) or (file.language, text[file.language])
        written = write_update(
            fill_words(words, placeholder_values(campaign, file, language)),
            file,
            words_language=spoken,
            audience=update.audience,
            language=language,
            link=f"{self.public_url}/manage/{tokens[0]}",
            unsubscribe_link=unsubscribe_url,
        )
        return Draft(
            to=to,
            subject=written.subject,
            text=written.text,
            html=written.html,
            sender_name=file.coalition,
            reply_to=file.reply_to,
            language=language,
            unsubscribe_url=unsubscribe_url,
            list_label=list_label(keys),
        )


def _rows_of(session: Session, campaign_id: str | None, update_id: str) -> tuple[Campaign, Update]:
    """Give the letter and the update that a mail is of; raises Unwanted where one is gone or the update was stopped."""
    campaign, update = session.get(Campaign, campaign_id), session.get(Update, update_id)
    if campaign is None or update is None or update.campaign_id != campaign.id:
        raise Unwanted(*_GONE)
    if update.stopped_at is not None:
        raise Unwanted(*_STOPPED)
    refuse_resting_update(session, update)
    return campaign, update


def _made_for(
    signature: Any,
    keys: CampaignKeys,
    patterns_for: Callable[[str], _Patterns],
    audience: UpdateAudience,
    silent: frozenset[bytes],
) -> Makes | Unwanted | Exception:
    try:
        to = _mailbox(signature, keys, audience, silent)
    except Permanent as damaged:
        return damaged
    if isinstance(to, Unwanted):
        return to
    patterns = patterns_for(signature.language)
    pattern = patterns.discreet if signature.discreet else patterns.usual
    return Filled(pattern=pattern, to=to, tokens=_tokens(signature, keys))


def _mailbox(
    signature: Any, keys: CampaignKeys, audience: UpdateAudience, silent: frozenset[bytes]
) -> str | Unwanted:
    """Give the address that is told, or why nobody is."""
    if signature is None or not _is_told(signature, audience):
        return Unwanted(*_LEFT)
    to = confirming_mailbox(keys, signature.id, email=signature.email, details=signature.details)
    if not to:
        return Unwanted(*_NO_ADDRESS)
    return Unwanted(*_SUPPRESSED) if silent and email_index(keys, to) in silent else to


def _is_told(signature: Any, audience: UpdateAudience) -> bool:
    """Tell of a sign-on what is_in_audience() says in SQL."""
    stands = signature.state is SignatureState.CONFIRMED and signature.accepted_at is not None
    asked = audience is UpdateAudience.SIGNATORIES or signature.wants_news
    return stands and signature.held_reason is None and asked


def _tokens(signature: Any, keys: CampaignKeys) -> Sequence[str]:
    links = (
        Link(purpose=Purpose.MANAGE, row_id=signature.id, generation=signature.generation),
        Link(purpose=Purpose.UNSUBSCRIBE, row_id=signature.id),
    )
    return [link_token(keys, link) for link in links]


def _suppressed(session: Session, campaign_id: str) -> frozenset[bytes]:
    found = select(col(Suppression.email_index)).where(col(Suppression.campaign_id) == campaign_id)
    return frozenset(session.execute(found).scalars())
