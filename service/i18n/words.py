"""The fixed words of a letter in each language that letters are made in."""

from dataclasses import dataclass, replace

from service.i18n.formats import Noun, count, is_one, write_number


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a letter says of itself; {n}, {page} and {pages} stand for numbers, and `signed` is (one, many).

    `undersigned…` begin the line above the names, `and_individuals` may continue it and `signed` ends it.
    """

    re: str
    cc: str
    contact: str
    notes: str
    page: str
    check_code: str
    draft: str
    not_for_publication: str
    organizations: str
    individuals: str
    other: str
    identification: str
    withheld: Noun
    withheld_alone: Noun
    undersigned_organizations: Noun
    undersigned_individuals: Noun
    and_individuals: Noun
    signed: tuple[str, str]


_EN = Words(
    re="Re:",
    cc="cc:",
    contact="Contact:",
    notes="Notes",
    page="Page {page} of {pages}",
    check_code="Check code",
    draft="DRAFT, not for circulation",
    not_for_publication="Contains names that are not for publication",
    organizations="Organizations",
    individuals="Individuals",
    other="Other",
    identification="Affiliations are for identification only.",
    withheld=Noun(
        none="",
        one="and {n} signatory whose name is withheld for their safety",
        many="and {n} signatories whose names are withheld for their safety",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} signatory whose name is withheld for their safety",
        many="{n} signatories whose names are withheld for their safety",
    ),
    undersigned_organizations=Noun(
        none="", one="The undersigned organization", many="The undersigned {n} organizations"
    ),
    undersigned_individuals=Noun(
        none="", one="The undersigned individual", many="The undersigned {n} individuals"
    ),
    and_individuals=Noun(none="", one=" and {n} individual", many=" and {n} individuals"),
    signed=(":", ":"),
)
_EN_GB = replace(
    _EN,
    organizations="Organisations",
    undersigned_organizations=Noun(
        none="", one="The undersigned organisation", many="The undersigned {n} organisations"
    ),
)
_FR = Words(
    re="Objet\u00a0:",
    cc="Copie\u00a0:",
    contact="Contact\u00a0:",
    notes="Notes",
    page="Page {page} sur {pages}",
    check_code="Code de contrôle",
    draft="PROJET, ne pas diffuser",
    not_for_publication="Contient des noms qui ne doivent pas être publiés",
    organizations="Organisations",
    individuals="Personnes",
    other="Autres",
    identification="Les affiliations ne sont données qu’à titre d’identification.",
    withheld=Noun(
        none="",
        one="et {n} signataire dont le nom n’est pas divulgué, pour sa sécurité",
        many="et {n} signataires dont les noms ne sont pas divulgués, pour leur sécurité",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} signataire dont le nom n’est pas divulgué, pour sa sécurité",
        many="{n} signataires dont les noms ne sont pas divulgués, pour leur sécurité",
    ),
    undersigned_organizations=Noun(none="", one="L’organisation", many="Les {n} organisations"),
    undersigned_individuals=Noun(none="", one="La personne", many="Les {n} personnes"),
    and_individuals=Noun(none="", one=" et la personne", many=" et les {n} personnes"),
    signed=(" soussignée\u00a0:", " soussignées\u00a0:"),
)
_ES = Words(
    re="Asunto:",
    cc="Con copia a:",
    contact="Contacto:",
    notes="Notas",
    page="Página {page} de {pages}",
    check_code="Código de verificación",
    draft="BORRADOR, no difundir",
    not_for_publication="Contiene nombres que no deben publicarse",
    organizations="Organizaciones",
    individuals="Personas",
    other="Otras",
    identification="Las afiliaciones se indican solo a efectos de identificación.",
    withheld=Noun(
        none="",
        one="y {n} firmante cuyo nombre se reserva por su seguridad",
        many="y {n} firmantes cuyos nombres se reservan por su seguridad",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} firmante cuyo nombre se reserva por su seguridad",
        many="{n} firmantes cuyos nombres se reservan por su seguridad",
    ),
    undersigned_organizations=Noun(none="", one="La organización", many="Las {n} organizaciones"),
    undersigned_individuals=Noun(none="", one="La persona", many="Las {n} personas"),
    and_individuals=Noun(none="", one=" y la persona", many=" y las {n} personas"),
    signed=(" abajo firmante:", " abajo firmantes:"),
)
_WORDS = {"en": _EN, "en-GB": _EN_GB, "fr": _FR, "es": _ES}


def words_of(language: str) -> Words:
    """Give the fixed words of a supported language."""
    return _WORDS[language]


def undersigned(organizations: int, individuals: int, language: str) -> str:
    """Write the line above the names: "The undersigned 47 organizations and 8 individuals:".

    A kind with none is not named, one is singular; with nobody at all the line is empty.
    """
    words = words_of(language)
    if not organizations and not individuals:
        return ""
    if organizations:
        start = count(organizations, words.undersigned_organizations, language)
        start += count(individuals, words.and_individuals, language)
    else:
        start = count(individuals, words.undersigned_individuals, language)
    one, many = words.signed
    return start + (one if is_one(organizations + individuals, language) else many)


def withheld(number: int, language: str, *, after_names: bool) -> str:
    """Write the line for those who are not named; empty where there is nobody.

    `after_names` tells whether names stand before it: "and 12 signatories …" continues them.
    """
    words = words_of(language)
    return count(number, words.withheld if after_names else words.withheld_alone, language)


def page_line(page: int, pages: int, language: str) -> str:
    """Write the page's place in the letter: "Page 2 of 5"."""
    return words_of(language).page.format(
        page=write_number(page, language), pages=write_number(pages, language)
    )
