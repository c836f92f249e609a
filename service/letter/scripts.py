"""Which language a run in another script is certainly in (pure)."""

import re

# Only where script tells language well enough for a voice to be chosen; Arabic and Cyrillic letters alone do not.
_LANGUAGES = (
    ("bo", "\u0f00-\u0fff"),
    ("he", "\u0590-\u05ff\ufb1d-\ufb4f"),
    ("th", "\u0e00-\u0e7f"),
    ("lo", "\u0e80-\u0eff"),
    ("km", "\u1780-\u17ff"),
    ("my", "\u1000-\u109f"),
    ("ko", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff"),
    ("ta", "\u0b80-\u0bff"),
    ("si", "\u0d80-\u0dff"),
    ("am", "\u1200-\u137f"),
)
_UYGHUR = re.compile("[ۇۆۈېڭ]")
_ARABIC = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
_FOUND = tuple((language, re.compile(f"[{letters}]")) for language, letters in _LANGUAGES)
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = dict(_LANGUAGES)["zh"]
_RANGES = {**dict(_LANGUAGES), "ja": dict(_LANGUAGES)["ja"] + _HAN, "ug": _ARABIC}


def language_of(text: str, *, within: str) -> str:
    """Give the language that the letters of a text tell, or nothing where they tell none but that it stands `within`."""
    if text.isascii():
        return ""
    if _UYGHUR.search(text):
        found = "ug"
    else:
        found = next((language for language, letters in _FOUND if letters.search(text)), "")
    own = within.partition("-")[0]
    return "" if found == own or (found == "zh" and own == "ja") else found


def stretches(text: str, *, within: str) -> list[tuple[str, str]]:
    """Name the languages that stretches of a text are in, each with a pattern (Rust's and Python's) that finds them."""
    found = []
    for language, letters in _RANGES.items():
        pattern = f"[{letters}](?:[{letters}\u200c\u200d ,.«»،؛؟]*[{letters}])?"
        match = re.search(pattern, text)
        if match is None or (language == "zh" and _KANA.search(text)):
            # Han letters beside Kana may be of either language.
            continue
        # Uyghur is told by some of its letters only.
        if language_of(text if language == "ug" else match[0], within=within) == language:
            found.append((language, pattern))
    return found
