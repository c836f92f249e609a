"""Why a letter is no petition to the House of Commons of Canada yet, and what would make it one (pure)."""

from datetime import date

from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

NAME = "canada"
WORD = Sentence("Petition to the House of Commons of Canada", context="a way of sending")

_CHECKED = date(2026, 11, 27)
_FORM = "House of Commons of Canada, Form and Content of Petitions: Guidelines"
_PAPER = "House of Commons of Canada, Paper Petitions: Guide for the Public"
_ELECTRONIC = "House of Commons Procedure and Practice, 3rd edition, chapter 22, Electronic Petitions"
_ENOUGH, _ON_FIRST_SHEET = 25, 3
MOST_WORDS = 250

MEMBER = Rule(
    id="member",
    says=Sentence(
        "Only a Member of Parliament presents a petition; one that is opened online needs a Member as its sponsor."
    ),
    source=f"{_PAPER}, What is a petition?",
    checked=_CHECKED,
)
ADDRESSEE = Rule(
    id="addressee",
    says=Sentence(
        "It is addressed to the House of Commons, the Government of Canada, a Minister or a Member of the House."
    ),
    source=f"{_FORM}, Addressee",
    checked=_CHECKED,
)
BY_HAND = Rule(
    id="by-hand",
    says=Sentence(
        "On paper at least 25 citizens or residents of Canada sign by hand, three of them on the first sheet."
    ),
    source=f"{_PAPER}, Signatures",
    checked=_CHECKED,
)
NOTHING_ATTACHED = Rule(
    id="nothing-attached",
    says=Sentence("Nothing is attached to it: no documents, pictures, logos or appeals for support."),
    source=f"{_FORM}, Attachments, Appendices or Extraneous Material",
    checked=_CHECKED,
)
REQUEST = Rule(
    id="request",
    says=Sentence("It requests, and does not demand or insist."),
    source=f"{_FORM}, Text",
    checked=_CHECKED,
)
LANGUAGE = Rule(
    id="language",
    says=Sentence("It is in English or French, or both."),
    source=f"{_FORM}, Language",
    checked=_CHECKED,
)
ELECTRONIC = Rule(
    id="electronic",
    says=Sentence("Online it has at most 250 words and no links; five supporters and a Member open it."),
    source=f"{_ELECTRONIC}, Starting an E-petition",
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (MEMBER, ADDRESSEE, BY_HAND, NOTHING_ATTACHED, REQUEST, LANGUAGE, ELECTRONIC)


def examine(facts: LetterFacts) -> tuple[Finding, ...]:
    """Say what keeps this letter from being a petition to the House of Commons of Canada, on paper or online."""
    found = (
        _member(facts),
        _addressee(facts),
        _hands(facts),
        _attached(facts),
        _request(facts),
        _language(facts),
        _electronic(facts),
    )
    return tuple(finding for finding in found if finding)


def _member(facts: LetterFacts) -> Finding | None:
    if facts.presenter:
        return None
    return Finding(
        rule=MEMBER,
        found=Sentence("No Member of Parliament has agreed to present it."),
        instead=Sentence("Ask a Member of Parliament, or send the letter to a minister by e-mail and post."),
    )


def _addressee(facts: LetterFacts) -> Finding | None:
    if NAME in facts.addressed_to:
        return None
    return Finding(
        rule=ADDRESSEE,
        found=Sentence("The letter is addressed to somebody else."),
        instead=Sentence("Write a petition to one of them that asks for the same."),
    )


def _hands(facts: LetterFacts) -> Finding | None:
    if facts.by_hand >= _ENOUGH and facts.on_first_sheet >= _ON_FIRST_SHEET:
        return None
    return Finding(
        rule=BY_HAND,
        found=Sentence(
            "{n} has signed by hand, {first} of them on the first sheet; sign-ons that were given online here do not count.",
            "{n} have signed by hand, {first} of them on the first sheet; sign-ons that were given online here do not count.",
            n=facts.by_hand,
            first=facts.on_first_sheet,
        ),
        instead=Sentence(
            "Print petition sheets and collect signatures by hand, or open a petition on the House's own site, where 500 "
            "signatures are needed."
        ),
    )


def _attached(facts: LetterFacts) -> Finding | None:
    if not facts.annexes and not facts.logos:
        return None
    return Finding(
        rule=NOTHING_ATTACHED,
        found=Sentence("Annexes: {annexes}; logos: {logos}.", annexes=facts.annexes, logos=facts.logos),
        instead=Sentence("Leave annexes and logos out of the petition."),
    )


def _request(facts: LetterFacts) -> Finding | None:
    if not facts.says(" demand", " insist"):
        return None
    return Finding(
        rule=REQUEST,
        found=Sentence("The letter uses the words “demand” or “insist”."),
        forbids=False,
        instead=Sentence("Say “request” or “call upon” where it speaks to the addressee."),
    )


def _language(facts: LetterFacts) -> Finding | None:
    if facts.is_in("en", "fr"):
        return None
    return Finding(
        rule=LANGUAGE,
        found=Sentence("The letter is neither in English nor in French."),
        instead=Sentence("Write the petition in English or French."),
    )


def _electronic(facts: LetterFacts) -> Finding | None:
    if facts.words <= MOST_WORDS and not facts.links:
        return None
    return Finding(
        rule=ELECTRONIC,
        found=Sentence("Words: {words}; links: {links}.", words=facts.words, links=facts.links),
        # What binds online alone does not keep it from going on paper.
        forbids=False,
        instead=Sentence("For the House's own site write a short form of the asks without links."),
    )
