"""What the Human Rights Council asks of a written statement, and who may submit one at all (pure)."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.delivery.channels.unhrc.packet import compose
from service.delivery.channels.unhrc.submission import STATUSES, Ngo, Submission
from service.delivery.channels.unhrc.words import WORDS
from service.delivery.rules import Finding, Rule
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.statement import WordCount, count_words

_CHECKED = date(2026, 11, 27)
_GUIDELINES = "OHCHR, Guidelines for the submission of written statements by NGOs"
_FORM = "OHCHR, form for NGO written statements"
_GENEVA = ZoneInfo("Europe/Zurich")
_FIRST_ITEM, _LAST_ITEM = 1, 10

STATUS = Rule(
    id="consultative-status",
    says=Sentence("Only an NGO in consultative status with ECOSOC submits a written statement."),
    source="ECOSOC resolution 1996/31; " + _GUIDELINES,
    checked=_CHECKED,
)
JOINT = Rule(
    id="joint-submitters",
    says=Sentence(
        "Joint submitters are in consultative status, named general before special before Roster; all others stand in a note"
        " to the title as sharing its views."
    ),
    source=_GUIDELINES,
    checked=_CHECKED,
)
NAMES = Rule(
    id="names",
    says=Sentence("Each NGO is named exactly as in the ECOSOC database."),
    source=f"{_FORM}, section IV",
    checked=_CHECKED,
)
LENGTH = Rule(
    id="length",
    says=Sentence(
        "A statement has at most 2,000 words from an NGO in general status, and 1,500 from one in special status or on the"
        " Roster; notes are counted."
    ),
    source=_GUIDELINES,
    checked=_CHECKED,
)
LANGUAGE = Rule(
    id="language",
    says=Sentence("A statement is in English, French or Spanish, and has a form of its own in each."),
    source=f"{_FORM}, section II",
    checked=_CHECKED,
)
ITEM = Rule(
    id="agenda-item",
    says=Sentence("A statement is about one item of the agenda, from 1 to 10."),
    source=_GUIDELINES,
    checked=_CHECKED,
)
TITLE = Rule(
    id="title",
    says=Sentence("A statement has a title above its text."),
    source=f"{_FORM}, section V",
    checked=_CHECKED,
)
NUMBERED = Rule(
    id="text",
    says=Sentence("A statement has a text in paragraphs; each of them is numbered."),
    source=f"{_FORM}, section VI",
    checked=_CHECKED,
)
CONTACT = Rule(
    id="contact",
    says=Sentence("A contact person is named with telephone and e-mail address."),
    source=f"{_FORM}, section I",
    checked=_CHECKED,
)
DEADLINE = Rule(
    id="deadline",
    says=Sentence("Statements come in exactly two weeks before the session opens, at the latest."),
    source=_GUIDELINES,
    checked=_CHECKED,
)
FILE = Rule(
    id="word-file",
    says=Sentence(
        "A statement is a Word file in Times New Roman, justified, without a header of the United Nations; no PDF is taken."
    ),
    source=f"{_GUIDELINES}; {_FORM}, section VI",
    checked=_CHECKED,
)
FINAL = Rule(
    id="final",
    says=Sentence("A statement is issued as it comes: it is final, and nobody edits it."),
    source=_GUIDELINES,
    checked=_CHECKED,
)
PUBLISHED = Rule(
    id="published",
    says=Sentence("A statement is published as a document of the Council."),
    source=_GUIDELINES,
    checked=_CHECKED,
)
RULES: tuple[Rule, ...] = (
    STATUS, JOINT, NAMES, LENGTH, LANGUAGE, ITEM, TITLE, NUMBERED, CONTACT, DEADLINE, FILE, FINAL,
    PUBLISHED,
)  # fmt: skip


def examine(submission: Submission, *, now: datetime) -> tuple[Finding, ...]:
    """Give what of a statement does not fit, in the order of the rules; nothing where a person can upload it."""
    return (
        *_status(submission),
        *_joint(submission),
        *_names(submission),
        *_text(submission),
        *_item(submission),
        *_title(submission),
        *_contact(submission),
        *_deadline(submission, now),
    )


def most_words(submission: Submission) -> int:
    """Give how many words the statement may have by its main submitter's status; 0 for one that may submit none."""
    return {
        "general": submission.most.general,
        "special": submission.most.special,
        "roster": submission.most.roster,
        "none": 0,
    }[submission.main.status]


