"""Which characters the fonts at hand can show."""

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fontTools import unicodedata as scripts

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Line
from service.letter.font_files import SYSTEM_DIRECTORIES, characters_of, look_again, ranked_files

# What the fonts in the Typst wheel (Libertinus Serif 7.051, New Computer Modern 8.1.1) have in every style that a
# letter uses. They cannot be read from a file; tests/unit/letter holds this list against the typesetter.
_BUNDLED_RANGES = (
    "20-7e a0-34e 350-377 37a-37f 384-38a 38c 38e-3a1 3a3-4ff 512-513 51a-51d 531-556 559-58a 58d-58f 591-5c7 "
    "5d0-5ea 5ef-5f4 10d0-10ff 1d00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d "
    "1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2010-2027 202f-2037 2039-203e "
    "2042 2044 2047-204b 2070-2071 2074-208e 20a1-20a4 20a6-20ac 20b1 20bf 2113 2116-2117 2122 2126 2153-215e "
    "2160-2184 2190-2193 2212 2260 2264-2265 2c60-2c6c 2c74-2c77 a78b-a78c"
)
# Shape nothing themselves: joiners, isolates, the word joiner.
_NEEDS_NO_GLYPH = frozenset("\u200b\u200c\u200d\u2060\u2066\u2067\u2068\u2069")
_PACKAGES = {
    "Hani": "fonts-wqy-zenhei",
    "Hira": "fonts-wqy-zenhei",
    "Kana": "fonts-wqy-zenhei",
    "Bopo": "fonts-wqy-zenhei",
    "Hang": "fonts-nanum",
    "Zyyy": "fonts-symbola",
    "Zsye": "fonts-symbola",
}
_OTHER_PACKAGE = "fonts-noto-core"
# From here on, the fonts for everyday use have few of the characters.
_RARE_HAN = 0x20000
# Letters that a font for the script must have to be of use; Arabic is tried with the letters of Uyghur.
_SCRIPTS = {
    "Latin (with Vietnamese)": "Aéłşộưỡ",
    "Greek": "Ωώ",
    "Cyrillic": "ЖҚі",
    "Armenian": "Հայ",
    "Georgian": "ქარ",
    "Hebrew": "שלם",
    "Arabic (with Uyghur)": "ئېۇۆۈڭگچ",
    "Persian, Urdu and Kurdish": "پچژگکیێڵٹںے",
    "Syriac": "ܣܘܪ",
    "Ethiopic": "አማር",
    "Devanagari": "हिन्",
    "Bengali": "বাং",
    "Gurmukhi": "ਪੰਜ",
    "Gujarati": "ગુજ",
    "Telugu": "తెలు",
    "Kannada": "ಕನ್ನ",
    "Malayalam": "മലയ",
    "Odia": "ଓଡ଼ି",
    "Tamil": "தமி",
    "Sinhala": "සිං",
    "Thai": "ไทย",
    "Lao": "ລາວ",
    "Khmer": "ខ្ម",
    "Myanmar": "မြန",
    "Tibetan": "བོདྱ",
    "Mongolian": "ᠮᠣᠩ",
    "Han, simplified": "维汉尔书",
    "Han, traditional": "藏維灣書",
    "Kana": "にホ",
    "Hangul": "한국",
}


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Whether letters of a script can be printed, and the Debian package that would help."""

    script: str
    is_covered: bool
    package: str


@dataclass(frozen=True, kw_only=True)
class Fonts:
    """The fonts at hand: those in the Typst wheel, those in `directory`, and the system's where it is wanted."""

    directory: Path | None = None
    with_system: bool = True

    def missing(self, text: str) -> str:
        """Give the first character of a text, with its marks, that no font can show; empty where all can."""
        if _bundled().issuperset(map(ord, text)):
            return ""
        lacking = self._first_missing(text)
        # Only now, not for each name of a roll: has a font come since the folders were read?
        return self._first_missing(text) if lacking and look_again(self._directories) else lacking

    def explain(self, cluster: str) -> Sentence:
        """Say which character no font can show, and the Debian package that has one."""
        return _explain(cluster)

    def needed(self, texts: Iterable[str]) -> tuple[Path, ...]:
        """Give the font files that these texts need besides the bundled fonts, best first, bold faces after."""
        look_again(self._directories)
        clusters = {cluster for text in texts if not text.isascii() for cluster in _clusters(text)}
        used = {path for cluster in clusters if (path := self._file_for(cluster)) is not None}
        regular = [path for path in self._files() if path in used]
        bold = (path.with_name(path.name.replace("-Regular", "-Bold")) for path in regular)
        return (*regular, *(path for path in bold if path not in used and path.is_file()))

    def scripts_covered(self) -> tuple[Coverage, ...]:
        """Tell for the scripts of the world's larger movements whether names in them can be printed."""
        look_again(self._directories)
        return tuple(
            Coverage(script=script, is_covered=not self.missing(letters), package=_package(letters[0]))
            for script, letters in _SCRIPTS.items()
        )

    def _first_missing(self, text: str) -> str:
        return next((cluster for cluster in _clusters(text) if not self._shows(cluster)), "")

    def _shows(self, cluster: str) -> bool:
        return _is_in(cluster, _bundled()) or self._file_for(cluster) is not None

    def _file_for(self, cluster: str) -> Path | None:
        if _is_in(cluster, _bundled()):
            return None
        return next((path for path in self._files() if _is_in(cluster, characters_of(path))), None)

    def _files(self) -> tuple[Path, ...]:
        return (*ranked_files(self._own), *ranked_files(self._system))

    @property
    def _directories(self) -> tuple[Path, ...]:
        return (*self._own, *self._system)

    @property
    def _own(self) -> tuple[Path, ...]:
        return (self.directory,) if self.directory is not None else ()

    @property
    def _system(self) -> tuple[Path, ...]:
        return SYSTEM_DIRECTORIES if self.with_system else ()


