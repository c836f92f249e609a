"""What a UN review asks of a submission, and what of one does not fit it (pure)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.delivery.channels.upr.frames import FRAMES, TREATY_GUIDE, Frame, Limit, limits_of
from service.delivery.channels.upr.packet import Contribution, compose
from service.delivery.channels.upr.words import WORDS
from service.delivery.rules import Finding, Rule
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.statement import WordCount, count_words

WORDS_ON_A_PAGE = 500
"""Pages are counted in Word; this gives an estimate before that, and forbids nothing."""

_CHECKED = date(2026, 11, 27)
_GENEVA = ZoneInfo("Europe/Zurich")
_UPR = FRAMES["upr"].guide

LANGUAGE = Rule(
    id="language",
    says=Sentence("A submission is in English, French or Spanish."),
    source=f"{_UPR}; {FRAMES['ccpr'].guide}",
    checked=_CHECKED,
)
LENGTH = Rule(
    id="length",
    says=Sentence("Each committee says for its session how long a submission may be."),
    source=TREATY_GUIDE,
    checked=_CHECKED,
)
SUBMITTERS = Rule(
    id="submitters",
    says=Sentence("The names of all submitters stand at the beginning."),
    source=_UPR,
    checked=_CHECKED,
)
COUNTRY = Rule(
    id="country",
    says=Sentence("A submission is about one country."),
    source=_UPR,
    checked=_CHECKED,
)
NUMBERED = Rule(
    id="numbered",
    says=Sentence("Paragraphs and pages are numbered."),
    source=_UPR,
    checked=_CHECKED,
)
DEADLINE = Rule(
    id="deadline",
    says=Sentence("What comes late is not considered."),
    source=_UPR,
    checked=_CHECKED,
)
FILE = Rule(
    id="word-file",
    says=Sentence("A submission is one Word file, uploaded by a registered person."),
    source=_UPR,
    checked=_CHECKED,
)
OWN = Rule(
    id="own-words",
    says=Sentence("Reports of other bodies are cited, and never annexed."),
    source=_UPR,
    checked=_CHECKED,
)

PUBLISHED = Rule(
    id="published",
    says=Sentence("A submission is published with the names of its submitters."),
    source=f"{_UPR}; {FRAMES['ccpr'].guide}",
    checked=_CHECKED,
)


def length_rule(frame: Frame, limit: Limit) -> Rule:
    """Give the rule of one limit; of a number that nobody has read at its source, the source says so."""
    alone, joint = f"{limit.alone:,}", f"{limit.joint:,}"
    if limit.unit == "pages":
        says = Sentence(
            "{review}: at most {alone} pages of one organization, {joint} of several.",
            review=frame.name,
            alone=alone,
            joint=joint,
        )
    else:
        says = Sentence(
            "{review}: at most {alone} words of one organization, {joint} of several.",
            review=frame.name,
            alone=alone,
            joint=joint,
        )
    source = limit.source if limit.is_verified else f"{limit.source} – NOT VERIFIED, known by hearsay only"
    return Rule(id=f"{frame.id}-length-{limit.unit}", says=says, source=source, checked=limit.checked)


RULES: tuple[Rule, ...] = (
    *(length_rule(frame, limit) for frame in FRAMES.values() for limit in frame.limits),
    LANGUAGE, LENGTH, SUBMITTERS, COUNTRY, NUMBERED, DEADLINE, FILE, OWN,
    PUBLISHED,
)  # fmt: skip


def examine(contribution: Contribution, *, settings: Mapping[str, str], now: datetime) -> tuple[Finding, ...]:
    """Give what of a submission does not fit; nothing where a person can upload it. Raises Refused for wrong settings."""
    return (
        *_language(contribution),
        *_submitters(contribution),
        *_country(contribution),
        *_text(contribution, limits_of(contribution.frame, settings)),
        *_deadline(contribution, now),
    )


def _language(contribution: Contribution) -> Iterator[Finding]:
    if contribution.language not in WORDS:
        yield Finding(
            rule=LANGUAGE,
            found=Sentence("It is in the language “{language}”.", language=contribution.language),
            instead=Sentence("Give it in English, French or Spanish."),
        )


def _submitters(contribution: Contribution) -> Iterator[Finding]:
    if not contribution.submitters or not all(name.strip() for name in contribution.submitters):
        yield Finding(rule=SUBMITTERS, found=Sentence("A submitter has no name, or there is none."))
    elif len(contribution.submitters) > 1 and not contribution.coalition.strip():
        yield Finding(
            rule=SUBMITTERS,
            found=Sentence("Several submit it, and have no name together."),
            instead=Sentence("Name the coalition: it stands in the title."),
        )


def _country(contribution: Contribution) -> Iterator[Finding]:
    if not contribution.country.strip():
        yield Finding(rule=COUNTRY, found=Sentence("No country is named."))


def _text(contribution: Contribution, limits: tuple[Limit, ...]) -> Iterator[Finding]:
    if contribution.language not in WORDS or not contribution.submitters:
        return
    try:
        counted = count_words(compose(contribution, day=contribution.month))
    except Refused as refused:
        yield Finding(rule=NUMBERED, found=Sentence("It cannot be laid out: {why}", why=refused.args[0]))
        return
    if not limits:
        yield Finding(
            rule=LENGTH,
            found=Sentence("Nobody has entered how long a submission to this committee may be."),
            forbids=False,
            instead=Sentence("Look it up in the committee's note for the session, and enter it."),
        )
    for limit in limits:
        yield from _length(contribution, limit, counted)


def _length(contribution: Contribution, limit: Limit, counted: WordCount) -> Iterator[Finding]:
    rule = length_rule(contribution.frame, limit)
    most = limit.most(len(contribution.submitters))
    pages = -(-counted.whole // WORDS_ON_A_PAGE)
    if limit.unit == "pages" and pages > most:
        yield Finding(
            rule=rule,
            found=Sentence("It has about {pages} pages; {most} are allowed.", pages=pages, most=most),
            forbids=False,
            instead=Sentence("Count its pages in Word."),
        )
    if limit.unit == "words" and counted.limited > most:
        yield Finding(
            rule=rule,
            found=Sentence(
                "It has {words} words, {notes} of them in notes; {most} are allowed.",
                words=f"{counted.limited:,}",
                notes=f"{counted.notes:,}",
                most=f"{most:,}",
            ),
            forbids=limit.is_verified,
            instead=Sentence("Shorten it by {over} words.", over=f"{counted.limited - most:,}"),
        )


def _deadline(contribution: Contribution, now: datetime) -> Iterator[Finding]:
    if contribution.due is None:
        yield Finding(
            rule=DEADLINE,
            found=Sentence("Nobody has entered the last day."),
            forbids=False,
            instead=Sentence("Look it up in the calendar of the review."),
        )
    elif now.astimezone(_GENEVA).date() > contribution.due:
        yield Finding(
            rule=DEADLINE, found=Sentence("The last day was {day}.", day=contribution.due.isoformat())
        )
