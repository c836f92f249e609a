"""What a submission to a UN review says by itself, in the three languages that it may have.

The pattern of the title is that of the guide to the Universal Periodic Review; the French and Spanish words are ours: have
them looked at before a submission in these languages goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.delivery.channels.upr.frames import ReviewId


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language: what a submission is called by its review, of one and of several, and the months in their order."""

    alone: Mapping[ReviewId, str]
    joint: Mapping[ReviewId, str]
    submitted_by: str
    months: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        alone={"upr": "UPR submission", "ccpr": "submission to the Human Rights Committee"},
        joint={"upr": "joint UPR submission", "ccpr": "joint submission to the Human Rights Committee"},
        submitted_by="Submitted by:",
        months="January February March April May June July August September October November December",
    ),
    "fr": Words(
        alone={"upr": "contribution à l’EPU", "ccpr": "contribution au Comité des droits de l’homme"},
        joint={
            "upr": "contribution conjointe à l’EPU",
            "ccpr": "contribution conjointe au Comité des droits de l’homme",
        },
        submitted_by="Présenté par\u00a0:",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    "es": Words(
        alone={"upr": "contribución al EPU", "ccpr": "contribución al Comité de Derechos Humanos"},
        joint={
            "upr": "contribución conjunta al EPU",
            "ccpr": "contribución conjunta al Comité de Derechos Humanos",
        },
        submitted_by="Presentada por:",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
}
