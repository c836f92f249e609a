"""A letter with as many signatories as are wanted: the same for everybody, at every run."""

import hashlib
from collections.abc import Sequence
from datetime import date

from service.letter.copy import Copy, make_copy
from service.letter.edition import Contact, Edition, Office, Signatory, Text

_WORDS = [
    "River",
    "Lake",
    "Human",
    "Rights",
    "Watch",
    "Alliance",
    "Network",
    "Foundation",
    "International",
    "Women",
    "Youth",
    "Climate",
    "Justice",
    "Action",
    "Group",
    "Centre",
    "Forum",
    "People",
    "Water",
    "Union",
    "Observatory",
    "Federation",
    "Initiative",
    "Delta",
    "Mountain",
    "Valley",
    "Solidarity",
]
_FIRST = [
    "Anna",
    "Ben",
    "Chiara",
    "David",
    "Élise",
    "Farid",
    "Grace",
    "Hồng",
    "Iván",
    "Jana",
    "Kofi",
    "Łucja",
    "Miriam",
    "Nils",
    "Olga",
    "Pedro",
    "Rosa",
    "Sven",
    "Tomáš",
    "Yusuf",
]
_LAST = [
    "Almeida",
    "Berg",
    "Çelik",
    "Dubois",
    "Eriksen",
    "Fernández",
    "García",
    "Horváth",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lê",
    "Müller",
    "Novák",
    "Okafor",
    "Petrov",
]
_COUNTRIES = ("US", "DE", "FR", "TH", "KE", "BR", "IN", "GB")
_PARAGRAPH = (
    "We write about a river that five peoples share. Each state promised thirty days’ notice before it stores or "
    "turns water, and a survey of what lives in it. Neither was given. Those who live from the river learned of the "
    "last closure from its falling level, and those who asked were not answered.[^{n}]\n\n"
)
_NOTES = "".join(
    f"[^{number}]: Basin Commission, *Annual Report*, chapter {number}.\n\n" for number in range(1, 5)
)


def sample_copy(signatories: int) -> Copy:
    """Make the public copy of a letter of four paragraphs; every fourth signatory is a person."""
    office = Office(
        role="to",
        name="Jane Q. Example",
        position="President of the Republic",
        office="The Presidential Office",
        address=("1 Palace Square", "Capital City, DC 20500"),
        country="US",
        copy="full",
    )
    edition = Edition(
        number=1,
        slug="clean-river",
        coalition="Coalition for Open Rivers",
        letterhead=("Coalition for Open Rivers", "12 Quay Street, Rivertown"),
        contact=Contact(name="A. Secretary", email="letter@rivers.example"),
        text=Text(
            language="en",
            title="President Example: protect the river",
            re="Protect the river at the Basin Summit",
            salutation="Dear President Example,",
            body="".join(_PARAGRAPH.format(n=number) for number in range(1, 5)) + _NOTES,
            asks_intro="We therefore urge you to:",
            asks=("Speak of the river.", "Fund its **repair**.", "Publish the survey."),
            ending="We thank you.",
            closing="Respectfully,",
        ),
        offices=(office,),
        roll=tuple(_signatory(place) for place in range(signatories)),
        date=date(2026, 12, 7),
        show_country=True,
        revision=2,
        revision_sha256="ab" * 32,
        time_zone="UTC",
        check_at="https://letters.example/verify",
    )
    return make_copy(edition, audience="public", office=office)


def _signatory(place: int) -> Signatory:
    salt = hashlib.sha256(str(place).encode()).hexdigest()
    if place % 4 == 3:
        return Signatory(
            kind="person",
            shown="public",
            name=f"{_pick(_FIRST, salt, 0)} {_pick(_LAST, salt, 1)}",
            position="Professor",
            affiliation=f"University of {_pick(_WORDS, salt, 2)} {place}",
            salt=salt,
        )
    name = " ".join(_pick(_WORDS, salt, turn) for turn in range(2 + int(salt[-1], 16) % 4))
    return Signatory(
        kind="organization",
        shown="public",
        name=f"{name} {place}",
        country=_pick(_COUNTRIES, salt, 7),
        salt=salt,
    )


def _pick(words: Sequence[str], salt: str, turn: int) -> str:
    """Choose one of a few words, by a part of a digest."""
    return words[int(salt[4 * turn : 4 * turn + 4], 16) % len(words)]
