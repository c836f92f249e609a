"""Why a letter is no petition to the European Parliament yet, and what would make it one (pure)."""

from datetime import date

from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

NAME = "eu_petition"
WORD = Sentence("Petition to the European Parliament", context="a way of sending")

_CHECKED = date(2026, 11, 27)
_FAQ = "European Parliament, Petitions Portal, Frequently asked questions"
_RULES = "European Parliament, Rules of Procedure (9th term), Rule 226, Right of petition"
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"

NOT_BY_MAIL = Rule(
    id="not-by-mail",
    says=Sentence(
        "A petition comes by the Petitions Portal or by post; by e-mail or fax it cannot be processed."
    ),
    source=f"{_FAQ}, How do I submit a petition?",
    checked=_CHECKED,
)
SIGNED = Rule(
    id="signed",
    says=Sentence("On paper it is signed, and gives the name, nationality and home of the petitioner."),
    source=f"{_FAQ}, How do I submit a petition?",
    checked=_CHECKED,
)
A_PETITION = Rule(
    id="a-petition",
    says=Sentence(
        "What is clearly not meant as a petition to Parliament is not registered as one, but passed on."
    ),
    source=f"{_RULES}, paragraph 3",
    checked=_CHECKED,
)
WHO = Rule(
    id="who",
    says=Sentence(
        "Citizens and residents of the Union may petition, and organizations with their seat in a Member State."
    ),
    source=f"{_RULES}, paragraph 1; Treaty on the Functioning of the European Union, article 227",
    checked=_CHECKED,
)
LANGUAGE = Rule(
    id="language",
    says=Sentence(
        "It is written in an official language of the Union, or a translation into one is attached."
    ),
    source=f"{_RULES}, paragraph 6",
    checked=_CHECKED,
)
SUBJECT = Rule(
    id="subject",
    says=Sentence(
        "It is about something that the Union deals with, and that affects the petitioner directly."
    ),
    source=f"{_RULES}, paragraph 1",
    checked=_CHECKED,
)
ONE_SPEAKS = Rule(
    id="one-speaks",
    says=Sentence(
        "Where several sign, they name one who speaks for them; else the first who signed is the petitioner."
    ),
    source=f"{_RULES}, paragraph 4",
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (NOT_BY_MAIL, SIGNED, A_PETITION, WHO, LANGUAGE, SUBJECT, ONE_SPEAKS)


def examine(facts: LetterFacts) -> tuple[Finding, ...]:
    """Say what keeps this letter from being a petition to the European Parliament."""
    found = (_signed(facts), _petition(facts), _who(facts), _language(facts), _subject(), _one(facts))
    return tuple(finding for finding in found if finding)


def _signed(facts: LetterFacts) -> Finding | None:
    if facts.with_address:
        return None
    return Finding(
        rule=SIGNED if facts.by_hand else NOT_BY_MAIL,
        found=(
            Sentence("It is signed by hand, and gives no home of those who signed.")
            if facts.by_hand
            else Sentence("It was signed here, and nobody has signed it by hand.")
        ),
        instead=Sentence(
            "One organization with its seat in the Union enters the letter in the Petitions Portal in its own name, or prints it, "
            "signs it with name, nationality and address, and posts it to the Committee on Petitions."
        ),
    )


def _petition(facts: LetterFacts) -> Finding | None:
    if NAME in facts.addressed_to:
        return None
    return Finding(
        rule=A_PETITION,
        found=Sentence("The letter is addressed to somebody else."),
        instead=Sentence("Write a petition to the European Parliament with the letter as its annex."),
    )


def _who(facts: LetterFacts) -> Finding | None:
    inside = sum(count for country, count in facts.countries.items() if country in _MEMBERS.split())
    if inside:
        return None
    return Finding(
        rule=WHO,
        found=Sentence("Of none who signed it is known that the home or the seat is in the Union."),
        instead=Sentence("Find one organization with its seat in a Member State, and let it petition."),
    )


def _language(facts: LetterFacts) -> Finding | None:
    if facts.is_in(*_LANGUAGES.split()):
        return None
    return Finding(
        rule=LANGUAGE,
        found=Sentence("The letter is in no official language of the Union, and no translation is in one."),
        instead=Sentence("Attach a translation into one of the twenty-four official languages."),
    )


def _subject() -> Finding:
    return Finding(
        rule=SUBJECT,
        found=Sentence(
            "Whether this letter's matter is one of the Union's nobody can tell by its words alone."
        ),
        forbids=False,
    )


def _one(facts: LetterFacts) -> Finding | None:
    if facts.names < 2:
        return None
    return Finding(
        rule=ONE_SPEAKS,
        found=Sentence("{n} has signed.", "{n} have signed.", n=facts.names),
        forbids=False,
        instead=Sentence("Name the organization that speaks for all, and its deputies."),
    )
