"""Accept or reject what a guest said of a draft; an amendment that is accepted takes its paragraph's place."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign_of
from service.campaigns.writing.paragraphs import amended, where_it_stands
from service.campaigns.writing.save import put_text
from service.campaigns.writing.words import FaultyText, text_of
from service.coordinators import audit
from service.coordinators.accounts import actor
from service.coordinators.comment_notice import gathered
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.mail import outbox
from service.model.comment import CommentGuest, CommentVerdict, TextComment
from service.model.message import MessageKind
from service.signing.commenting.comments import read_comment
from service.store.keyring import Keyring
from service.store.sealed import seal_text

LONGEST_REASON = 1000
DECIDED = "decided"
"""What the occurrence of the mail to a guest begins with that tells what was decided; its half-hour follows."""
_DECIDED = Sentence("This was decided already.")
_GONE = Sentence(
    "This paragraph does not stand as it did when the other words were proposed, so they cannot take its place by"
    " themselves. Write what you want of them into the text, then reject this with that reason."
)
_NO_REASON = Sentence("Say why, in a sentence: whoever proposed it reads it.")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a coordinator (its id) says to a comment."""

    verdict: CommentVerdict
    reason: str
    who: str


def decide_comment(
    session: Session,
    keyring: Keyring,
    comment_id: str,
    decision: Decision,
    *,
    campaign_id: str,
    now: datetime,
) -> bool:
    """Decide on a comment, once; tells whether the text changed with it.

    Raises NotFound for one of another letter, Refused where it was decided otherwise, a rejection has no reason, or the
    paragraph is not what it was.
    """
    campaign = lock_campaign_of(session, campaign_id)
    row = get_comment(session, comment_id, campaign_id=campaign_id)
    if row.verdict is decision.verdict:
        return False
    if row.verdict is not None:
        raise Refused(_DECIDED)
    reason = clean_text(decision.reason, what=Sentence("The reason"), longest=LONGEST_REASON)
    is_accepted = decision.verdict is CommentVerdict.ACCEPTED
    if not is_accepted and not reason:
        raise Refused(_NO_REASON)
    keys = keyring.of(session, campaign_id)
    comment = read_comment(keys, row)
    changes = is_accepted and comment.is_amendment
    if changes:
        text = text_of(open_file(session, keyring, campaign), comment.language)
        place = where_it_stands(text, comment.place, comment.paragraph) if text else None
        if text is None or place is None:
            raise Refused(_GONE)
        try:
            put_text(
                session, keyring, campaign, amended(text, place, comment.proposed), who=decision.who, now=now
            )
        except FaultyText as faulty:
            raise Refused(faulty.found[0].told) from faulty
    row.verdict, row.decided_at = decision.verdict, now
    row.reason = seal_text(keys, row, "reason", reason) if reason else None
    session.add(row)
    _tell_guest(session, row, now=now)
    audit.record(
        session,
        by=actor(decision.who),
        act=f"comment.{decision.verdict.value}",
        campaign_id=campaign_id,
        thing=row.id,
        now=now,
    )
    return changes


def reopen_comment(session: Session, comment_id: str, *, campaign_id: str, who: str, now: datetime) -> None:
    """Take a decision on a comment back; words that took a paragraph's place stay where they are, so that cannot be."""
    row = get_comment(session, comment_id, campaign_id=campaign_id)
    if row.verdict is CommentVerdict.ACCEPTED and row.is_amendment:
        raise Refused(Sentence("The words stand in the text by now; change them there."))
    row.verdict, row.reason, row.decided_at = None, None, None
    session.add(row)
    audit.record(session, by=actor(who), act="comment.reopen", campaign_id=campaign_id, thing=row.id, now=now)


def _tell_guest(session: Session, comment: TextComment, *, now: datetime) -> None:
    """Post the mail of this half-hour to whoever made a comment, where that one has asked to hear of it."""
    guest = session.get(CommentGuest, comment.guest_id)
    if guest is None or not guest.wants_word or guest.ended_at is not None:
        return
    half_hour, due_at = gathered(now)
    outbox.post(
        session,
        kind=MessageKind.GUEST,
        campaign_id=comment.campaign_id,
        recipient_ref=guest.id,
        occurrence=f"{DECIDED}:{half_hour}",
        now=now,
        due_at=due_at,
    )


def get_comment(session: Session, comment_id: str, *, campaign_id: str) -> TextComment:
    """Get a comment on a letter; raises NotFound for one of another."""
    row = session.get(TextComment, comment_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(Sentence("There is no such comment."))
    return row
