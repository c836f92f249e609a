"""What a statement to the Human Rights Council says by itself, in the three languages that it may have.

The English note to the title is the Council's own (guidelines for NGO written statements); the French and Spanish ones are
ours, as are all labels: have them looked at before a statement in these languages goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.delivery.channels.unhrc.submission import Status


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language; `one_shares` and `several_share` hold {names}."""

    council: str
    session: str
    item: str
    submitted_by: str
    jointly: str
    status: Mapping[Status, str]
    one_shares: str
    several_share: str
    and_: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        council="Human Rights Council",
        session="Session",
        item="Agenda item",
        submitted_by="Submitted by",
        jointly="Jointly with",
        status={
            "general": "general consultative status",
            "special": "special consultative status",
            "roster": "Roster",
            "none": "no consultative status",
        },
        one_shares="{names} also shares the views expressed in this statement.",
        several_share="{names} also share the views expressed in this statement.",
        and_=" and ",
    ),
    "fr": Words(
        council="Conseil des droits de l’homme",
        session="Session",
        item="Point de l’ordre du jour",
        submitted_by="Présenté par",
        jointly="Conjointement avec",
        status={
            "general": "statut consultatif général",
            "special": "statut consultatif spécial",
            "roster": "Liste",
            "none": "sans statut consultatif",
        },
        one_shares="{names} partage également les vues exprimées dans le présent exposé.",
        several_share="{names} partagent également les vues exprimées dans le présent exposé.",
        and_=" et ",
    ),
    "es": Words(
        council="Consejo de Derechos Humanos",
        session="Período de sesiones",
        item="Tema de la agenda",
        submitted_by="Presentada por",
        jointly="Conjuntamente con",
        status={
            "general": "reconocida como entidad consultiva general",
            "special": "reconocida como entidad consultiva especial",
            "roster": "Lista",
            "none": "sin estatuto consultivo",
        },
        one_shares="{names} también comparte las opiniones expresadas en la presente declaración.",
        several_share="{names} también comparten las opiniones expresadas en la presente declaración.",
        and_=" y ",
    ),
}
