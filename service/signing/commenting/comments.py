"""What a guest sees of a draft, and says of its paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import lock_campaign_of
from service.campaigns.writing.paragraphs import Paragraph, Place, paragraphs_of
from service.campaigns.writing.words import languages_of, text_of
from service.coordinators import audit
from service.coordinators.comment_notice import tell_editors
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.letter.difference import Stretch, words_changed
from service.model.campaign import Campaign
from service.model.comment import CommentGuest, CommentVerdict, TextComment
from service.model.link_token import Purpose
from service.model.states import CampaignState
from service.signing.abuse.small_forms import Asking, is_let_be
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_record, open_text, seal_record

LONGEST_COMMENT = 2000
LONGEST_AMENDMENT = 10_000
MOST_OF_A_GUEST = 200
_NOTHING = Sentence("This link does not open anything.")
_CHANGED = Sentence(
    "This paragraph was changed meanwhile: look at it as it stands now. Your words are still in the form."
)
_TOO_MANY = Sentence(
    "Too much came from here at once; your words are still in the form. Send it again in a while."
)
TEXT_IS_FINAL = Sentence("The text is final, so comments are not taken any more.")
TOO_LATE = Sentence("The deadline for comments has passed.")


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment or an amendment as pages show it; `stretches` are the word-level differences of an amendment."""

    id: str
    guest_id: str
    language: str
    place: Place
    paragraph: str
    comment: str
    proposed: str
    stretches: tuple[Stretch, ...]
    created_at: datetime
    verdict: CommentVerdict | None
    reason: str

    @property
    def is_amendment(self) -> bool:
        """Tell whether other words were proposed."""
        return bool(self.proposed)


@dataclass(frozen=True, kw_only=True)
class GuestView:
    """A draft as a guest sees it, and what this guest has said; `closed_because` is "" while comments are taken."""

    title: str
    coalition: str
    language: str
    languages: tuple[str, ...]
    guest_name: str
    reply_to: str
    paragraphs: tuple[Paragraph, ...]
    own: tuple[Comment, ...]
    comments_until: datetime | None
    time_zone: str
    closed_because: str
    wants_word: bool


@dataclass(frozen=True, kw_only=True)
class SaidOfIt:
    """What a guest says of a paragraph: `seen` is the digest of that paragraph as its page showed it."""

    language: str
    place: Place
    seen: str
    comment: str
    proposed: str


def look_at_draft(
    session: Session, keyring: Keyring, *, token: str, language: str = "", now: datetime
) -> GuestView:
    """Show a guest the draft, and change nothing; raises NotFound for a link that opens nothing."""
    guest, campaign = _seat(session, token, now=now)
    return _view(session, keyring, guest, campaign, language=language, now=now)


def say_of_paragraph(
    session: Session, keyring: Keyring, *, token: str, said: SaidOfIt, asking: Asking, now: datetime
) -> None:
    """Keep what a guest says of a paragraph, once; raises Refused with what is wrong, and the words can be sent again."""
    guest, campaign = _seat(session, token, now=now)
    campaign = lock_campaign_of(session, campaign.id)
    if why := _why_closed(guest, campaign, now=now):
        raise Refused(why)
    comment = clean_text(said.comment, what=Sentence("Your comment"), longest=LONGEST_COMMENT)
    proposed = clean_text(said.proposed, what=Sentence("Your words"), longest=LONGEST_AMENDMENT)
    text = text_of(open_file(session, keyring, campaign), said.language)
    there = next((one for one in paragraphs_of(text) if one.place == said.place), None) if text else None
    if there is None or there.digest != said.seen:
        raise Refused(_CHANGED)
    if proposed == there.words:
        proposed = ""
    if not comment and not proposed:
        raise Refused(Sentence("Write a comment, or change the words of the paragraph."))
    keys = keyring.of(session, campaign.id)
    content = {"paragraph": there.words, "comment": comment, "proposed": proposed}
    if _is_said_already(session, keys, guest, said.place, content):
        return
    _refuse_too_many(session, guest)
    if is_let_be(session, keyring, asking, campaign_id=campaign.id, email="", now=now):
        raise Refused(_TOO_MANY)
    row = TextComment(
        campaign_id=campaign.id,
        guest_id=guest.id,
        language=said.language,
        part=said.place.part,
        number=said.place.number,
        is_amendment=bool(proposed),
        content=b"",
        created_at=now,
    )
    row.content = seal_record(keys, row, "content", content)
    session.add(row)
    session.flush()
    tell_editors(session, campaign.id, now=now)
    audit.record(
        session, by=f"guest:{guest.id}", act="comment.add", campaign_id=campaign.id, thing=row.id, now=now
    )


