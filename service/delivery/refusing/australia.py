"""Why a letter is no petition to the House of Representatives of Australia yet, and what would make it one (pure)."""

from datetime import date

from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

NAME = "australia"
WORD = Sentence("Petition to the Australian House of Representatives", context="a way of sending")

_CHECKED = date(2026, 11, 27)
_PAGE = "Parliament of Australia, House of Representatives Petitions, Requirements for Petitions"
_ORDERS = "House of Representatives of Australia, Standing Orders (as in the report of the Committee on Petitions, 43rd Parliament, appendix A)"
MOST_WORDS = 250

ADDRESSEE = Rule(
    id="addressee",
    says=Sentence("It is addressed to the Speaker and the House, not to the Prime Minister or a minister."),
    source=_PAGE,
    checked=_CHECKED,
)
LENGTH = Rule(
    id="length",
    says=Sentence("It has at most 250 words, with its reasons and its request."),
    source=_PAGE,
    checked=_CHECKED,
)
NO_LINKS = Rule(
    id="no-links",
    says=Sentence("It refers to no addresses of the web."),
    source=_PAGE,
    checked=_CHECKED,
)
NOTHING_ATTACHED = Rule(
    id="nothing-attached",
    says=Sentence("Nothing is attached: letters, photographs and documents are not considered."),
    source=_PAGE,
    checked=_CHECKED,
)
SIGNATURES = Rule(
    id="signatures",
    says=Sentence(
        "It is signed on the House's own site, or by hand on paper, first by a petitioner with name and address."
    ),
    source=f"{_ORDERS}, 205, Rules for signatures",
    checked=_CHECKED,
)
LANGUAGE = Rule(
    id="language",
    says=Sentence("It is in English, or a certified translation comes with it."),
    source=f"{_ORDERS}, 204, Rules for the form and content of petitions",
    checked=_CHECKED,
)
ORGANIZATIONS = Rule(
    id="organizations",
    says=Sentence(
        "An organization petitions under its common seal; else it is the petition of the people who signed."
    ),
    source=f"{_ORDERS}, 204, Rules for the form and content of petitions",
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (ADDRESSEE, LENGTH, NO_LINKS, NOTHING_ATTACHED, SIGNATURES, LANGUAGE, ORGANIZATIONS)


def examine(facts: LetterFacts) -> tuple[Finding, ...]:
    """Say what keeps this letter from being a petition to the House of Representatives."""
    found = (
        _addressee(facts),
        _length(facts),
        _links(facts),
        _attached(facts),
        _signatures(facts),
        _language(facts),
        _organizations(facts),
    )
    return tuple(finding for finding in found if finding)


def _addressee(facts: LetterFacts) -> Finding | None:
    if NAME in facts.addressed_to:
        return None
    return Finding(
        rule=ADDRESSEE,
        found=Sentence("The letter is addressed to somebody else."),
        instead=Sentence(
            "Send the letter itself to the minister, and write a petition to the Speaker and the House beside it."
        ),
    )


def _length(facts: LetterFacts) -> Finding | None:
    if facts.words <= MOST_WORDS:
        return None
    return Finding(
        rule=LENGTH,
        found=Sentence("It has {words} words, and 250 are taken.", words=f"{facts.words:,}"),
        instead=Sentence("Write a short form: the reasons, and one request to the House."),
    )


def _links(facts: LetterFacts) -> Finding | None:
    if not facts.links:
        return None
    return Finding(
        rule=NO_LINKS,
        found=Sentence("{n} link stands in it.", "{n} links stand in it.", n=facts.links),
        instead=Sentence("Take the links out of the petition."),
    )


def _attached(facts: LetterFacts) -> Finding | None:
    if not facts.annexes:
        return None
    return Finding(
        rule=NOTHING_ATTACHED,
        found=Sentence("It has {n} annex.", "It has {n} annexes.", n=facts.annexes),
        instead=Sentence("Send the annexes to the minister with the letter."),
    )


def _signatures(facts: LetterFacts) -> Finding | None:
    if facts.by_hand and facts.with_address:
        return None
    return Finding(
        rule=SIGNATURES,
        found=Sentence(
            "{n} sign-on was given online here and would not count.",
            "{n} sign-ons were given online here and would not count.",
            n=facts.names,
        ),
        instead=Sentence("Open a petition on the House's own site, and ask the signatories to sign there."),
    )


def _language(facts: LetterFacts) -> Finding | None:
    if facts.is_in("en"):
        return None
    return Finding(
        rule=LANGUAGE,
        found=Sentence("The letter is not in English, and no translation of it is."),
        instead=Sentence("Add a translation into English with the name and address of who certifies it."),
    )


def _organizations(facts: LetterFacts) -> Finding | None:
    if not facts.organizations:
        return None
    return Finding(
        rule=ORGANIZATIONS,
        found=Sentence(
            "{n} organization has signed, without a seal.",
            "{n} organizations have signed, without a seal.",
            n=facts.organizations,
        ),
        forbids=False,
        instead=Sentence(
            "Count on people who sign, and name the organizations in the letter to the minister."
        ),
    )
