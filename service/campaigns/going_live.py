"""Go live: what is measured before a letter writes to anybody but its own team, and the switch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.freezing import was_frozen_by_two
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.backing import backing_of
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.letter.fonts import Fonts
from service.mail import outbox
from service.mail.domain.checks import Finding, Weight
from service.model.campaign import Campaign
from service.model.letter_check import LetterCheck, Measured, Outcome
from service.model.message import MessageKind
from service.model.signature import HeldReason, Signature
from service.model.states import CampaignState, SignatureState
from service.store.keyring import Keyring

MOST_FOUND = 20
TEST_MAIL = "test_mail"
"""The first word of the occurrence of a test mail."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is known of one thing before going live: how it came out, a sentence, details, and when it was measured."""

    what: str
    outcome: Outcome
    sentence: str
    found: Sequence[str] = ()
    measured_at: datetime | None = None


def keep_dns(
    session: Session, slug: str, findings: Sequence[Finding] | None, *, by: str, now: datetime
) -> LetterCheck:
    """Keep what was seen of the sender's DNS a moment ago; None where the service cannot send mail yet."""
    campaign = lock_campaign(session, slug)
    wrong = [one for one in findings or () if one.weight is Weight.WRONG]
    unknown = [one for one in findings or () if one.weight is Weight.UNKNOWN]
    good = [one for one in findings or () if one.weight is Weight.GOOD]
    outcome = Outcome.WRONG if wrong or findings is None else Outcome.GOOD if good else Outcome.UNKNOWN
    row = _row(session, campaign, Measured.SENDER_DNS)
    row.outcome, row.measured_at = outcome, now
    row.found = [one.sentence for one in (*wrong, *unknown, *good)]
    session.add(row)
    audit.record(
        session, by=by, act="check.sender_dns", campaign_id=campaign.id, thing=outcome.value, now=now
    )
    return row


def send_test_mail(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> None:
    """Post a mail to the secretariat whose button proves that it arrived; one that was sent before is over."""
    campaign = lock_campaign(session, slug)
    occurrence = f"{TEST_MAIL}:{now:%Y%m%d%H%M%S}"
    row = _row(session, campaign, Measured.TEST_MAIL)
    row.outcome, row.measured_at, row.found = Outcome.WAITS, now, []
    row.digest = token_digest(pressed_token(keyring.of(session, campaign.id), occurrence))
    session.add(row)
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign.id,
        recipient_ref=campaign.id,
        occurrence=occurrence,
        now=now,
    )
    audit.record(session, by=by, act="check.test_mail", campaign_id=campaign.id, now=now)


def pressed_token(keys: CampaignKeys, occurrence: str) -> str:
    """Give the token of a test mail's button: the same whenever its mail is made."""
    return derive_token(keys.token, purpose=TEST_MAIL, row=occurrence, generation=1)


def press_test_mail(session: Session, slug: str, token: str, *, by: str, now: datetime) -> None:
    """Take in that the button of the newest test mail was pressed; raises Refused for any other."""
    campaign = lock_campaign(session, slug)
    row = session.get(LetterCheck, (campaign.id, Measured.TEST_MAIL))
    if row is None or not looks_like_token(token) or row.digest != token_digest(token):
        raise Refused(
            Sentence("This is not the newest test mail; send another and press the button in that.")
        )
    if row.outcome is Outcome.GOOD:
        return
    row.outcome, row.measured_at = Outcome.GOOD, now
    session.add(row)
    audit.record(session, by=by, act="check.test_mail.pressed", campaign_id=campaign.id, now=now)


def lacking_in(fonts: Fonts, words: Iterable[str]) -> Sequence[str]:
    """Say, each once, which characters of these words no font can print; the words themselves are not in it."""
    told = (fonts.explain(found) for one in words if (found := fonts.missing(one)))
    return tuple(islice(dict.fromkeys(told), MOST_FOUND))


def words_of(file: CampaignFile) -> Sequence[str]:
    """Give the words of a letter's text and of its offices."""
    text = file.letter
    offices = (word for one in file.recipients for word in (one.name, one.position, one.office, *one.address))
    return (text.title, text.subtitle, text.re, text.salutation, text.body, *text.asks, text.ending, *offices)


