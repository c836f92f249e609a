"""What both chambers ask of a constituent's letter, where it is written, and what was found of one (pure)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from service.delivery.congress.chamber import Chamber
from service.delivery.congress.letter import OWN_WORDS, STATEMENT, ConstituentLetter, Plea, leaves, tree_of
from service.delivery.congress.limits import TOPICS, Limit, limits_of
from service.delivery.congress.names import plain_name
from service.delivery.congress.placeholders import placeholders_in
from service.delivery.office_list import Offices, why_unlisted, why_useless
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

_CHECKED = date(2026, 11, 27)
_OWN = "EFForg/phantom-of-the-capitol, pull request 98"
_SCHOOL = "Faults of open-source senders to Congress: communisaas/commons, EFForg/phantom-of-the-capitol (fixtures.rb)"

# Of what a constituent gave nothing is repeated, not even a placeholder.
_OF_THE_CAMPAIGN = frozenset({"Subject", STATEMENT, "Organization", "OrganizationAbout"})
# XML 1.0, section 2.2.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_A_SENTENCE = 40
# The office's code has another letter than the postal code for American Samoa.
_STATE_OF = {"AQ": "AS"}


def _rule(name: str, says: Sentence, source: str) -> Rule:
    return Rule(id=name, says=says, source=source, checked=_CHECKED)


SOMETHING_TO_SAY = _rule(
    "something-to-say",
    Sentence("A letter has the coalition's statement, the constituent's own words, or both."),
    "",
)
TOPIC = _rule("topics", Sentence("At least one of the 32 topics of the Library of Congress is named."), "")
BILL = _rule(
    "bills", Sentence("A bill has the number of its Congress, a kind from the list, and its number."), ""
)
CHARACTERS = _rule(
    "characters",
    Sentence("The text has no control characters."),
    "W3C, Extensible Markup Language 1.0, section 2.2",
)
PLACEHOLDER = _rule("placeholders", Sentence("Nothing is left to be filled in."), _SCHOOL)
OWN = _rule(
    "own-words", Sentence("A constituent's own words are the constituent's, not the campaign's."), _OWN
)
LISTED = _rule("office-listed", Sentence("The office takes letters this way."), "")
FRESH = _rule("offices-fresh", Sentence("The list of offices is not older than a day."), _SCHOOL)
OWN_MEMBER = _rule("own-member", Sentence("A constituent writes to the own Member."), "")


def rules_of(chamber: Chamber) -> tuple[Rule, ...]:
    """Give all rules of a chamber; those that its schema or its programme makes name it as their source."""
    by_limits = (_rule_of(limit, chamber) for limit in limits_of(chamber))
    others = (SOMETHING_TO_SAY, TOPIC, BILL, CHARACTERS, PLACEHOLDER, OWN, LISTED, FRESH, OWN_MEMBER)
    return (*by_limits, *(_of(chamber, rule) for rule in others))


def examine(
    letter: ConstituentLetter, *, chamber: Chamber, offices: Offices | None, now: datetime
) -> tuple[Finding, ...]:
    """Say what of a letter does not fit a chamber's rules; no sentence repeats what the constituent gave.

    `offices` is the last good list, None where none was ever fetched. What gives no finding that forbids is valid by the
    chamber's schema.
    """
    return (*examine_words(letter, chamber=chamber), *_by_office(letter, chamber, offices, now))


def examine_words(letter: ConstituentLetter, *, chamber: Chamber) -> tuple[Finding, ...]:
    """Say what of the words of a letter does not fit, as examine() does, without asking whether its office takes any."""
    texts = dict(leaves(tree_of(letter)))
    return (
        *(found for limit in limits_of(chamber) for found in by_limit(limit, texts, chamber)),
        *_by_plea(letter.plea, texts, chamber),
        *_by_words(letter, texts),
    )


def is_of_state(office: str, state: str) -> bool:
    """Tell whether an office, by its code, is of a state, by its two letters."""
    there = office[1:3]
    return _STATE_OF.get(there, there) == state


def _of(chamber: Chamber, rule: Rule) -> Rule:
    source = rule.source or (chamber.programme if rule in (LISTED, OWN_MEMBER) else chamber.source)
    return replace(rule, source=source)


def _rule_of(limit: Limit, chamber: Chamber) -> Rule:
    what = plain_name(limit.element)
    if limit.like:
        says = Sentence("{what}: {like}.", what=what, like=limit.like)
    else:
        says = Sentence(
            "{what}: from {least} to {most} characters.", what=what, least=limit.least, most=limit.most
        )
    name = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "-", limit.element).lower()
    return replace(_rule(name, says, chamber.source), checked=chamber.checked)


def by_limit(limit: Limit, texts: Mapping[str, str], chamber: Chamber) -> Iterator[Finding]:
    """Say what of one element, among the texts by element, does not keep its limit."""
    text, what, rule = texts.get(limit.element, ""), plain_name(limit.element), _rule_of(limit, chamber)
    if not text:
        if limit.is_needed:
            yield Finding(rule=rule, found=Sentence("{what} is missing.", what=what))
    elif limit.pattern:
        if not re.fullmatch(limit.pattern, text):
            yield Finding(
                rule=rule,
                found=Sentence("{what} does not have the form that is asked for.", what=what),
                instead=Sentence("Write {like}.", like=limit.like),
            )
    elif not limit.least <= len(text) <= limit.most:
        yield Finding(
            rule=rule,
            found=Sentence(
                "{what} has {n} character; from {least} to {most} are taken.",
                "{what} has {n} characters; from {least} to {most} are taken.",
                what=what,
                n=len(text),
                least=limit.least,
                most=limit.most,
            ),
        )


def _by_plea(plea: Plea, texts: Mapping[str, str], chamber: Chamber) -> Iterator[Finding]:
    something, topics, bills = (
        replace(rule, source=chamber.source) for rule in (SOMETHING_TO_SAY, TOPIC, BILL)
    )
    if STATEMENT not in texts and OWN_WORDS not in texts:
        yield Finding(rule=something, found=Sentence("The letter says nothing."))
    if not plea.topics:
        yield Finding(rule=topics, found=Sentence("No topic is chosen."))
    for topic in plea.topics:
        if topic not in TOPICS:
            yield Finding(rule=topics, found=Sentence("“{topic}” is no topic of the list.", topic=topic))
    for bill in plea.bills:
        if bill.kind not in chamber.bills:
            yield Finding(
                rule=bills,
                found=Sentence("“{kind}” is no kind of bill that is taken.", kind=bill.kind),
                instead=Sentence("Write one of {words}.", words=", ".join(chamber.bills)),
            )
        if bill.congress < 1 or bill.number < 1:
            yield Finding(
                rule=bills, found=Sentence("A bill's Congress and number are whole numbers above 0.")
            )


def _by_words(letter: ConstituentLetter, texts: Mapping[str, str]) -> Iterator[Finding]:
    for element, text in leaves(tree_of(letter)):
        what = plain_name(element)
        if _NO_XML.search(text):
            yield Finding(rule=CHARACTERS, found=Sentence("{what} has a control character in it.", what=what))
        if left := placeholders_in(text):
            yield Finding(
                rule=PLACEHOLDER, found=_still(element, left), instead=Sentence("Fill it in, or take it out.")
            )
    own, statement = _folded(texts.get(OWN_WORDS, "")), _folded(texts.get(STATEMENT, ""))
    # A few words may well be the same.
    if own and (own == statement or (len(statement) >= _A_SENTENCE and statement in own)):
        yield Finding(
            rule=OWN,
            found=Sentence("The constituent's own words repeat the coalition's statement."),
            instead=Sentence("Leave the own words empty, or let the constituent write some."),
        )


def _still(element: str, left: tuple[str, ...]) -> Sentence:
    what = plain_name(element)
    if element in _OF_THE_CAMPAIGN:
        return Sentence("{what}: {left} is still to be filled in.", what=what, left=", ".join(left))
    return Sentence("{what}: something is still to be filled in.", what=what)


def _by_office(
    letter: ConstituentLetter, chamber: Chamber, offices: Offices | None, now: datetime
) -> Iterator[Finding]:
    listed, own_member = _of(chamber, LISTED), _of(chamber, OWN_MEMBER)
    useless = why_useless(offices, now=now)
    if useless is not None:
        rule = listed if offices is None else FRESH
        yield Finding(rule=rule, found=useless, instead=Sentence("Fetch the list of offices."))
    if offices is None:
        return
    unlisted = why_unlisted(offices, letter.office, now=now)
    if unlisted is not None:
        yield Finding(
            rule=listed,
            found=unlisted,
            instead=Sentence("Write to the office by post, or by the form on its page."),
        )
    if useless is None and not offices.is_fresh(now=now):
        yield Finding(
            rule=FRESH,
            found=offices.age(now=now),
            forbids=False,
            instead=Sentence("Fetch the list of offices."),
        )
    if not is_of_state(letter.office, letter.constituent.state):
        yield Finding(
            rule=own_member,
            found=Sentence(
                "The office {office} is of another state than the constituent.", office=letter.office
            ),
            forbids=False,
        )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
