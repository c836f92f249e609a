"""A submission to a UN review as the Word file that a person uploads (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.delivery.channels.upr.frames import Frame
from service.delivery.channels.upr.words import WORDS, Words
from service.delivery.packed import Entry
from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.headed import Headed
from service.letter.render_statement import Look, render_statement
from service.letter.statement import Statement, count_words, make_statement

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOOK = Look(text=12, title=14, is_plain=False, pages=True)
"""Paragraphs and pages are numbered, as the guides ask; the sizes are ours."""


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one or several organizations submit to a review of one country, in one language.

    `country` is its name in that language; `month` any day of the month of the session. `text` is Markdown. `due` is the last
    day on which it is taken, None where that is not known. `coalition` is what several call themselves.
    """

    frame: Frame
    language: str
    coalition: str
    submitters: tuple[str, ...]
    country: str
    month: date
    text: str
    due: date | None = None


def title_of(contribution: Contribution) -> str:
    """Give the title as the guides want it: who, what, which country, month and year."""
    words = _words(contribution)
    is_joint = len(contribution.submitters) > 1
    kind = words.kind(contribution.frame.id, is_joint=is_joint)
    who = contribution.coalition if is_joint else contribution.submitters[0]
    when = f"{words.months.split()[contribution.month.month - 1]} {contribution.month.year}"
    return " – ".join((who, kind, contribution.country, when))


def compose(contribution: Contribution, *, day: date) -> Statement:
    """Lay out the submission as of a day: the names of all submitters first.

    Raises Refused where nobody submits it, for a language that is not taken, and for a text that cannot be laid out.
    """
    if not contribution.submitters:
        raise Refused(Sentence("Nobody submits it: name one organization or several."))
    head = Headed(
        language=contribution.language,
        direction="ltr",
        coalition=contribution.coalition,
        day=day.isoformat(),
        title=title_of(contribution),
    )
    names = "; ".join(contribution.submitters)
    return make_statement(contribution.text, head, front=(f"{_words(contribution).submitted_by} {names}",))


def make_documents(contribution: Contribution, *, day: date, look: Look = LOOK) -> tuple[Document, ...]:
    """Give the submission as the one Word file that is uploaded; the same values give the same bytes."""
    name = f"{contribution.frame.id}-{contribution.month:%Y-%m}-{contribution.language}.docx"
    data = render_statement(compose(contribution, day=day), look)
    return (Document(name=name, media_type=WORD, data=data),)


def entries(contribution: Contribution) -> tuple[Entry, ...]:
    """Give what is entered beside the file, field by field; raises Refused as compose()."""
    counted = count_words(compose(contribution, day=contribution.month))
    told: tuple[tuple[Sentence, str | Sentence], ...] = (
        (Sentence("Review"), contribution.frame.name),
        (Sentence("Country under review"), contribution.country),
        (Sentence("Month of the session"), f"{contribution.month:%Y-%m}"),
        (Sentence("Title"), title_of(contribution)),
        (Sentence("Language"), contribution.language.upper()),
        (Sentence("Submitters"), "; ".join(contribution.submitters)),
        (Sentence("Number of words, notes among them"), str(counted.limited)),
    )
    return tuple(Entry(label=label, value=value) for label, value in told)


def _words(contribution: Contribution) -> Words:
    found: Mapping[str, Words] = WORDS
    if contribution.language not in found:
        raise Refused(Sentence("It is in English, French or Spanish: choose one of these languages."))
    return found[contribution.language]