def printable_lines(lines: Iterable[Line], fonts: Fonts) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Give the signatories' lines as the fonts can print them, and a notice for each that had to change.

    A name that no font can show is printed in its Latin form. Raises Refused, with every such name in
    `faults`, where there is no Latin form or another word of the line cannot be shown.
    """
    printable, notices, faults = [], [], []
    for line in lines:
        lacking = fonts.missing(line.name)
        if lacking and line.name_latin and not fonts.missing(line.name_latin):
            notices.append(
                Sentence(
                    "{name} is printed as {latin}: {why}",
                    name=line.name,
                    latin=line.name_latin,
                    why=_explain(lacking),
                )
            )
            line = replace(line, name=line.name_latin, name_latin="")
        fault = _fault(line, fonts)
        if fault:
            faults.append(fault)
        printable.append(line)
    if faults:
        raise Refused(faults[0], tuple(faults))
    return tuple(printable), tuple(notices)


def refuse_unprintable(texts: Iterable[tuple[str, str]], fonts: Fonts) -> None:
    """Raise Refused where a text cannot be printed; each comes as (what it is, the text)."""
    faults = tuple(
        Sentence("{what} cannot be printed: {why}", what=what, why=_explain(lacking))
        for what, text in texts
        if (lacking := fonts.missing(text))
    )
    if faults:
        raise Refused(faults[0], faults)


def _fault(line: Line, fonts: Fonts) -> str:
    lacking = fonts.missing(line.name)
    if lacking:
        return Sentence(
            "{name} cannot be printed and has no Latin form: {why}", name=line.name, why=_explain(lacking)
        )
    for part, text in _other_parts(line):
        lacking = fonts.missing(text)
        if lacking:
            return Sentence(
                "{name} cannot be printed ({part}): {why}", name=line.name, part=part, why=_explain(lacking)
            )
    return ""


def _other_parts(line: Line) -> Iterator[tuple[Sentence, str]]:
    yield Sentence("the Latin form", context="part of a signatory's line"), line.name_latin
    yield Sentence("the acronym", context="part of a signatory's line"), line.acronym
    yield Sentence("the qualifier", context="part of a signatory's line"), line.qualifier
    yield Sentence("the position", context="part of a signatory's line"), line.position
    yield Sentence("the affiliation", context="part of a signatory's line"), line.affiliation
    yield Sentence("the place", context="part of a signatory's line"), line.place
    yield (
        Sentence("the organization that signed for it", context="part of a signatory's line"),
        line.through,
    )
    yield (
        Sentence("the representative", context="part of a signatory's line"),
        f"{line.representative_name} {line.representative_title}",
    )
    yield Sentence("the category", context="part of a signatory's line"), line.category


def _explain(cluster: str) -> Sentence:
    told = {
        "character": cluster,
        "named": ", ".join(_named(character) for character in cluster),
        "script": scripts.script_name(scripts.script(cluster[0]), default="unknown"),
    }
    if unicodedata.category(cluster[0]) in {"Co", "Cn", "Cs"}:
        return Sentence(
            "no font at hand has the character {character} ({named}; {script} script), which no package has: write"
            " another.",
            **told,
        )
    return Sentence(
        "no font at hand has the character {character} ({named}; {script} script); the Debian package {package} has"
        " one.",
        **told,
        package=_package(cluster[0]),
    )


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _package(character: str) -> str:
    if ord(character) >= _RARE_HAN and scripts.script(character) == "Hani":
        return "fonts-hanazono"
    return _PACKAGES.get(scripts.script(character), _OTHER_PACKAGE)


def _clusters(text: str) -> Iterator[str]:
    """Part a text where one font may end and another begin: before each character that is no mark."""
    cluster = ""
    for character in text:
        if character in _NEEDS_NO_GLYPH or character == "\n":
            continue
        if cluster and not unicodedata.category(character).startswith("M"):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _is_in(cluster: str, characters: frozenset[int]) -> bool:
    # A shaper composes and decomposes as the font has it; either form will do.
    forms = (cluster, unicodedata.normalize("NFC", cluster), unicodedata.normalize("NFD", cluster))
    return any(all(ord(character) in characters for character in form) for form in forms)


@functools.cache
def _bundled() -> frozenset[int]:
    found: set[int] = set()
    for part in _BUNDLED_RANGES.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