def keep_fonts(session: Session, slug: str, lacking: Sequence[str], *, by: str, now: datetime) -> LetterCheck:
    """Keep which characters of the names of all who signed no font could print a moment ago."""
    campaign = lock_campaign(session, slug)
    row = _row(session, campaign, Measured.FONTS)
    row.outcome, row.measured_at = Outcome.WRONG if lacking else Outcome.GOOD, now
    row.found = list(lacking)
    session.add(row)
    audit.record(session, by=by, act="check.fonts", campaign_id=campaign.id, thing=row.outcome.value, now=now)
    return row


def checks_of(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    fonts: Fonts,
    *,
    to_check: Sequence[str] | None,
) -> Sequence[Checked]:
    """Look at everything before a letter goes live.

    `to_check` are the recipients for which a release would wait, None where it waits for none of this letter.
    """
    return (
        _dns(session, campaign),
        _test_mail(session, campaign),
        _fonts(session, keyring, campaign, fonts),
        _frozen(session, campaign),
        _recipients(to_check),
        _owners(session, campaign),
    )


def go_live(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Let the letter write to everybody it is meant for; raises Refused where it does so already.

    What was signed while it was tried may have been, or may yet be, confirmed by its team, which got the mail with the
    links: the secretariat looks at each of these before it counts.
    """
    campaign = lock_campaign(session, slug)
    if campaign.trial_since is None:
        raise Refused(Sentence("The letter is live already."))
    holding = update(Signature).where(
        col(Signature.campaign_id) == campaign.id,
        or_(
            and_(
                col(Signature.state) == SignatureState.CONFIRMED,
                col(Signature.confirmed_at) >= campaign.trial_since,
            ),
            and_(
                col(Signature.state) == SignatureState.PENDING,
                col(Signature.signed_at) >= campaign.trial_since,
            ),
        ),
        col(Signature.held_reason).is_(None),
    )
    holding = holding.values(held_reason=HeldReason.SECRETARIAT).returning(col(Signature.id))
    held = len(session.execute(holding).all())
    campaign.trial_since = None
    session.add(campaign)
    audit.record(session, by=by, act="campaign.live", campaign_id=campaign.id, thing=str(held), now=now)
    return campaign


def back_to_trial(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Let the letter write to its own team alone again, before it collects: raises Refused after that, or where it is tried.

    The mail of people who have signed or were invited holds links that are theirs, and must never go to its team.
    """
    campaign = lock_campaign(session, slug)
    if campaign.trial_since is not None:
        raise Refused(Sentence("The letter is in trial already."))
    if campaign.state not in {CampaignState.DRAFT, CampaignState.FROZEN}:
        raise Refused(Sentence("A letter that collects sign-ons cannot be tried any more."))
    campaign.trial_since = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.trial", campaign_id=campaign.id, now=now)
    return campaign


def signed_in_trial(session: Session, campaign: Campaign) -> int:
    """Count the sign-ons of a letter, as far as a thousand: those of a trial are to be looked at before it goes live."""
    found = select(Signature.id).where(
        Signature.campaign_id == campaign.id, col(Signature.signed_at).is_not(None)
    )
    return len(session.exec(found.limit(1000)).all())


def _dns(session: Session, campaign: Campaign) -> Checked:
    row = session.get(LetterCheck, (campaign.id, Measured.SENDER_DNS))
    if row is None:
        return Checked(what="sender_dns", outcome=Outcome.WAITS, sentence=_SAID["dns", Outcome.WAITS])
    return Checked(
        what="sender_dns",
        outcome=row.outcome,
        sentence=_SAID["dns", row.outcome],
        found=tuple(str(one) for one in row.found),
        measured_at=row.measured_at,
    )


def _test_mail(session: Session, campaign: Campaign) -> Checked:
    row = session.get(LetterCheck, (campaign.id, Measured.TEST_MAIL))
    if row is None:
        return Checked(what="test_mail", outcome=Outcome.WAITS, sentence=_SAID["mail", Outcome.UNKNOWN])
    return Checked(
        what="test_mail",
        outcome=row.outcome,
        sentence=_SAID["mail", row.outcome],
        measured_at=row.measured_at,
    )


def _fonts(session: Session, keyring: Keyring, campaign: Campaign, fonts: Fonts) -> Checked:
    row = session.get(LetterCheck, (campaign.id, Measured.FONTS))
    lacking = lacking_in(fonts, words_of(open_file(session, keyring, campaign)))
    found = tuple(dict.fromkeys((*lacking, *(str(one) for one in (row.found if row else ())))))
    outcome = Outcome.WRONG if found else row.outcome if row else Outcome.WAITS
    return Checked(
        what="fonts",
        outcome=outcome,
        sentence=_SAID["fonts", outcome],
        found=found[:MOST_FOUND],
        measured_at=row.measured_at if row else None,
    )


def _frozen(session: Session, campaign: Campaign) -> Checked:
    if campaign.revision_id is None:
        return Checked(what="frozen", outcome=Outcome.WAITS, sentence=_SAID["frozen", Outcome.WAITS])
    if campaign.solo:
        return Checked(what="frozen", outcome=Outcome.GOOD, sentence=_SOLO)
    outcome = Outcome.GOOD if was_frozen_by_two(session, campaign) else Outcome.UNKNOWN
    return Checked(what="frozen", outcome=outcome, sentence=_SAID["frozen", outcome])


def _recipients(to_check: Sequence[str] | None) -> Checked:
    if to_check is None:
        outcome, sentence = Outcome.UNKNOWN, _SAID["recipients", Outcome.UNKNOWN]
    elif to_check:
        outcome = Outcome.WAITS
        sentence = _SAID["recipients", outcome].with_values(n=len(to_check))
    else:
        outcome, sentence = Outcome.GOOD, _SAID["recipients", Outcome.GOOD]
    return Checked(
        what="recipients", outcome=outcome, sentence=sentence, found=tuple(to_check or ())[:MOST_FOUND]
    )


def _owners(session: Session, campaign: Campaign) -> Checked:
    backing = backing_of(session, campaign.id)
    outcome = Outcome.GOOD if backing.is_enough else Outcome.WAITS
    sentence = _SAID["owners", outcome] if backing.owners != 1 or not backing.is_enough else _BY_SHEET
    return Checked(what="owners", outcome=outcome, sentence=sentence)


def _row(session: Session, campaign: Campaign, what: Measured) -> LetterCheck:
    known = session.get(LetterCheck, (campaign.id, what))
    return known or LetterCheck(
        campaign_id=campaign.id,
        what=what,
        outcome=Outcome.WAITS,
        found=[],
        measured_at=campaign.created_at,
    )


_BY_SHEET = Sentence("There is one owner, and a recovery sheet by which a second person becomes owner.")
_SOLO = Sentence("The text is final; this letter is of one person alone, so nobody else had to look at it.")
_SAID = {
    ("dns", Outcome.WAITS): Sentence("The sender's DNS was not looked at yet."),
    ("dns", Outcome.GOOD): Sentence(
        "The sender's DNS is in order: receivers can tell that our mail is ours."
    ),
    ("dns", Outcome.WRONG): Sentence(
        "Something about the sender's DNS is wrong, or no mail can be sent yet. The people who run the service can"
        " mend it; `undersigned doctor` tells them what to publish."
    ),
    ("dns", Outcome.UNKNOWN): Sentence("The DNS could not be asked; measure again in a while."),
    ("mail", Outcome.UNKNOWN): Sentence("No test mail was sent yet."),
    ("mail", Outcome.WAITS): Sentence(
        "A test mail is on its way. Open it, also among the spam, and press its button."
    ),
    ("mail", Outcome.GOOD): Sentence("A test mail arrived, and its button was pressed."),
    ("fonts", Outcome.WAITS): Sentence(
        "The fonts can print the text; the names of those who signed were not looked at yet."
    ),
    ("fonts", Outcome.GOOD): Sentence("The fonts can print the text and all names there were."),
    ("fonts", Outcome.WRONG): Sentence(
        "Some names cannot be printed with the fonts at hand. The people who run the service can install what is missing."
    ),
    ("frozen", Outcome.WAITS): Sentence("The text is not final yet."),
    ("frozen", Outcome.GOOD): Sentence("The text is final, and two have looked at it."),
    ("frozen", Outcome.UNKNOWN): Sentence("The text is final, but not by two at this desk."),
    ("recipients", Outcome.WAITS): Sentence(
        "One recipient is not checked yet: two of you have to check it against its source, newly.",
        "{n} recipients are not checked yet: two of you have to check each against its source, newly.",
        n=1,
    ),
    ("recipients", Outcome.GOOD): Sentence(
        "Two of you have newly checked each recipient against its source."
    ),
    ("recipients", Outcome.UNKNOWN): Sentence(
        "Nobody else of the team can check the recipients, so the release does not wait for it. Check each against its"
        " source yourself."
    ),
    ("owners", Outcome.WAITS): Sentence(
        "There is one owner: if that person loses access, nobody can act. Invite a second one, or make a recovery sheet."
    ),
    ("owners", Outcome.GOOD): Sentence("There are two owners or more."),
}
