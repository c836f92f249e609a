"""Letters of constituents as tests need them: one that is right, and as many others as are wanted, all different."""

import dataclasses
import random
from datetime import UTC, date, datetime

from service.delivery.channels.cwc.house import HOUSE
from service.delivery.channels.soapbox.senate import SENATE
from service.delivery.congress.chamber import Chamber
from service.delivery.congress.constituent import Constituent
from service.delivery.congress.letter import Agent, Bill, ConstituentLetter, Organization, Plea, Stance
from service.delivery.congress.limits import STATES, TOPICS
from service.delivery.office_list import Offices

KEY = "0123456789abcdef0123456789abcdef"
# A Tuesday at noon in Washington: both chambers are open.
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
AGENT = Agent(
    name="Example Delivery Agent",
    acknowledge_to="ack@agent.example.org",
    contact_name="Jane Example",
    contact_email="jane@agent.example.org",
    contact_phone="202-555-0100",
)
COALITION = Organization(
    name="Example Coalition",
    about="A coalition of 59 human-rights organizations.",
    contact_name="Sam Coordinator",
    contact_email="sam@coalition.example.org",
    contact_phone="202-555-0101",
)
PLEA = Plea(
    slug="summit-letter-2026",
    subject="Please raise the coalition letter before the summit",
    topics=("International Affairs", "Civil Rights and Liberties, Minority Issues"),
    statement="Statement written by the coalition (campaign text).",
    bills=(Bill(congress=119, kind="hres", number=100),),
    stance=Stance.PRO,
    more_info="https://coalition.example.org/letter",
)
PERSON = Constituent(
    prefix="Ms.",
    first_name="Alexandrina",
    middle_name="Q.",
    last_name="Constituent-Okafor",
    suffix="Jr.",
    title="Teacher",
    organization="Example School",
    address="100 Example Street",
    address_2="Apt. 4",
    city="Arlington",
    state="VA",
    zip="22201-0001",
    phone="703-555-0102",
    email="alex@example.org",
    own_words="Words personally written by the constituent.",
    is_email_confirmed=True,
)
LETTER = ConstituentLetter(
    key=KEY,
    day=date(2026, 5, 1),
    office="HVA08",
    agent=AGENT,
    organization=COALITION,
    plea=PLEA,
    constituent=PERSON,
)
_ALPHABETS = (
    "abcdefghijklmnop qrstuvwxyz,.",
    "ÄÖÜäöüßéèçñ æøå ",
    "αβγδ ЖЗИЙ العربية 你好世界 ",
    "<>&\"' ]]> -- ",
    "🙂🌊👩‍👧 ",
)


def person(**changes) -> Constituent:
    """Give the constituent with other values."""
    return dataclasses.replace(PERSON, **changes)


def plea(**changes) -> Plea:
    """Give the campaign's part with other values."""
    return dataclasses.replace(PLEA, **changes)


def letter(**changes) -> ConstituentLetter:
    """Give the letter with other values."""
    return dataclasses.replace(LETTER, **changes)


def senate_letter(**changes) -> ConstituentLetter:
    """Give the letter as it goes to a Senator of California."""
    to_a_senator = {
        "office": "SCA03",
        "plea": plea(bills=(Bill(congress=119, kind="S.Res.", number=100),)),
        "constituent": person(state="CA"),
    }
    return dataclasses.replace(LETTER, **{**to_a_senator, **changes})


def offices(*codes: str, fetched_at: datetime = NOON) -> Offices:
    """Give a list of offices."""
    return Offices(names=dict.fromkeys(codes, ""), fetched_at=fetched_at)


def any_letters(chamber: Chamber, *, count: int, seed: int) -> list[ConstituentLetter]:
    """Make so many letters that a chamber takes, each at random within all limits, and many at their very ends."""
    dice = random.Random(seed)  # noqa: S311 -- chance for a test, no secret
    return [_any_letter(chamber, dice) for _ in range(count)]


