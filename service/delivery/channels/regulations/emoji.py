"""Which characters regulations.gov may take for an emoji, which it refuses (pure).

What it means by "emoji" is written nowhere. Surely refused is what is drawn as a picture by itself (Unicode Technical
Standard 51, Emoji_Presentation, and what only serves such pictures); doubtful is what has both a plain and a pictured form.
"""

from collections.abc import Iterable

# All of the planes' pictographs, the letters of flags among them; then single ones below, and what joins pictures.
_PICTURES = (
    (0x1F000, 0x1F0FF),
    (0x1F18E, 0x1F19A),
    (0x1F1E6, 0x1F202),
    (0x1F210, 0x1F23B),
    (0x1F240, 0x1FAFF),
)
_SERVANTS = ((0x20E3, 0x20E3), (0xFE0F, 0xFE0F), (0xE0020, 0xE007F))
_PICTURED = (
    (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
    (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE),
    (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5),
    (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C),
    (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55),
)  # fmt: skip
# ©, ®, ™, arrows, dingbats: plain signs, which some programs count among the emoji.
_DOUBTFUL = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2194, 0x2199), (0x21A9, 0x21AA), (0x2328, 0x2328), (0x23CF, 0x23CF), (0x23ED, 0x23FA), (0x24C2, 0x24C2),
    (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0), (0x25FB, 0x25FC), (0x2600, 0x27BF), (0x2934, 0x2935),
    (0x2B05, 0x2B07), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299),
)  # fmt: skip

_SURE = (*_PICTURES, *_SERVANTS, *_PICTURED)


def find_emoji(text: str) -> tuple[str, ...]:
    """Give the characters of a text that are emoji, each once, in their order."""
    return tuple(dict.fromkeys(one for one in text if _is_in(one, _SURE)))


def find_doubtful(text: str) -> tuple[str, ...]:
    """Give the characters of a text that some programs take for emoji, each once, in their order."""
    return tuple(dict.fromkeys(one for one in text if _is_in(one, _DOUBTFUL) and not _is_in(one, _SURE)))


def _is_in(character: str, ranges: Iterable[tuple[int, int]]) -> bool:
    if character.isascii():
        return False
    return any(first <= ord(character) <= last for first, last in ranges)
