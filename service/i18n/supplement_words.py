"""The fixed words of addenda and corrections in each language that letters are made in."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.i18n.formats import Noun, count, count_each, isolate, write_date, write_number


@dataclass(frozen=True, kw_only=True)
class _Words:
    """`{n}` is a number, `{date}` the day of the letter, `{together}` all who have signed it."""

    addendum_title: str
    correction_title: str
    addendum: str
    correction: str
    taken_back: Noun


_EN = _Words(
    addendum_title="Addendum {n}: {title}",
    correction_title="Correction {n}: {title}",
    addendum=(
        "This is addendum {n} to our letter of {date}. Since then it has also been signed by ((signatories)), who are"
        " listed below. It is now signed by {together}."
    ),
    correction=(
        "This is a correction to our letter of {date}. What the letter says stays as it is; its list of signatories"
        " changes as follows."
    ),
    taken_back=Noun(
        none="",
        one="The following signatory has asked not to be named any longer:",
        many="The following {n} signatories have asked not to be named any longer:",
    ),
)
_FR = _Words(
    addendum_title="Addendum {n}\u00a0: {title}",
    correction_title="Rectificatif {n}\u00a0: {title}",
    addendum=(
        "Ceci est l’addendum {n} à notre lettre du {date}. Depuis lors, elle a aussi été signée par ((signatories)),"
        " dont la liste figure ci-dessous. Elle est désormais signée par {together}."
    ),
    correction=(
        "Ceci est un rectificatif à notre lettre du {date}. Le texte de la lettre reste inchangé\u00a0; la liste de ses"
        " signataires est modifiée comme suit."
    ),
    taken_back=Noun(
        none="",
        one="Le signataire suivant a demandé à ne plus être nommé\u00a0:",
        many="Les {n} signataires suivants ont demandé à ne plus être nommés\u00a0:",
    ),
)
_ES = _Words(
    addendum_title="Adenda {n}: {title}",
    correction_title="Rectificación {n}: {title}",
    addendum=(
        "Esta es la adenda {n} a nuestra carta del {date}. Desde entonces también ha sido firmada por ((signatories)),"
        " cuya lista figura a continuación. Ahora está firmada por {together}."
    ),
    correction=(
        "Esta es una rectificación de nuestra carta del {date}. El texto de la carta no cambia; la lista de firmantes se"
        " modifica como sigue."
    ),
    taken_back=Noun(
        none="",
        one="El siguiente firmante ha pedido que no se le nombre más:",
        many="Los {n} firmantes siguientes han pedido que no se les nombre más:",
    ),
)
_AR = _Words(
    addendum_title="ملحق {n}: {title}",
    correction_title="تصويب {n}: {title}",
    addendum=(
        "هذا هو الملحق {n} لرسالتنا المؤرخة {date}. الموقّعون عليها منذ ذلك الحين، وأسماؤهم أدناه: ((signatories))."
        " مجموع الموقّعين عليها الآن: {together}."
    ),
    correction="هذا تصويب لرسالتنا المؤرخة {date}. يبقى نص الرسالة كما هو، وتتغيّر قائمة الموقّعين عليها كما يلي.",
    taken_back=Noun(
        none="",
        one="طلب الموقّع التالي ألا يُذكر اسمه بعد الآن:",
        two="طلب الموقّعان التاليان ألا يُذكر اسماهما بعد الآن:",
        few="طلب الموقّعون التالون ({n}) ألا تُذكر أسماؤهم بعد الآن:",
        many="طلب الموقّعون التالون ({n}) ألا تُذكر أسماؤهم بعد الآن:",
    ),
)
_UG = _Words(
    addendum_title="قوشۇمچە {n}: {title}",
    correction_title="تۈزىتىش {n}: {title}",
    addendum=(
        "بۇ بىزنىڭ {date} دىكى خېتىمىزنىڭ {n}-قوشۇمچىسى. شۇنىڭدىن كېيىن ئىمزا قويغانلار تۆۋەندە كۆرسىتىلدى:"
        " ((signatories)). ھازىر خەتكە ئىمزا قويغانلار جەمئىي: {together}."
    ),
    correction=(
        "بۇ بىزنىڭ {date} دىكى خېتىمىزگە بېرىلگەن تۈزىتىش. خەتنىڭ مەزمۇنى ئۆزگەرمەيدۇ، ئىمزا قويغۇچىلار تىزىملىكى"
        " تۆۋەندىكىدەك ئۆزگىرىدۇ."
    ),
    taken_back=Noun(
        none="",
        one="تۆۋەندىكى ئىمزا قويغۇچى ئىسمىنىڭ بۇنىڭدىن كېيىن ئاتالماسلىقىنى تەلەپ قىلدى:",
        many="تۆۋەندىكى {n} ئىمزا قويغۇچى ئىسمىنىڭ بۇنىڭدىن كېيىن ئاتالماسلىقىنى تەلەپ قىلدى:",
    ),
)
_BO = _Words(
    addendum_title="ཁ་སྣོན་ {n} : {title}",
    correction_title="ནོར་བཅོས་ {n} : {title}",
    addendum=(
        "འདི་ནི་ {date} ཉིན་གྱི་ང་ཚོའི་འཕྲིན་ཡིག་གི་ཁ་སྣོན་ {n} ཡིན། དེ་རྗེས་མིང་རྟགས་འགོད་མཁན་གཤམ་དུ་བཀོད་ཡོད། ((signatories)) "
        "ད་ལྟ་འཕྲིན་ཡིག་ལ་མིང་རྟགས་འགོད་མཁན་བསྡོམས་པས། {together}"
    ),
    correction=(
        "འདི་ནི་ {date} ཉིན་གྱི་ང་ཚོའི་འཕྲིན་ཡིག་གི་ནོར་བཅོས་ཡིན། འཕྲིན་ཡིག་གི་ནང་དོན་ལ་འགྱུར་བ་མེད། མིང་རྟགས་འགོད་མཁན་གྱི་ཐོ་གཤམ་ལྟར་བཅོས་ཡོད།"
    ),
    taken_back=Noun(
        none="",
        one="གཤམ་གྱི་མིང་རྟགས་འགོད་མཁན་གྱིས་རང་མིང་ད་ནས་མི་འགོད་པའི་རེ་བ་བཏོན་ཡོད།",
        many="གཤམ་གྱི་མིང་རྟགས་འགོད་མཁན་ {n} ཡིས་རང་མིང་ད་ནས་མི་འགོད་པའི་རེ་བ་བཏོན་ཡོད།",
    ),
)
_ZH = _Words(
    addendum_title="增补 {n}：{title}",
    correction_title="更正 {n}：{title}",
    addendum="这是我们 {date}信函的第 {n} 号增补。此后又有((signatories))签署了此信，名单如下。目前签署者共有：{together}。",
    correction="这是对我们 {date}信函的更正。信函内容不变，签署者名单更改如下。",
    taken_back=Noun(
        none="",
        one="以下签署者要求今后不再列出其名称：",
        many="以下 {n} 位签署者要求今后不再列出其名称：",
    ),
)
_STOPS = " \u00a0:："
_WORDS = {
    "en": _EN,
    "en-GB": _EN,
    "fr": _FR,
    "es": _ES,
    "ar": _AR,
    "ug": _UG,
    "bo": _BO,
    "zh-Hans": _ZH,
}


def supplement_title(kind: Literal["addendum", "correction"], ordinal: int, title: str, language: str) -> str:
    """Write the headline of an addendum or a correction: "Addendum 1: Keep the river open"."""
    words = _WORDS[language]
    pattern = words.addendum_title if kind == "addendum" else words.correction_title
    return pattern.format(n=write_number(ordinal, language), title=isolate(title, within=language))


def addendum_name(ordinal: int, language: str) -> str:
    """Write what an addendum is called where the letter's headline stands already: "Addendum 1"."""
    before_headline, _, _ = _WORDS[language].addendum_title.partition("{title}")
    return before_headline.rstrip(_STOPS).format(n=write_number(ordinal, language))


def addendum_body(
    ordinal: int, letter_date: date, *, organizations: int, individuals: int, language: str
) -> str:
    """Write what an addendum says above its names; ((signatories)) in it stands for its own number."""
    return _WORDS[language].addendum.format(
        n=write_number(ordinal, language),
        date=write_date(letter_date, language),
        together=count_each(organizations, individuals, language),
    )


def correction_body(letter_date: date, language: str) -> str:
    """Write what a correction says above its names."""
    return _WORDS[language].correction.format(date=write_date(letter_date, language))


def taken_back(number: int, language: str) -> str:
    """Write the line above the names that a correction takes back; empty where there is none."""
    return count(number, _WORDS[language].taken_back, language)
