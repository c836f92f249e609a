"""How a letter lists what is enclosed with it, in each language that letters are made in."""

from dataclasses import dataclass

from service.i18n.formats import Noun, count, isolate, settle_language, write_number


@dataclass(frozen=True, kw_only=True)
class _Words:
    """`label` is (one, several), `line` holds {title} and {pages}."""

    label: tuple[str, str]
    line: str
    pages: Noun


_EN = _Words(
    label=("Enclosure:", "Enclosures:"),
    line="{title} (PDF, {pages})",
    pages=Noun(none="", one="{n} page", many="{n} pages"),
)
_WORDS = {
    "en": _EN,
    "en-GB": _EN,
    "fr": _Words(
        label=("Pièce jointe\u00a0:", "Pièces jointes\u00a0:"),
        line="{title} (PDF, {pages})",
        pages=Noun(none="", one="{n} page", many="{n} pages"),
    ),
    "es": _Words(
        label=("Anexo:", "Anexos:"),
        line="{title} (PDF, {pages})",
        pages=Noun(none="", one="{n} página", many="{n} páginas"),
    ),
    "ar": _Words(
        label=("المرفق:", "المرفقات:"),
        line="{title} (PDF، {pages})",
        pages=Noun(none="", one="صفحة واحدة", two="صفحتان", few="{n} صفحات", many="{n} صفحة"),
    ),
    "ug": _Words(
        label=("قوشۇمچە ھۆججەت:", "قوشۇمچە ھۆججەتلەر:"),
        line="{title} (PDF، {pages})",
        pages=Noun(none="", one="{n} بەت", many="{n} بەت"),
    ),
    "bo": _Words(
        label=("ཟུར་སྦྱར་ཡིག་ཆ།", "ཟུར་སྦྱར་ཡིག་ཆ།"),
        line="{title} (PDF, {pages})",
        pages=Noun(none="", one="ཤོག་ངོས་ {n}", many="ཤོག་ངོས་ {n}"),
    ),
    "zh-Hans": _Words(
        label=("附件：", "附件："),
        line="{title}（PDF，{pages}）",
        pages=Noun(none="", one="{n} 页", many="{n} 页"),
    ),
}


def enclosures_label(number: int, language: str) -> str:
    """Write what stands before the list of what is enclosed; empty where nothing is."""
    one, several = _WORDS[settle_language(language)].label
    if not number:
        return ""
    return one if number == 1 else several


def enclosure_line(title: str, pages: int, language: str) -> str:
    """Write the line of one enclosure, without its number: "Cases (PDF, 12 pages)"."""
    language = settle_language(language)
    words = _WORDS[language]
    return words.line.format(title=isolate(title, within=language), pages=count(pages, words.pages, language))


def enclosure_number(place: int, language: str) -> str:
    """Write the number of an enclosure: "1."."""
    return f"{write_number(place, language)}."
