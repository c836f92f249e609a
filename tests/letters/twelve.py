"""Twelve letters that between them hold what a letter may hold; everything in them is invented."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from service.letter.copy import Copy, make_copy
from service.letter.edition import Audience, Contact, Edition, Office, OtherText, Signatory
from tests.letters import texts
from tests.letters.names import (
    ARABIC,
    CHINESE,
    EVERY_SCRIPT,
    SIXTY,
    TIBETAN,
    UYGHUR,
    WITHHELD,
    six_hundred,
)
from tests.unit.letter.letters import MINISTER, NEWSROOM, PRESIDENT, make_edition, make_signatory

COMMISSIONER = Office(
    role="to",
    name="Dr. Ilse Beispiel",
    position="High Commissioner",
    office="Basin Commission",
    address=("Uferstraße 5", "10115 Berlin", "Germany"),
    country="DE",
    copy="full",
)
ENVOY = dataclasses.replace(COMMISSIONER, name="M. Jean Exemple", position="Envoyé spécial", country="FR")


@dataclass(frozen=True, kw_only=True)
class Golden:
    """A letter of the twelve: its edition, the audience of its copy, the office it is addressed to."""

    name: str
    edition: Edition
    audience: Audience = "public"
    office: Office | None = PRESIDENT

    @property
    def copy(self) -> Copy:
        """The copy that is compiled."""
        return make_copy(self.edition, audience=self.audience, office=self.office)


def _edition(text: Callable[[], object], roll: tuple[Signatory, ...], **other: object) -> Edition:
    return make_edition(text=text(), roll=roll, check_at="https://letters.example/verify", **other)


TWELVE = {
    golden.name: golden
    for golden in (
        Golden(
            name="one-signatory",
            edition=_edition(
                texts.japanese, (make_signatory("川の会（東京）", name_latin="River Society", acronym="KNK"),)
            ),
        ),
        Golden(
            name="sixty",
            edition=_edition(texts.usual, SIXTY, show_country=True, show_representative=True),
        ),
        Golden(
            name="forty-asks",
            edition=_edition(texts.many_asks, SIXTY[:14], offices=(COMMISSIONER, MINISTER)),
            office=COMMISSIONER,
        ),
        Golden(
            name="uyghur",
            edition=_edition(texts.uyghur, UYGHUR, offices=(COMMISSIONER,), show_country=True),
            office=COMMISSIONER,
        ),
        Golden(
            name="arabic",
            edition=_edition(texts.arabic, ARABIC, offices=(COMMISSIONER, MINISTER)),
            office=COMMISSIONER,
        ),
        Golden(
            name="tibetan",
            edition=_edition(texts.tibetan, TIBETAN, offices=(COMMISSIONER,)),
            office=COMMISSIONER,
        ),
        Golden(
            name="chinese",
            edition=_edition(texts.chinese, CHINESE, offices=(COMMISSIONER,), show_country=True),
            office=COMMISSIONER,
        ),
        Golden(
            name="every-script",
            edition=_edition(texts.short, EVERY_SCRIPT, group_by="category", show_country=True),
        ),
        Golden(
            name="six-hundred",
            edition=_edition(texts.usual, six_hundred(), group_by="country", offices=(PRESIDENT, MINISTER)),
        ),
        Golden(
            name="withheld",
            edition=_edition(texts.persian, WITHHELD, number=0, show_representative=True),
            audience="full",
        ),
        Golden(
            name="several-addressees",
            edition=_edition(
                texts.french,
                SIXTY[:9],
                offices=(COMMISSIONER, ENVOY, PRESIDENT, MINISTER, NEWSROOM),
                order="lead_first",
                other_texts=(
                    OtherText(language="en", status="authentic", sha256="0123456789abcdef" * 4),
                    OtherText(language="ar", status="courtesy", sha256="fedcba9876543210" * 4),
                ),
            ),
            office=None,
        ),
        Golden(
            name="notes-and-lists",
            edition=_edition(
                texts.spanish,
                SIXTY[20:32],
                offices=(ENVOY,),
                date=date(2027, 1, 1),
                contact=Contact(name="B. Secretaria", email="carta@rios.example"),
            ),
            office=ENVOY,
        ),
    )
}
