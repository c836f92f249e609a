"""Why a letter is no petition to the German Bundestag yet, and what would make it one (pure)."""

from datetime import date

from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence

NAME = "bundestag"
WORD = Sentence("Petition to the German Bundestag", context="a way of sending")

_CHECKED = date(2026, 11, 27)
_PORTAL = "Deutscher Bundestag, Petitionsplattform"

NOT_BY_MAIL = Rule(
    id="not-by-mail",
    says=Sentence(
        "A plain e-mail is not enough: a petition comes by the form of the petitions site, or signed by post."
    ),
    source=f"{_PORTAL}, FAQ, Kann man eine Petition per E-Mail einreichen?",
    checked=_CHECKED,
)
BY_HAND = Rule(
    id="by-hand",
    says=Sentence("Whoever signs a joint petition gives name, address and a handwritten signature."),
    source=f"{_PORTAL}, Sammelpetitionen; Verfahrensgrundsätze des Petitionsausschusses, 4",
    checked=_CHECKED,
)
NO_MACHINE_LISTS = Rule(
    id="no-machine-lists",
    says=Sentence(
        "Lists of supporters made by machine, such as of names and e-mail addresses, are not recognized."
    ),
    source=f"{_PORTAL}, FAQ, Wie und wo kann man online mitzeichnen?",
    checked=_CHECKED,
)
A_PETITION = Rule(
    id="a-petition",
    says=Sentence(
        "It asks for something, or complains of something, that the Federation is responsible for."
    ),
    source=f"{_PORTAL}, FAQ, Was sind Petitionen?",
    checked=_CHECKED,
)
ONE_CONTACT = Rule(
    id="one-contact",
    says=Sentence("A joint petition names its main petitioner, or one whom the committee writes to."),
    source=f"{_PORTAL}, Sammelpetitionen; Verfahrensgrundsätze des Petitionsausschusses, 2.2.2",
    checked=_CHECKED,
)

RULES: tuple[Rule, ...] = (NOT_BY_MAIL, BY_HAND, NO_MACHINE_LISTS, A_PETITION, ONE_CONTACT)


def examine(facts: LetterFacts) -> tuple[Finding, ...]:
    """Say what keeps this letter from being a petition to the Bundestag."""
    found = (_mail(facts), _hands(facts), _list(facts), _petition(facts), _contact(facts))
    return tuple(finding for finding in found if finding)


def _mail(facts: LetterFacts) -> Finding | None:
    if facts.by_hand:
        return None
    return Finding(
        rule=NOT_BY_MAIL,
        found=Sentence("It was signed here, and nobody has signed it by hand."),
        instead=Sentence(
            "One organization enters the letter in the form of the petitions site, or prints it, signs it by hand with its name "
            "and address, and posts it to the Petitions Committee."
        ),
    )


def _hands(facts: LetterFacts) -> Finding | None:
    if not facts.by_hand or facts.with_address == facts.by_hand:
        return None
    return Finding(
        rule=BY_HAND,
        found=Sentence(
            "{n} signed by hand without an address.",
            "{n} signed by hand without an address.",
            n=facts.by_hand - facts.with_address,
        ),
        forbids=facts.with_address == 0,
        instead=Sentence("Have each of them add name and address beside the signature."),
    )


def _list(facts: LetterFacts) -> Finding | None:
    online = facts.names - facts.by_hand
    if online <= 0:
        return None
    return Finding(
        rule=NO_MACHINE_LISTS,
        found=Sentence(
            "{n} sign-on was given online and would not count.",
            "{n} sign-ons were given online and would not count.",
            n=online,
        ),
        forbids=False,
        instead=Sentence(
            "Ask them to sign on the petitions site once it shows the petition, or by hand on its sheet."
        ),
    )


def _petition(facts: LetterFacts) -> Finding | None:
    if NAME in facts.addressed_to:
        return None
    return Finding(
        rule=A_PETITION,
        found=Sentence("The letter is addressed to somebody else."),
        instead=Sentence(
            "Write to the Petitions Committee what the Bundestag itself should do, with the letter as its annex."
        ),
    )


def _contact(facts: LetterFacts) -> Finding | None:
    if facts.names < 2:
        return None
    return Finding(
        rule=ONE_CONTACT,
        found=Sentence("{n} has signed.", "{n} have signed.", n=facts.names),
        forbids=False,
        instead=Sentence("Name one organization that the committee writes to."),
    )
