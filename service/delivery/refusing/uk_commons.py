"""Why a letter is no paper petition to the House of Commons of the United Kingdom yet, and what would make it one (pure)."""

from datetime import date

from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

NAME = "uk_commons"
WORD = Sentence("Paper petition to the UK House of Commons", context="a way of sending")

_CHECKED = date(2026, 11, 27)
_PETITIONS = "UK Parliament, Public petitions to the House of Commons"
_PAPER = "UK Parliament, Guide to Procedure, Rules for paper petitions"
_FORM = "to the house of commons", "to the honourable the commons"
_PRAYER = (
    "request that the house of commons",
    "urge the house of commons",
    "requests that the house of commons",
    "urges the house of commons",
)
_TOP_SHEET = 2

MEMBER = Rule(
    id="member",
    says=Sentence("Only a Member of the House presents a petition, and signs its top sheet."),
    source="UK Parliament, Guide to Procedure, How to present a paper petition informally",
    checked=_CHECKED,
)
BY_HAND = Rule(
    id="by-hand",
    says=Sentence(
        "Signatures are original and by hand: photocopies and electronic signatures are not permitted."
    ),
    source=f"{_PETITIONS}, What should a Public Petition look like?",
    checked=_CHECKED,
)
TOP_SHEET = Rule(
    id="top-sheet",
    says=Sentence(
        "The top sheet has the whole text, and names, addresses and handwritten signatures of two petitioners at least."
    ),
    source=_PAPER,
    checked=_CHECKED,
)
FORM = Rule(
    id="form",
    says=Sentence(
        "It is addressed to the House of Commons, says who petitions and why, and makes a clear request to the House."
    ),
    source=f"{_PETITIONS}, What should a Public Petition look like?",
    checked=_CHECKED,
)
LANGUAGE = Rule(
    id="language",
    says=Sentence("It is in English, or a translation into English comes with it."),
    source=_PAPER,
    checked=_CHECKED,
)
PLAIN = Rule(
    id="plain",
    says=Sentence("It stands on a plain sheet of paper."),
    source=_PAPER,
    checked=_CHECKED,
)
SUBJECT = Rule(
    id="subject",
    says=Sentence(
        "It is about nothing that is before a court of the United Kingdom, and asks for no public money."
    ),
    source=_PAPER,
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (MEMBER, BY_HAND, TOP_SHEET, FORM, LANGUAGE, PLAIN, SUBJECT)


def examine(facts: LetterFacts) -> tuple[Finding, ...]:
    """Say what keeps this letter from being a paper petition to the House of Commons."""
    found = (_member(facts), _hands(facts), _top_sheet(facts), _form(facts), _language(facts), _plain(facts))
    subject = Finding(
        rule=SUBJECT,
        found=Sentence("Whether a court deals with this letter's matter nobody can tell by its words alone."),
        forbids=False,
    )
    return (*(finding for finding in found if finding), subject)


def _member(facts: LetterFacts) -> Finding | None:
    if facts.presenter:
        return None
    return Finding(
        rule=MEMBER,
        found=Sentence("No Member of the House has agreed to present it."),
        instead=Sentence(
            "Ask the Member of a signatory's constituency, or send the letter to a minister by e-mail and post."
        ),
    )


def _hands(facts: LetterFacts) -> Finding | None:
    if facts.by_hand:
        return None
    return Finding(
        rule=BY_HAND,
        found=Sentence(
            "{n} sign-on was given online and would not count.",
            "{n} sign-ons were given online and would not count.",
            n=facts.names,
        ),
        instead=Sentence(
            "Collect signatures by hand on petition sheets; or start an e-petition on petition.parliament.uk, which has 80 "
            "characters for what it asks and 300 for why."
        ),
    )


def _top_sheet(facts: LetterFacts) -> Finding | None:
    if not facts.by_hand or min(facts.on_first_sheet, facts.with_address) >= min(_TOP_SHEET, facts.by_hand):
        return None
    return Finding(
        rule=TOP_SHEET,
        found=Sentence("Below the whole text fewer than two have signed with their address."),
        instead=Sentence(
            "Let two sign on the sheet that bears the whole text; later sheets repeat the request alone."
        ),
    )


def _form(facts: LetterFacts) -> Finding | None:
    if NAME in facts.addressed_to and facts.says(*_FORM) and facts.says(*_PRAYER):
        return None
    return Finding(
        rule=FORM,
        found=Sentence(
            "It is a letter: it does not address the House, or does not request anything of the House."
        ),
        instead=Sentence(
            "Begin with “To the House of Commons. The Petition of …”, say “Declares that …”, go on “The Petitioners therefore "
            "request that the House of Commons …”, and end “And the Petitioners remain, etc.”"
        ),
    )


def _language(facts: LetterFacts) -> Finding | None:
    if facts.is_in("en"):
        return None
    return Finding(
        rule=LANGUAGE,
        found=Sentence("The letter is not in English, and no translation of it is."),
        instead=Sentence("Add a translation into English, and state that it is correct."),
    )


def _plain(facts: LetterFacts) -> Finding | None:
    if not facts.logos and not facts.annexes:
        return None
    return Finding(
        rule=PLAIN,
        found=Sentence("The letter has a letterhead with logos, or annexes."),
        forbids=False,
        instead=Sentence("Print the petition without letterhead, and leave the annexes out."),
    )
