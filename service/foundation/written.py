"""What people write into forms and files: brought to one form, or refused with the reason."""

import re
import unicodedata

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

# Scripts whose letters join, where ZWNJ and ZWJ change how a word is read (Unicode 16, Joining_Type, in blocks).
_JOINING = re.compile(r"[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff\u0900-\u0dff\u0f00-\u0fff\u1800-\u18af]")
_JOINERS = "\u200c\u200d"
_BIDI_AND_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# They choose the shape of a Mongolian letter, and anywhere else nobody sees them.
_MONGOLIAN_SHAPES = "\u180b\u180c\u180d\u180f"
_MONGOLIAN = re.compile(r"[\u1800-\u18af]")
_MARKS_IN_A_ROW = 4


def clean_line(text: str, *, what: str, longest: int = 200) -> str:
    """Bring one line of writing to its form: NFC, trimmed, single spaces.

    Raises Refused, naming `what`, where it holds a line break, a control or direction character, too many
    combining marks in a row, or more than `longest` characters. Joiners stay between letters of scripts that
    need them (Persian, Uyghur, Devanagari).
    """
    if len(text) > longest * 4:
        raise _too_long(what, longest)
    line = re.sub(r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", unicodedata.normalize("NFC", text)).strip()
    if len(line) > longest:
        raise _too_long(what, longest)
    if len(line.splitlines()) > 1:
        raise Refused(Sentence("{what} must be on one line.", what=what))
    _refuse_hidden(line, what=what)
    return line


def clean_text(text: str, *, what: str, longest: int = 4000) -> str:
    """Bring several lines of writing to their form; as clean_line, but line breaks stay, as LF."""
    if len(text) > longest * 4:
        raise _too_long(what, longest)
    settled = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(settled) > longest:
        raise _too_long(what, longest)
    _refuse_hidden(settled.replace("\n", " ").replace("\t", " "), what=what)
    return settled


def fold_name(name: str) -> str:
    """Fold a name to the form under which two spellings count as one: case, width, accents and punctuation aside."""
    # Width first, then case, then accents: a mathematical or full-width capital folds like a plain one.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c) or _is_vowel_sign(c))
    kept = "".join(c if c.isalnum() or _is_vowel_sign(c) else " " for c in plain)
    return " ".join(kept.split())


def _too_long(what: str, longest: int) -> Refused:
    return Refused(Sentence("{what} is too long: at most {longest} characters.", what=what, longest=longest))


def _is_vowel_sign(character: str) -> bool:
    # Marks outside the Latin, Greek and Cyrillic range are letters of their script (Tibetan, Devanagari, Thai).
    return unicodedata.category(character).startswith("M") and ord(character) > 0x0590


def _refuse_hidden(line: str, *, what: str) -> None:
    marks = 0
    for place, character in enumerate(line):
        category = unicodedata.category(character)
        if character not in _JOINERS:
            # A joiner between two marks would not part them for the eye.
            marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character in _JOINERS:
            near = line[max(0, place - 2) : place + 3]
            if not _JOINING.search(near):
                raise Refused(
                    Sentence(
                        "{what} holds an invisible character ({character}) that does not belong there.",
                        what=what,
                        character=f"U+{ord(character):04X}",
                    )
                )
        elif _cannot_be_shown(character, category, after=line[max(0, place - 1) : place]):
            raise Refused(
                Sentence(
                    "{what} holds a character that cannot be shown ({character}).",
                    what=what,
                    character=f"U+{ord(character):04X}",
                )
            )
        if marks > _MARKS_IN_A_ROW:
            raise Refused(Sentence("{what} holds too many marks on one letter.", what=what))


def _cannot_be_shown(character: str, category: str, *, after: str) -> bool:
    if category in {"Cc", "Cs", "Co", "Zl", "Zp"} or _BIDI_AND_INVISIBLE.match(character):
        return True
    if character in _MONGOLIAN_SHAPES:
        return not _MONGOLIAN.match(after)
    # Unicode promises that the last two of each plane, and these thirty-two, never become characters.
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
