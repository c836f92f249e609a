"""How a shortened letter names, in its own language, what was left out of it."""

from dataclasses import dataclass

from service.i18n.formats import FSI, PDI, Noun, count, write_number


@dataclass(frozen=True, kw_only=True)
class LeftOutWords:
    """The words for what is left out; `paragraphs` and `asks` are (one, several) with {first} and {last}.

    `line` holds {parts} and `whole` {address}; `comma` stands between two parts.
    """

    line: str
    whole: str
    comma: str
    names: Noun
    notes: str
    texts: str
    contact: str
    cc: str
    enclosures: str
    check: str
    head: str
    paragraphs: tuple[str, str]
    asks: tuple[str, str]


_EN = LeftOutWords(
    line="Left out here: {parts}.",
    whole="The whole letter: {address}",
    comma="; ",
    names=Noun(none="", one="the list of {n} signatory", many="the list of {n} signatories"),
    notes="the notes",
    texts="the other languages",
    contact="the contact",
    cc="who gets a copy",
    enclosures="what is enclosed",
    check="the check code",
    head="the letterhead and address",
    paragraphs=("paragraph {first}", "paragraphs {first} to {last}"),
    asks=("ask {first}", "asks {first} to {last}"),
)
_WORDS = {
    "en": _EN,
    "en-GB": _EN,
    "fr": LeftOutWords(
        line="Omis ici\u00a0: {parts}.",
        whole="La lettre entière\u00a0: {address}",
        comma="\u00a0; ",
        names=Noun(none="", one="la liste de {n} signataire", many="la liste des {n} signataires"),
        notes="les notes",
        texts="les autres langues",
        contact="le contact",
        cc="les destinataires en copie",
        enclosures="les pièces jointes",
        check="le code de contrôle",
        head="l’en-tête et l’adresse",
        paragraphs=("le paragraphe {first}", "les paragraphes {first} à {last}"),
        asks=("la demande {first}", "les demandes {first} à {last}"),
    ),
    "es": LeftOutWords(
        line="Omitido aquí: {parts}.",
        whole="La carta completa: {address}",
        comma="; ",
        names=Noun(none="", one="la lista de {n} firmante", many="la lista de {n} firmantes"),
        notes="las notas",
        texts="los otros idiomas",
        contact="el contacto",
        cc="los destinatarios en copia",
        enclosures="los anexos",
        check="el código de verificación",
        head="el membrete y la dirección",
        paragraphs=("el párrafo {first}", "los párrafos {first} a {last}"),
        asks=("la petición {first}", "las peticiones {first} a {last}"),
    ),
    "ar": LeftOutWords(
        line="حُذف هنا: {parts}.",
        whole="الرسالة كاملة: {address}",
        comma="؛ ",
        names=Noun(
            none="",
            one="قائمة الموقّع الواحد",
            two="قائمة الموقّعَين",
            few="قائمة {n} موقّعين",
            many="قائمة {n} موقّعًا",
        ),
        notes="الحواشي",
        texts="اللغات الأخرى",
        contact="جهة الاتصال",
        cc="من تصله نسخة",
        enclosures="المرفقات",
        check="رمز التحقق",
        head="الترويسة والعنوان",
        paragraphs=("الفقرة {first}", "الفقرات من {first} إلى {last}"),
        asks=("المطلب {first}", "المطالب من {first} إلى {last}"),
    ),
    "ug": LeftOutWords(
        line="بۇ يەردە قىسقارتىلغىنى: {parts}.",
        whole="خەتنىڭ تولۇق تېكىستى: {address}",
        comma="؛ ",
        names=Noun(none="", one="{n} ئىمزا قويغۇچىنىڭ تىزىملىكى", many="{n} ئىمزا قويغۇچىنىڭ تىزىملىكى"),
        notes="ئىزاھاتلار",
        texts="باشقا تىللار",
        contact="ئالاقىلىشىش ئۇچۇرى",
        cc="كۆچۈرۈلمە تاپشۇرۇۋالغۇچىلار",
        enclosures="قوشۇمچە ھۆججەتلەر",
        check="تەكشۈرۈش كودى",
        head="خەت بېشى ۋە ئادرېس",
        paragraphs=("{first}-ئابزاس", "{first}-ئابزاستىن {last}-ئابزاسقىچە"),
        asks=("{first}-تەلەپ", "{first}-تەلەپتىن {last}-تەلەپكىچە"),
    ),
    "bo": LeftOutWords(
        line="འདིར་བཞག་མེད་པ། {parts}",
        whole="འཕྲིན་ཡིག་ཆ་ཚང་། {address}",
        comma="། ",
        names=Noun(none="", one="མིང་རྟགས་འགོད་མཁན་ {n} གི་ཐོ།", many="མིང་རྟགས་འགོད་མཁན་ {n} གི་ཐོ།"),
        notes="མཆན།",
        texts="སྐད་ཡིག་གཞན།",
        contact="འབྲེལ་གཏུགས།",
        cc="འདྲ་བཤུས་ཐོབ་མཁན།",
        enclosures="ཟུར་སྦྱར་ཡིག་ཆ།",
        check="ཞིབ་བཤེར་ཨང་།",
        head="ཡིག་མགོ་དང་ཁ་བྱང་།",
        paragraphs=("དུམ་ཚན་ {first}", "དུམ་ཚན་ {first} ནས་ {last} བར།"),
        asks=("རེ་འདུན་ {first}", "རེ་འདུན་ {first} ནས་ {last} བར།"),
    ),
    "zh-Hans": LeftOutWords(
        line="此处略去：{parts}。",
        whole="全文：{address}",
        comma="；",
        names=Noun(none="", one="{n} 位签署者名单", many="{n} 位签署者名单"),
        notes="注释",
        texts="其他语言",
        contact="联系方式",
        cc="抄送名单",
        enclosures="附件",
        check="核对码",
        head="信头和地址",
        paragraphs=("第 {first} 段", "第 {first} 至 {last} 段"),
        asks=("第 {first} 项请求", "第 {first} 至 {last} 项请求"),
    ),
}


def left_out_words(language: str) -> LeftOutWords:
    """Give the words of a language that letters are made in."""
    return _WORDS[language]


def say_names(number: int, language: str) -> str:
    """Name a list of names: "the list of 52 signatories"."""
    return count(number, _WORDS[language].names, language)


def say_range(forms: tuple[str, str], first: int, last: int, language: str) -> str:
    """Name one or several parts that follow one another: "paragraph 6", "paragraphs 4 to 6"."""
    return forms[first != last].format(first=write_number(first, language), last=write_number(last, language))


def say_left_out(parts: list[str], language: str, *, whole_at: str) -> str:
    """Write the line that ends a shortened letter; `whole_at` is the address of the whole one, or empty."""
    words = _WORDS[language]
    said = words.line.format(parts=words.comma.join(parts))
    if whole_at:
        said += " " + words.whole.format(
            address=f"{FSI}{whole_at}{PDI}" if language in {"ar", "ug"} else whole_at
        )
    return f"[{said}]"
