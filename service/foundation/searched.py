"""How a name is looked for: whatever a keyboard cannot write or a hand leaves out does not count (pure)."""

import re
import unicodedata

from service.foundation.written import fold_name

# Letters that Unicode does not take apart, and what people type for them.
_PLAIN = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ə": "e", "ʻ": "", "ʼ": "", "’": "", "'": "",
    # Arabic, Persian, Urdu and Uyghur: seats of hamza, the two kinds of ya, kaf and ha, and the lengthening stroke.
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ک": "ك", "ھ": "ه",
    "ہ": "ه", "ة": "ه", "ە": "ه", "ـ": "", "ء": "",
    # Korean aside, these joiners and marks are not typed by whoever searches.
    "\u200c": "", "\u200d": "",
}  # fmt: skip
_TRANSLATION = str.maketrans(_PLAIN)
# Vowel points of Hebrew, Arabic and Syriac, which are mostly left out; the vowel signs of other scripts are letters.
_POINTS = re.compile("[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a]")


def fold_for_search(text: str) -> str:
    """Fold a text, or what was typed to find it, to the form under which the two are compared."""
    # Decomposed letters of Arabic would lose their hamza as a mark, so letters are exchanged while they are whole.
    whole = unicodedata.normalize("NFKC", text).casefold().translate(_TRANSLATION)
    return fold_name(_POINTS.sub("", whole)).translate(_TRANSLATION)


def is_found(query: str, text: str) -> bool:
    """Tell whether a text, folded, answers a query, folded: every word of it stands there, or all of it run together."""
    words = query.split()
    if not words:
        return False
    return all(word in text for word in words) or "".join(words) in text.replace(" ", "")
