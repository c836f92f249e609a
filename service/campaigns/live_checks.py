"""What is known of each thing that is measured before a letter goes live, in a sentence each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.freezing import was_frozen_by_two
from service.coordinators.backing import backing_of
from service.foundation.sentence import Sentence
from service.letter.fonts import Fonts
from service.model.campaign import Campaign
from service.model.letter_check import LetterCheck, Measured, Outcome
from service.store.keyring import Keyring

MOST_FOUND = 20


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is known of one thing before going live: how it came out, a sentence, details, and when it was measured."""

    what: str
    outcome: Outcome
    sentence: str
    found: Sequence[str] = ()
    measured_at: datetime | None = None


def lacking_in(fonts: Fonts, words: Iterable[str]) -> Sequence[str]:
    """Say, each once, which characters of these words no font can print; the words themselves are not in it."""
    told = (fonts.explain(found) for one in words if (found := fonts.missing(one)))
    return tuple(islice(dict.fromkeys(told), MOST_FOUND))


def words_of(file: CampaignFile) -> Sequence[str]:
    """Give the words of a letter's text and of its offices."""
    text = file.letter
    offices = (word for one in file.recipients for word in (one.name, one.position, one.office, *one.address))
    return (text.title, text.subtitle, text.re, text.salutation, text.body, *text.asks, text.ending, *offices)


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
