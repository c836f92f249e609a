"""The fixed words of a letter in each language that letters are made in."""

from dataclasses import dataclass, replace

from service.i18n.formats import Noun, count, is_one, write_number


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a letter says of itself; {n}, {page} and {pages} stand for numbers, and `signed` is (one, many).

    `undersigned…` begin the line above the names, `and_individuals` may continue it and `signed` ends it.
    """

    re: str
    cc: str
    contact: str
    notes: str
    page: str
    check_code: str
    other_languages: str
    authentic: str
    courtesy: str
    draft: str
    not_for_publication: str
    organizations: str
    individuals: str
    other: str
    identification: str
    for_network: str
    through: str
    withheld: Noun
    withheld_alone: Noun
    unnamed: str
    more: Noun
    undersigned_organizations: Noun
    undersigned_individuals: Noun
    and_individuals: Noun
    signed: tuple[str, str]


_EN = Words(
    re="Re:",
    cc="cc:",
    contact="Contact:",
    notes="Notes",
    page="Page {page} of {pages}",
    check_code="Check code",
    other_languages="This letter in other languages:",
    authentic="signed with this text",
    courtesy="courtesy translation",
    draft="DRAFT v{n}, not for circulation",
    not_for_publication="Contains names that are not for publication",
    organizations="Organizations",
    individuals="Individuals",
    other="Other",
    identification="Affiliations are for identification only.",
    for_network="for the network, not for each of its members",
    through="represented by",
    withheld=Noun(
        none="",
        one="and {n} signatory whose name is withheld for their safety",
        many="and {n} signatories whose names are withheld for their safety",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} signatory whose name is withheld for their safety",
        many="{n} signatories whose names are withheld for their safety",
    ),
    unnamed="The names are left out of this copy.",
    more=Noun(none="", one="… and {n} more name", many="… and {n} more names"),
    undersigned_organizations=Noun(
        none="", one="The undersigned organization", many="The undersigned {n} organizations"
    ),
    undersigned_individuals=Noun(
        none="", one="The undersigned individual", many="The undersigned {n} individuals"
    ),
    and_individuals=Noun(none="", one=" and {n} individual", many=" and {n} individuals"),
    signed=(":", ":"),
)
_EN_GB = replace(
    _EN,
    organizations="Organisations",
    undersigned_organizations=Noun(
        none="", one="The undersigned organisation", many="The undersigned {n} organisations"
    ),
)
_FR = Words(
    re="Objet\u00a0:",
    cc="Copie\u00a0:",
    contact="Contact\u00a0:",
    notes="Notes",
    page="Page {page} sur {pages}",
    check_code="Code de contrôle",
    other_languages="Cette lettre dans d’autres langues :",
    authentic="signée avec ce texte",
    courtesy="traduction de courtoisie",
    draft="PROJET v{n}, ne pas diffuser",
    not_for_publication="Contient des noms qui ne doivent pas être publiés",
    organizations="Organisations",
    individuals="Personnes",
    other="Autres",
    identification="Les affiliations ne sont données qu’à titre d’identification.",
    for_network="au nom du réseau, sans engager chacun de ses membres",
    through="par l’intermédiaire de",
    withheld=Noun(
        none="",
        one="et {n} signataire dont le nom n’est pas divulgué, pour sa sécurité",
        many="et {n} signataires dont les noms ne sont pas divulgués, pour leur sécurité",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} signataire dont le nom n’est pas divulgué, pour sa sécurité",
        many="{n} signataires dont les noms ne sont pas divulgués, pour leur sécurité",
    ),
    unnamed="Les noms ne figurent pas dans cet exemplaire.",
    more=Noun(none="", one="… et {n} autre nom", many="… et {n} autres noms"),
    undersigned_organizations=Noun(none="", one="L’organisation", many="Les {n} organisations"),
    undersigned_individuals=Noun(none="", one="La personne", many="Les {n} personnes"),
    and_individuals=Noun(none="", one=" et la personne", many=" et les {n} personnes"),
    signed=(" soussignée\u00a0:", " soussignées\u00a0:"),
)
_ES = Words(
    re="Asunto:",
    cc="Con copia a:",
    contact="Contacto:",
    notes="Notas",
    page="Página {page} de {pages}",
    check_code="Código de verificación",
    other_languages="Esta carta en otros idiomas:",
    authentic="firmada con este texto",
    courtesy="traducción de cortesía",
    draft="BORRADOR v{n}, no difundir",
    not_for_publication="Contiene nombres que no deben publicarse",
    organizations="Organizaciones",
    individuals="Personas",
    other="Otras",
    identification="Las afiliaciones se indican solo a efectos de identificación.",
    for_network="en nombre de la red y no de cada uno de sus miembros",
    through="por medio de",
    withheld=Noun(
        none="",
        one="y {n} firmante cuyo nombre se reserva por su seguridad",
        many="y {n} firmantes cuyos nombres se reservan por su seguridad",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} firmante cuyo nombre se reserva por su seguridad",
        many="{n} firmantes cuyos nombres se reservan por su seguridad",
    ),
    unnamed="Los nombres no figuran en este ejemplar.",
    more=Noun(none="", one="… y {n} nombre más", many="… y {n} nombres más"),
    undersigned_organizations=Noun(none="", one="La organización", many="Las {n} organizaciones"),
    undersigned_individuals=Noun(none="", one="La persona", many="Las {n} personas"),
    and_individuals=Noun(none="", one=" y la persona", many=" y las {n} personas"),
    signed=(" abajo firmante:", " abajo firmantes:"),
)
# These four were made by a machine: a native reader has to look at them.
_AR = Words(
    re="الموضوع:",
    cc="نسخة إلى:",
    contact="للتواصل:",
    notes="الحواشي",
    page="الصفحة {page} من {pages}",
    check_code="رمز التحقق",
    other_languages="هذه الرسالة بلغات أخرى:",
    authentic="موقَّعة مع هذا النص",
    courtesy="ترجمة للاطلاع فقط",
    draft="مسودة {n}، ليست للتداول",
    not_for_publication="تتضمن أسماء ليست للنشر",
    organizations="المنظمات",
    individuals="الأفراد",
    other="أخرى",
    identification="تُذكر جهات الانتماء للتعريف فقط.",
    withheld=Noun(
        none="",
        one="وموقّع واحد حُجب اسمه حفاظًا على سلامته",
        two="وموقّعان حُجب اسماهما حفاظًا على سلامتهما",
        few="و{n} موقّعين حُجبت أسماؤهم حفاظًا على سلامتهم",
        many="و{n} موقّعًا حُجبت أسماؤهم حفاظًا على سلامتهم",
    ),
    withheld_alone=Noun(
        none="",
        one="موقّع واحد حُجب اسمه حفاظًا على سلامته",
        two="موقّعان حُجب اسماهما حفاظًا على سلامتهما",
        few="{n} موقّعين حُجبت أسماؤهم حفاظًا على سلامتهم",
        many="{n} موقّعًا حُجبت أسماؤهم حفاظًا على سلامتهم",
    ),
    unnamed="الأسماء غير مدرجة في هذه النسخة.",
    more=Noun(none="", one="… واسم واحد آخر", many="… و{n} أسماء أخرى"),
    for_network="باسم شبكتها، لا باسم أعضائها",
    through="عن طريق",
    undersigned_organizations=Noun(
        none="",
        one="المنظمة الموقّعة أدناه",
        two="المنظمتان الموقّعتان أدناه",
        many="المنظمات الموقّعة أدناه وعددها {n}",
    ),
    undersigned_individuals=Noun(
        none="",
        one="الفرد الموقّع أدناه",
        two="الفردان الموقّعان أدناه",
        many="الأفراد الموقّعون أدناه وعددهم {n}",
    ),
    and_individuals=Noun(none="", one=" وفرد واحد", two=" وفردان", few=" و{n} أفراد", many=" و{n} فردًا"),
    signed=(":", ":"),
)
_UG = Words(
    re="تېما:",
    cc="كۆچۈرمىسى:",
    contact="ئالاقە:",
    notes="ئىزاھاتلار",
    page="{pages} بەتنىڭ {page}-بېتى",
    check_code="تەكشۈرۈش كودى",
    other_languages="بۇ خەتنىڭ باشقا تىللاردىكى نۇسخىلىرى:",
    authentic="بۇ تېكىست بىلەن بىللە ئىمزالانغان",
    courtesy="پايدىلىنىش ئۈچۈن تەرجىمە",
    draft="{n}-لايىھە، تارقىتىلمىسۇن",
    not_for_publication="ئېلان قىلىنمايدىغان ئىسىملار بار",
    organizations="تەشكىلاتلار",
    individuals="شەخسلەر",
    other="باشقىلار",
    identification="تەۋەلىك پەقەت تونۇشتۇرۇش ئۈچۈن كۆرسىتىلدى.",
    withheld=Noun(
        none="",
        one="ۋە بىخەتەرلىكى ئۈچۈن ئىسمى ئاشكارىلانمىغان {n} ئىمزا قويغۇچى",
        many="ۋە بىخەتەرلىكى ئۈچۈن ئىسمى ئاشكارىلانمىغان {n} ئىمزا قويغۇچى",
    ),
    withheld_alone=Noun(
        none="",
        one="بىخەتەرلىكى ئۈچۈن ئىسمى ئاشكارىلانمىغان {n} ئىمزا قويغۇچى",
        many="بىخەتەرلىكى ئۈچۈن ئىسمى ئاشكارىلانمىغان {n} ئىمزا قويغۇچى",
    ),
    unnamed="بۇ نۇسخىدا ئىسىملار كۆرسىتىلمىگەن.",
    more=Noun(none="", one="… ۋە يەنە {n} ئىسىم", many="… ۋە يەنە {n} ئىسىم"),
    for_network="تورى نامىدىن، ئەزالىرى نامىدىن ئەمەس",
    through="ئارقىلىق",
    undersigned_organizations=Noun(
        none="", one="تۆۋەندە ئىمزا قويغان تەشكىلات", many="تۆۋەندە ئىمزا قويغان {n} تەشكىلات"
    ),
    undersigned_individuals=Noun(
        none="", one="تۆۋەندە ئىمزا قويغان شەخس", many="تۆۋەندە ئىمزا قويغان {n} شەخس"
    ),
    and_individuals=Noun(none="", one=" ۋە {n} شەخس", many=" ۋە {n} شەخس"),
    signed=(":", ":"),
)
_BO = Words(
    re="བརྗོད་གཞི།",
    cc="འདྲ་བཤུས།",
    contact="འབྲེལ་གཏུག",
    notes="མཆན་འགྲེལ།",
    page="ཤོག་གྲངས་ {pages} ནང་གི་ {page}",
    check_code="ཞིབ་བཤེར་ཨང་།",
    other_languages="འཕྲིན་ཡིག་འདི་སྐད་ཡིག་གཞན་ནང་།",
    authentic="ཡི་གེ་འདི་དང་མཉམ་དུ་མིང་རྟགས་བཀོད་པ།",
    courtesy="ཟུར་ལྟའི་ཡིག་སྒྱུར།",
    draft="ཟིན་བྲིས་ {n} འགྲེམས་སྤེལ་མི་ཆོག",
    not_for_publication="དཔར་སྐྲུན་མི་ཆོག་པའི་མིང་ཚུད་ཡོད།",
    organizations="ཚོགས་པ་ཁག",
    individuals="མི་སྒེར།",
    other="གཞན།",
    identification="འབྲེལ་ཡོད་ཚོགས་པའི་མིང་ནི་ངོ་སྤྲོད་ཙམ་ཡིན།",
    withheld=Noun(
        none="",
        one="དང་ བདེ་འཇགས་ཀྱི་ཆེད་དུ་མིང་སྦས་པའི་མིང་རྟགས་འགོད་མཁན་ {n}",
        many="དང་ བདེ་འཇགས་ཀྱི་ཆེད་དུ་མིང་སྦས་པའི་མིང་རྟགས་འགོད་མཁན་ {n}",
    ),
    withheld_alone=Noun(
        none="",
        one="བདེ་འཇགས་ཀྱི་ཆེད་དུ་མིང་སྦས་པའི་མིང་རྟགས་འགོད་མཁན་ {n}",
        many="བདེ་འཇགས་ཀྱི་ཆེད་དུ་མིང་སྦས་པའི་མིང་རྟགས་འགོད་མཁན་ {n}",
    ),
    unnamed="འདྲ་བཤུས་འདིའི་ནང་མིང་བཀོད་མེད།",
    more=Noun(none="", one="… ད་དུང་མིང་ {n}", many="… ད་དུང་མིང་ {n}"),
    for_network="དྲ་བའི་ཚབ་ལས་ཚོགས་མི་ཚབ་མིན།",
    through="བརྒྱུད།",
    undersigned_organizations=Noun(
        none="",
        one="གཤམ་གསལ་མིང་རྟགས་འགོད་མཁན་ཚོགས་པ་ {n}",
        many="གཤམ་གསལ་མིང་རྟགས་འགོད་མཁན་ཚོགས་པ་ {n}",
    ),
    undersigned_individuals=Noun(
        none="",
        one="གཤམ་གསལ་མིང་རྟགས་འགོད་མཁན་མི་སྒེར་ {n}",
        many="གཤམ་གསལ་མིང་རྟགས་འགོད་མཁན་མི་སྒེར་ {n}",
    ),
    and_individuals=Noun(none="", one=" དང་ མི་སྒེར་ {n}", many=" དང་ མི་སྒེར་ {n}"),
    signed=("།", "།"),
)
_ZH = Words(
    re="事由：",
    cc="抄送：",
    contact="联系：",
    notes="注释",
    page="第 {page} 页，共 {pages} 页",
    check_code="校验码",
    other_languages="本信的其他语言文本：",
    authentic="与本文本一同签署",
    courtesy="参考译文",
    draft="草稿第 {n} 版，请勿传阅",
    not_for_publication="含有不得公开的姓名",
    organizations="组织",
    individuals="个人",
    other="其他",
    identification="所列单位仅用于说明身份。",
    withheld=Noun(
        none="",
        one="以及 {n} 位为安全起见不公开姓名的签署者",
        many="以及 {n} 位为安全起见不公开姓名的签署者",
    ),
    withheld_alone=Noun(
        none="",
        one="{n} 位为安全起见不公开姓名的签署者",
        many="{n} 位为安全起见不公开姓名的签署者",
    ),
    unnamed="此副本未列出姓名。",
    more=Noun(none="", one="……以及另外 {n} 个名称", many="……以及另外 {n} 个名称"),
    for_network="代表其网络，不代表其成员",
    through="通过",
    undersigned_organizations=Noun(none="", one="以下签署的 {n} 个组织", many="以下签署的 {n} 个组织"),
    undersigned_individuals=Noun(none="", one="以下签署的 {n} 名个人", many="以下签署的 {n} 名个人"),
    and_individuals=Noun(none="", one="和 {n} 名个人", many="和 {n} 名个人"),
    signed=("：", "："),
)
_WORDS = {
    "en": _EN,
    "en-GB": _EN_GB,
    "fr": _FR,
    "es": _ES,
    "ar": _AR,
    "ug": _UG,
    "bo": _BO,
    "zh-Hans": _ZH,
}


def words_of(language: str) -> Words:
    """Give the fixed words of a supported language."""
    return _WORDS[language]


def undersigned(organizations: int, individuals: int, language: str) -> str:
    """Write the line above the names: "The undersigned 47 organizations and 8 individuals:".

    A kind with none is not named, one is singular; with nobody at all the line is empty.
    """
    words = words_of(language)
    if not organizations and not individuals:
        return ""
    if organizations:
        start = count(organizations, words.undersigned_organizations, language)
        start += count(individuals, words.and_individuals, language)
    else:
        start = count(individuals, words.undersigned_individuals, language)
    one, many = words.signed
    return start + (one if is_one(organizations + individuals, language) else many)


def withheld(number: int, language: str, *, after_names: bool) -> str:
    """Write the line for those who are not named; empty where there is nobody.

    `after_names` tells whether names stand before it: "and 12 signatories …" continues them.
    """
    words = words_of(language)
    return count(number, words.withheld if after_names else words.withheld_alone, language)


def more_names(number: int, language: str) -> str:
    """Write the line below a roll that was cut: "… and 4,750 more names"; empty where it was not."""
    return count(number, words_of(language).more, language)


def page_line(page: int, pages: int, language: str) -> str:
    """Write the page's place in the letter: "Page 2 of 5"."""
    return words_of(language).page.format(
        page=write_number(page, language), pages=write_number(pages, language)
    )