def wish_word(session: Session, *, token: str, wants: bool, now: datetime) -> None:
    """Keep whether a guest wants to hear by mail what is decided; raises NotFound for a link that opens nothing."""
    guest, campaign = _seat(session, token, now=now)
    if guest.wants_word is wants:
        return
    guest.wants_word = wants
    session.add(guest)
    act = "comment.word" if wants else "comment.no_word"
    audit.record(session, by=f"guest:{guest.id}", act=act, campaign_id=campaign.id, thing=guest.id, now=now)


def comments_of(
    session: Session, keyring: Keyring, campaign_id: str, *, guest_id: str = ""
) -> Sequence[Comment]:
    """List what guests said of a letter's draft, or what one of them said, in its order."""
    keys = keyring.of(session, campaign_id)
    found = select(TextComment).where(TextComment.campaign_id == campaign_id)
    if guest_id:
        found = found.where(TextComment.guest_id == guest_id)
    return [read_comment(keys, row) for row in session.exec(found.order_by(col(TextComment.id))).all()]


def read_comment(keys: CampaignKeys, row: TextComment) -> Comment:
    """Open a comment."""
    content = open_record(keys, row, "content")
    proposed = content["proposed"]
    return Comment(
        id=row.id,
        guest_id=row.guest_id,
        language=row.language,
        place=Place(part=row.part, number=row.number),
        paragraph=content["paragraph"],
        comment=content["comment"],
        proposed=proposed,
        stretches=words_changed(content["paragraph"], proposed) if proposed else (),
        created_at=row.created_at,
        verdict=row.verdict,
        reason=open_text(keys, row, "reason"),
    )


def _seat(session: Session, token: str, *, now: datetime) -> tuple[CommentGuest, Campaign]:
    link = find_link(session, token, Purpose.COMMENT)
    guest = session.get(CommentGuest, link.row_id)
    if (
        link.expires_at <= now
        or guest is None
        or guest.ended_at is not None
        or guest.generation != link.generation
    ):
        raise NotFound(_NOTHING)
    campaign = session.get(Campaign, guest.campaign_id)
    if campaign is None or campaign.state is CampaignState.PURGED:
        raise NotFound(_NOTHING)
    return guest, campaign


def _view(
    session: Session,
    keyring: Keyring,
    guest: CommentGuest,
    campaign: Campaign,
    *,
    language: str,
    now: datetime,
) -> GuestView:
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    chosen = language if language in languages_of(file) else file.language
    return GuestView(
        title=file.letter.title,
        coalition=file.coalition,
        language=chosen,
        languages=languages_of(file),
        guest_name=open_record(keys, guest, "details")["name"],
        reply_to=file.reply_to,
        paragraphs=_paragraphs(file, chosen),
        own=tuple(comments_of(session, keyring, campaign.id, guest_id=guest.id)),
        comments_until=guest.comments_until,
        time_zone=campaign.time_zone,
        closed_because=_why_closed(guest, campaign, now=now),
        wants_word=guest.wants_word,
    )


def _paragraphs(file: CampaignFile, language: str) -> tuple[Paragraph, ...]:
    text = text_of(file, language)
    return paragraphs_of(text) if text else ()


def _why_closed(guest: CommentGuest, campaign: Campaign, *, now: datetime) -> str:
    if campaign.state is not CampaignState.DRAFT:
        return TEXT_IS_FINAL
    if guest.comments_until is not None and now >= guest.comments_until:
        return TOO_LATE
    return ""


def _is_said_already(
    session: Session, keys: CampaignKeys, guest: CommentGuest, place: Place, content: dict[str, str]
) -> bool:
    """Tell whether the same was sent before: a second click says nothing new."""
    same = select(TextComment).where(
        TextComment.guest_id == guest.id,
        TextComment.part == place.part,
        TextComment.number == place.number,
        col(TextComment.verdict).is_(None),
    )
    return any(open_record(keys, row, "content") == content for row in session.exec(same).all())


def _refuse_too_many(session: Session, guest: CommentGuest) -> None:
    there = session.exec(select(func.count()).where(col(TextComment.guest_id) == guest.id)).one()
    if there >= MOST_OF_A_GUEST:
        raise Refused(
            Sentence(
                "You have sent {most} comments, which is the most that one link takes.", most=MOST_OF_A_GUEST
            )
        )