def _status(submission: Submission) -> Iterator[Finding]:
    if submission.main.status not in STATUSES:
        yield Finding(
            rule=STATUS,
            found=Sentence("{ngo} has no consultative status.", ngo=submission.main.name),
            instead=Sentence(
                "Let a signatory in consultative status submit it, and be named in the note to its title."
            ),
        )


def _joint(submission: Submission) -> Iterator[Finding]:
    for one in submission.joint:
        if one.status not in STATUSES:
            yield Finding(
                rule=JOINT,
                found=Sentence("{ngo} has no consultative status.", ngo=one.name),
                instead=Sentence("Name it among those that share the views of the statement."),
            )
    named = [submission.main.name, *(one.name for one in submission.joint), *submission.others]
    for name in dict.fromkeys(one for one in named if named.count(one) > 1):
        yield Finding(rule=JOINT, found=Sentence("{ngo} is named more than once.", ngo=name))


def _names(submission: Submission) -> Iterator[Finding]:
    for one in (submission.main, *submission.joint):
        if one.status in STATUSES and one.compared is None:
            yield _not_compared(one)


def _not_compared(one: Ngo) -> Finding:
    return Finding(
        rule=NAMES,
        found=Sentence("Nobody has compared the name of {ngo} with the database.", ngo=one.name),
        forbids=False,
        instead=Sentence("Look it up at esango.un.org, and copy it as it stands there."),
    )


def _text(submission: Submission) -> Iterator[Finding]:
    if submission.language not in WORDS:
        yield Finding(
            rule=LANGUAGE,
            found=Sentence("It is in the language “{language}”.", language=submission.language),
            instead=Sentence("Give it in English, French or Spanish."),
        )
        return
    try:
        counted = count_words(compose(submission, day=submission.session.opens))
    except Refused as refused:
        yield Finding(rule=NUMBERED, found=Sentence("It cannot be laid out: {why}", why=refused.args[0]))
        return
    yield from _length(submission, counted)


def _length(submission: Submission, counted: WordCount) -> Iterator[Finding]:
    most = most_words(submission)
    if not most:
        return
    if counted.limited > most:
        yield Finding(
            rule=LENGTH,
            found=Sentence(
                "It has {words} words, {notes} of them in notes; {most} are allowed.",
                words=f"{counted.limited:,}",
                notes=f"{counted.notes:,}",
                most=f"{most:,}",
            ),
            instead=Sentence("Shorten it by {over} words.", over=f"{counted.limited - most:,}"),
        )
    elif counted.whole > most:
        yield Finding(
            rule=LENGTH,
            found=Sentence(
                "With its title and its submitters the file has {words} words; {most} are allowed without them.",
                words=f"{counted.whole:,}",
                most=f"{most:,}",
            ),
            forbids=False,
            instead=Sentence("Shorten it, to be sure that nobody counts it as too long."),
        )


def _item(submission: Submission) -> Iterator[Finding]:
    if not _FIRST_ITEM <= submission.item <= _LAST_ITEM:
        yield Finding(rule=ITEM, found=Sentence("There is no item {item}.", item=submission.item))


def _title(submission: Submission) -> Iterator[Finding]:
    if not submission.title.strip():
        yield Finding(rule=TITLE, found=Sentence("It has no title."))


def _contact(submission: Submission) -> Iterator[Finding]:
    contact = submission.contact
    if not all(part.strip() for part in (contact.name, contact.phone, contact.email)):
        yield Finding(
            rule=CONTACT, found=Sentence("The name, the telephone or the address of the contact is missing.")
        )


def _deadline(submission: Submission, now: datetime) -> Iterator[Finding]:
    last = submission.session.last_day
    if now.astimezone(_GENEVA).date() > last:
        yield Finding(
            rule=DEADLINE,
            found=Sentence("The last day was {day}.", day=last.isoformat()),
            instead=Sentence("Keep it for the next session."),
        )
