"""Letters that look like others: a small table made from the facts of Unicode's confusables (UTS 39, version 15.1)."""

from collections.abc import Mapping

# For each Latin letter what is drawn like it in scripts that people can type; what NFKC takes apart is left out.
_LIKE_SMALL = {
    "a": "аαɑ⍺",
    "b": "ЬƄᏏ",
    "c": "сϲᴄⲥꮯ",
    "d": "ԁᏧ",
    "e": "еҽ℮ꬲ",
    "f": "քꞙꬵ",
    "g": "ցɡƍᶃ",
    "h": "һհᏂ",
    "i": "іιıɩɪӏᎥꭵꙇ",
    "j": "јϳ",
    "k": "κкᴋ",
    "l": "|ƖǀӀ۱∣ⵏꓲ",
    "n": "ոռ",
    "o": "оοσօ०੦๐໐ဝჿᴏᴑⲟꬽ۵",
    "p": "рρϱⲣ",
    "q": "ԛգզ",
    "r": "гᴦⲅꭇ",
    "s": "ѕƽꜱꮪ",
    "u": "υսʋᴜꞟ",
    "v": "νѵᴠꮩ",
    "w": "ԝѡաɯᴡꮃ",
    "x": "хχ×",
    "y": "уγүყɣʏỿ",
    "z": "ᴢꮓ",
}
_LIKE_CAPITAL = {
    "a": "АΑᎪꓮ",
    "b": "ВΒᏴꓐꞴ",
    "c": "СϹᏟⲤꓚ",
    "d": "Ꭰꓓ",
    "e": "ЕΕᎬꓰ",
    "f": "ϜꞘꓝ",
    "g": "ԌᏀᏳꓖ",
    "h": "НΗᎻⲎꓧ",
    "j": "ЈͿᎫꓙ",
    "k": "КΚᏦⲔꓗ",
    "l": "ІΙⲒᏞꓡ",
    "m": "МΜϺᎷⲘꓟ",
    "n": "ΝⲚꓠ",
    "o": "ОΟՕⲞꓳⵔ",
    "p": "РΡᏢⲢꓑ",
    "r": "ƦᎡᏒꓣ",
    "s": "ЅՏᏕᏚꓢ",
    "t": "ТΤᎢⲦꓔ",
    "u": "Սꓴ",
    "v": "ѴᏙꓦ",
    "w": "ԜᎳᏔꓪ",
    "x": "ХΧⲬꓫ",
    "y": "УΥҮᎩⲨꓬ",
    "z": "ΖᏃꓜ",
}
# These stand beside NFKC, which keeps them apart; a stroke or a hook is a mark that a hurried reader passes over.
_STROKED = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ƀ": "b",
    "ɨ": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "p",
}
# Within one script: Arabic letters that join alike, and Han beside Katakana and its own near-twins.
_WITHIN = {
    "ا": "آأإٱ",
    "ي": "ىیېئ",
    "ك": "کڪګ",
    "ه": "ةەہھۀۃ",
    "و": "ؤۆۇۋۈ",
    "口": "囗ロ",
    "土": "士",
    "力": "カ",
    "二": "ニ",
    "八": "ハ",
    "卜": "ト",
    "夕": "タ",
    "工": "エ",
    "一": "ー㇐",
    "值": "値",
    "併": "倂",
    "啓": "啟",
    "填": "塡",
    "戶": "戸",
    "晚": "晩",
}


def _turned(table: Mapping[str, str]) -> dict[str, str]:
    return {alike: letter for letter, all_alike in table.items() for alike in all_alike}


LOOKS_LATIN: Mapping[str, str] = {**_turned(_LIKE_SMALL), **_turned(_LIKE_CAPITAL), **_STROKED}
"""What each character of another script looks like as a small Latin letter."""

LOOKS_WITHIN: Mapping[str, str] = _turned(_WITHIN)
"""What each character looks like within its own script."""
