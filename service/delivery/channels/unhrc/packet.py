"""What a person takes to the Human Rights Council: the Word file, and what is entered beside it (pure)."""

from collections.abc import Iterable, Sequence
from datetime import date

from service.delivery.channels.unhrc.submission import STATUSES, Ngo, Status, Submission
from service.delivery.channels.unhrc.words import WORDS, Words
from service.delivery.packed import Entry
from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.headed import Headed
from service.letter.render_statement import Look, render_statement
from service.letter.roll import collation_key
from service.letter.statement import Statement, make_statement

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATEST_LOOK = Look(text=10, title=10, is_plain=True)
"""The later check-list: Times New Roman 10 throughout, nothing bold, underlined or in italics."""
OLDER_LOOK = Look(text=10, title=12, is_plain=False)
"""The older guidelines: a title in bold of 12 points."""


def compose(submission: Submission, *, day: date) -> Statement:
    """Lay out the statement as of a day.

    Raises Refused for a language that the Council does not take, and for a text that cannot be laid out.
    """
    words = WORDS.get(submission.language)
    if words is None:
        raise Refused(
            Sentence("A written statement is in English, French or Spanish: choose one of these languages.")
        )
    head = Headed(
        language=submission.language,
        direction="ltr",
        coalition=submission.main.name,
        day=day.isoformat(),
        title=submission.title,
    )
    return make_statement(
        submission.text,
        head,
        front=tuple(_front(submission, words)),
        title_note=_title_note(submission.others, words),
    )


def make_documents(submission: Submission, *, day: date, look: Look = LATEST_LOOK) -> tuple[Document, ...]:
    """Give the statement as the one Word file that is uploaded; the same values give the same bytes."""
    name = f"hrc-{submission.session.number}-item-{submission.item}-{submission.language}.docx"
    data = render_statement(compose(submission, day=day), look)
    return (Document(name=name, media_type=WORD, data=data),)


def entries(submission: Submission) -> tuple[Entry, ...]:
    """Give what is entered beside the file, field by field, in the order of the form."""
    joint = "; ".join(
        one.name for _, group in grouped(submission.joint, submission.language) for one in group
    )
    told = (
        (Sentence("Contact person"), submission.contact.name),
        (Sentence("Telephone"), submission.contact.phone),
        (Sentence("E-mail address"), submission.contact.email),
        (Sentence("Language"), submission.language.upper()),
        (Sentence("Session"), str(submission.session.number)),
        (Sentence("Agenda item"), str(submission.item)),
        (Sentence("NGO, exactly as in the ECOSOC database"), submission.main.name),
        (Sentence("Consultative status"), submission.main.status.capitalize()),
        (Sentence("Joint submitters: general, then special, then Roster"), joint),
        (Sentence("NGOs without status that share its views"), "; ".join(submission.others)),
        (Sentence("Title"), submission.title),
        (Sentence("Subject, where it goes by e-mail"), subject(submission)),
    )
    return tuple(Entry(label=label, value=value) for label, value in told if value)


def subject(submission: Submission) -> str:
    """Give the subject of the mail where a session takes statements by e-mail."""
    return f"{submission.main.name} – written statement(s) submitted to {_ordinal(submission.session.number)} session"


def grouped(joint: Iterable[Ngo], language: str) -> tuple[tuple[Status, tuple[Ngo, ...]], ...]:
    """Give the joint submitters by status, general before special before Roster, each group in alphabetical order."""
    all_of_them = tuple(joint)

    def place(one: Ngo) -> tuple[int, ...]:
        return collation_key(one.name, language)

    found = (
        (status, tuple(sorted((one for one in all_of_them if one.status == status), key=place)))
        for status in STATUSES
    )
    return tuple((status, group) for status, group in found if group)


def _front(submission: Submission, words: Words) -> Iterable[str]:
    colon = "\u00a0: " if submission.language == "fr" else ": "
    yield f"{words.council}{colon}{words.session} {submission.session.number}"
    yield f"{words.item}{colon}{submission.item}"
    yield f"{words.submitted_by}{colon}{submission.main.name} ({words.status[submission.main.status]})"
    for status, group in grouped(submission.joint, submission.language):
        yield f"{words.jointly} ({words.status[status]}){colon}{', '.join(one.name for one in group)}"


def _title_note(others: Sequence[str], words: Words) -> str:
    if not others:
        return ""
    *first, last = others
    names = f"{', '.join(first)}{words.and_}{last}" if first else last
    return (words.several_share if first else words.one_shares).replace("{names}", names)


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    is_teen = number % 100 in range(11, 14)
    return f"{number}{'th' if is_teen else ends.get(number % 10, 'th')}"
