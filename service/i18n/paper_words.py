"""What a letter on paper says besides its text: its volumes, and how to check it, in each language of letters."""

from dataclasses import dataclass

from service.i18n.formats import write_number
from service.i18n.words import words_of


@dataclass(frozen=True, kw_only=True)
class PaperWords:
    """{place}, {last} and {names} stand for numbers: which volume, of how many, and how many names they hold.

    `check_how` comes before the address of the page where a letter can be checked.
    """

    volume: str
    in_volumes: str
    check_title: str
    check_how: str
    qr_alt: str


_EN = PaperWords(
    volume="Volume {place} of {last}",
    in_volumes="The {names} names stand in volumes 1 to {last}, which belong to this letter.",
    check_title="Check this letter",
    check_how="Scan the square, or open this page and type the check code:",
    qr_alt="QR code that opens the page where this letter can be checked",
)
_FR = PaperWords(
    volume="Volume {place} sur {last}",
    in_volumes="Les {names} noms figurent dans les volumes 1 à {last}, qui font partie de cette lettre.",
    check_title="Vérifier cette lettre",
    check_how="Scannez le carré, ou ouvrez cette page et saisissez le code de contrôle\u00a0:",
    qr_alt="Code QR qui ouvre la page où cette lettre peut être vérifiée",
)
_ES = PaperWords(
    volume="Volumen {place} de {last}",
    in_volumes="Los {names} nombres figuran en los volúmenes 1 a {last}, que forman parte de esta carta.",
    check_title="Verificar esta carta",
    check_how="Escanee el cuadrado, o abra esta página y escriba el código de verificación:",
    qr_alt="Código QR que abre la página donde se puede verificar esta carta",
)
# These four were made by a machine: a native reader has to look at them.
_AR = PaperWords(
    volume="المجلد {place} من {last}",
    in_volumes="ترد الأسماء ({names}) في المجلدات من 1 إلى {last}، وهي جزء من هذه الرسالة.",
    check_title="تحقق من هذه الرسالة",
    check_how="امسح المربع ضوئيًا، أو افتح هذه الصفحة واكتب رمز التحقق:",
    qr_alt="رمز QR يفتح الصفحة التي يمكن فيها التحقق من هذه الرسالة",
)
_UG = PaperWords(
    volume="{last} توملۇقنىڭ {place}-تومى",
    in_volumes="{names} ئىسىم 1-تومدىن {last}-تومغىچە بېرىلگەن، ئۇلار بۇ خەتنىڭ بىر قىسمى.",
    check_title="بۇ خەتنى تەكشۈرۈڭ",
    check_how="كۋادراتنى سىكانىرلاڭ ياكى بۇ بەتنى ئېچىپ، تەكشۈرۈش كودىنى كىرگۈزۈڭ:",
    qr_alt="بۇ خەتنى تەكشۈرگىلى بولىدىغان بەتنى ئاچىدىغان QR كود",
)
_BO = PaperWords(
    volume="པོད་ {last} ནང་གི་ {place}",
    in_volumes="མིང་ {names} ནི་པོད་ 1 ནས་ {last} བར་ཡོད། དེ་དག་ཡི་གེ་འདིའི་ཆ་ཤས་ཡིན།",
    check_title="ཡི་གེ་འདི་ཞིབ་བཤེར་བྱོས།",
    check_how="གྲུ་བཞི་འདི་བཤེར་བའམ། ཤོག་ངོས་འདི་ཁ་ཕྱེ་ནས་ཞིབ་བཤེར་ཨང་བྲིས།",
    qr_alt="ཡི་གེ་འདི་ཞིབ་བཤེར་བྱེད་སའི་ཤོག་ངོས་ཁ་འབྱེད་པའི་ QR",
)
_ZH = PaperWords(
    volume="第 {place} 卷，共 {last} 卷",
    in_volumes="{names} 个名字载于第 1 至第 {last} 卷，各卷均为本函的组成部分。",
    check_title="核对本函",
    check_how="请扫描方码，或打开此页面并输入校验码：",
    qr_alt="打开本函核对页面的二维码",
)
_WORDS = {"en": _EN, "fr": _FR, "es": _ES, "ar": _AR, "ug": _UG, "bo": _BO, "zh": _ZH}


def paper_words_of(language: str) -> PaperWords:
    """Give what a letter on paper says in a supported language."""
    return _WORDS[language.partition("-")[0]]


def draft_mark(revision: int, language: str) -> str:
    """Write the mark of a draft: "DRAFT v3, not for circulation"."""
    return words_of(language).draft.format(n=write_number(revision, language))


def volume_line(place: int, last: int, language: str) -> str:
    """Write which volume of the names this is: "Volume 2 of 5"."""
    return paper_words_of(language).volume.format(
        place=write_number(place, language), last=write_number(last, language)
    )


def in_volumes_line(names: int, last: int, language: str) -> str:
    """Write where so many names stand: "The 100,000 names stand in volumes 1 to 5 …"."""
    return paper_words_of(language).in_volumes.format(
        names=write_number(names, language), last=write_number(last, language)
    )