def _any_letter(chamber: Chamber, dice: random.Random) -> ConstituentLetter:
    state = dice.choice(STATES.split("|"))
    return ConstituentLetter(
        key=f"{dice.getrandbits(128):032x}",
        day=date(2026, 1, 1).replace(month=dice.randint(1, 12), day=dice.randint(1, 28)),
        office=_office(chamber, state, dice),
        agent=Agent(
            name=_text(dice, 4),
            acknowledge_to=_email(dice),
            contact_name=_text(dice, 6),
            contact_email=_email(dice),
            contact_phone=_phone(dice),
        ),
        organization=Organization(
            name=_maybe(dice, _text(dice, chamber.least_organization)),
            about=_maybe(dice, _text(dice, 6)),
            contact_name=_maybe(dice, _text(dice, 2)),
            contact_email=_maybe(dice, _email(dice)),
            contact_phone=_maybe(dice, _phone(dice)),
        ),
        plea=_any_plea(chamber, dice),
        constituent=_any_person(chamber, state, dice),
    )


def _any_plea(chamber: Chamber, dice: random.Random) -> Plea:
    return Plea(
        slug=dice.choice(["a1", "clean-river", "x" * 400]),
        subject=_text(dice, 6),
        topics=tuple(dice.sample(TOPICS, dice.randint(1, 4))),
        statement=_text(dice, 6, 10_000, may_break=True),
        bills=tuple(
            Bill(congress=dice.randint(1, 200), kind=dice.choice(chamber.bills), number=dice.randint(1, 9999))
            for _ in range(dice.randint(0, 3))
        ),
        stance=dice.choice([None, Stance.PRO, Stance.CON]),
        more_info=_maybe(dice, dice.choice(["https://a.example/letter?x=1&y=%20", "http://b.example:8080/"])),
    )


def _any_person(chamber: Chamber, state: str, dice: random.Random) -> Constituent:
    return Constituent(
        prefix=dice.choice(chamber.prefixes or ("Mx", "Mr.", "Rev. Dr.")),
        first_name=_text(dice, 1),
        middle_name=_maybe(dice, _text(dice, 1)),
        last_name=_text(dice, 1),
        suffix=_maybe(dice, _text(dice, 1)),
        title=_maybe(dice, _text(dice, 1)),
        organization=_maybe(dice, _text(dice, 3)),
        address=_text(dice, 3),
        address_2=_maybe(dice, _text(dice, 3)),
        address_3=_maybe(dice, _text(dice, 3)),
        city=_text(dice, 3),
        state=state,
        zip=f"{dice.randint(0, 99999):05d}" + dice.choice(["", f"-{dice.randint(0, 9999):04d}"]),
        phone=_maybe(dice, _phone(dice)),
        email=_email(dice),
        own_words=_maybe(dice, _text(dice, 6, 10_000, may_break=True)),
        is_email_confirmed=dice.random() < 0.5,
        wants_answer=dice.random() < 0.5,
    )


def _office(chamber: Chamber, state: str, dice: random.Random) -> str:
    if chamber is SENATE:
        return f"S{state}0{dice.randint(1, 3)}"
    assert chamber is HOUSE
    return f"H{'AQ' if state == 'AS' else state}{dice.randint(0, 53):02d}"


def _text(dice: random.Random, least: int, most: int = 500, *, may_break: bool = False) -> str:
    """Make a text that has no blank at its ends and no two side by side, as what is written has none."""
    length = dice.choice([least, most, dice.randint(least, most), dice.randint(least, least + 20)])
    alphabet = dice.choice(_ALPHABETS)
    text = " ".join("".join(dice.choices(alphabet, k=length)).split()).strip()
    # What looks like a placeholder would be refused.
    text = (text + "x" * length)[:length].replace("<<", "<&")
    text = text if not text.endswith(" ") else f"{text[:-1]}x"
    return text.replace("x x", "x\nx") if may_break and length > 100 else text


def _email(dice: random.Random) -> str:
    return f"{dice.choice(['a', 'anna.example+tag', 'ö'])}@{dice.choice(['a.example', 'mail.lakes.example'])}"


def _phone(dice: random.Random) -> str:
    return f"{dice.randint(200, 999)}-555-{dice.randint(0, 9999):04d}"


def _maybe(dice: random.Random, text: str) -> str:
    return text if dice.random() < 0.5 else ""
