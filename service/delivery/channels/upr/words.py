"""What a submission to a UN review says by itself, in the three languages that it may have.

The pattern of the title is that of the guide to the Universal Periodic Review; the French and Spanish words are ours: have
them looked at before a submission in these languages goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.delivery.channels.upr.frames import ReviewId


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language: what a submission is called, of one and of several, and the months in their order.

    `alone` and `joint` are of the Universal Periodic Review; of a committee they are `to_committee` and `joint_to_committee`,
    with its `name` in the place that is marked.
    """

    alone: str
    joint: str
    to_committee: str
    joint_to_committee: str
    committees: Mapping[ReviewId, str]
    submitted_by: str
    months: str

    def kind(self, review: ReviewId, *, is_joint: bool) -> str:
        """Say what a submission to this review is called."""
        if review not in self.committees:
            return self.joint if is_joint else self.alone
        pattern = self.joint_to_committee if is_joint else self.to_committee
        return pattern.format(name=self.committees[review])


WORDS: Mapping[str, Words] = {
    "en": Words(
        alone="UPR submission",
        joint="joint UPR submission",
        to_committee="submission to the {name}",
        joint_to_committee="joint submission to the {name}",
        committees={
            "ccpr": "Human Rights Committee",
            "cerd": "Committee on the Elimination of Racial Discrimination",
            "cescr": "Committee on Economic, Social and Cultural Rights",
            "cedaw": "Committee on the Elimination of Discrimination against Women",
            "cat": "Committee against Torture",
            "crc": "Committee on the Rights of the Child",
            "cmw": "Committee on Migrant Workers",
            "crpd": "Committee on the Rights of Persons with Disabilities",
            "ced": "Committee on Enforced Disappearances",
        },
        submitted_by="Submitted by:",
        months="January February March April May June July August September October November December",
    ),
    "fr": Words(
        alone="contribution à l’EPU",
        joint="contribution conjointe à l’EPU",
        to_committee="contribution au {name}",
        joint_to_committee="contribution conjointe au {name}",
        committees={
            "ccpr": "Comité des droits de l’homme",
            "cerd": "Comité pour l’élimination de la discrimination raciale",
            "cescr": "Comité des droits économiques, sociaux et culturels",
            "cedaw": "Comité pour l’élimination de la discrimination à l’égard des femmes",
            "cat": "Comité contre la torture",
            "crc": "Comité des droits de l’enfant",
            "cmw": "Comité des travailleurs migrants",
            "crpd": "Comité des droits des personnes handicapées",
            "ced": "Comité des disparitions forcées",
        },
        submitted_by="Présenté par\u00a0:",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    "es": Words(
        alone="contribución al EPU",
        joint="contribución conjunta al EPU",
        to_committee="contribución al {name}",
        joint_to_committee="contribución conjunta al {name}",
        committees={
            "ccpr": "Comité de Derechos Humanos",
            "cerd": "Comité para la Eliminación de la Discriminación Racial",
            "cescr": "Comité de Derechos Económicos, Sociales y Culturales",
            "cedaw": "Comité para la Eliminación de la Discriminación contra la Mujer",
            "cat": "Comité contra la Tortura",
            "crc": "Comité de los Derechos del Niño",
            "cmw": "Comité de Trabajadores Migratorios",
            "crpd": "Comité sobre los Derechos de las Personas con Discapacidad",
            "ced": "Comité contra la Desaparición Forzada",
        },
        submitted_by="Presentada por:",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
}
