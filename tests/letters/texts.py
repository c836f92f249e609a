"""The texts of the twelve letters."""

from service.letter.edition import Text
from tests.unit.letter.letters import make_text

_LONG = (
    "For thirty years the five peoples of the basin have shared one river under one Charter. It binds each state to "
    "tell its neighbors of every dam, canal and well before the first stone is laid, and to wait for their answer. "
    "Since the spring this promise has been broken four times, and each time those who asked why were told nothing."
)


def short() -> Text:
    """Give a letter of two paragraphs, without asks."""
    return make_text(
        body="On behalf of ((signatories)), I thank you for receiving our delegation.\n\nWe remain at your disposal.",
        asks_intro="",
        asks=(),
        ending="",
        re="",
    )


def usual() -> Text:
    """Give a letter of a page and a half, with headings, a note, a quotation and five asks."""
    return make_text(
        subtitle="An open letter before the Basin Summit",
        body=f"On behalf of ((signatories)) in many countries, we write before ((event)).\n\n{_LONG}[^1]\n\n"
        f"## What was promised\n\n{_LONG}\n\n> A river does not know a border.\n\n"
        "## What has happened since\n\nThe Commission’s [own report](https://basin.example/report) lists:\n\n"
        "- a dam above the gorge, *without notice*;\n- two canals;\n- a survey that **was not published**.\n\n"
        f"{_LONG}\n\n[^1]: Basin Charter, article 7, and the *Annual Report* of the Commission, chapter 3.",
        asks=(
            "speak of the river at the Summit, by its name;",
            "ask for the **survey** of 2024 to be published in full;",
            "meet those who were displaced, before and not after the decisions;",
            "fund the repair of the lower locks; and",
            "name an envoy who answers letters.",
        ),
    )


def many_asks() -> Text:
    """Give a letter in British English with forty asks, some of several blocks."""
    plain = [f"Publish, within {number} days, the minutes of session {number}." for number in range(1, 38)]
    return make_text(
        language="en-GB",
        asks=(
            "Honour the Charter:\n\n   - in word;\n   - in deed, that is\n\n     1. by notice,\n     2. by survey.",
            *plain,
            "Two paragraphs.\n\nThe second of them, with a [link](mailto:a@rivers.example).",
            "And the last.",
        ),
    )


def uyghur() -> Text:
    """Give a right-to-left letter in Uyghur."""
    return make_text(
        language="ug",
        title="دەريانى قوغداڭ",
        subtitle="ئوچۇق خەت",
        re="دەريا يىغىنى",
        salutation="ھۆرمەتلىك Dr. Ilse Beispiel خانىم،",
        body="بىز ((signatories)) نامىدىن سىزگە خەت يېزىۋاتىمىز. دەريا Basin Charter بويىچە بەش خەلققە ئورتاق (1994-يىلى).\n\n"
        "## ۋەدە\n\nدەريا *كېسەل*.[^1]\n\n- بىرىنچى\n- ئىككىنچى\n\n[^1]: Annual Report، 3-باب.",
        asks_intro="شۇڭا سىزدىن تۆۋەندىكىلەرنى تەلەپ قىلىمىز:",
        asks=("دەريا ھەققىدە سۆزلەڭ.", "ئۇنىڭ **رېمونتى** غا 50 مىليون ئاجرىتىڭ."),
        ending="رەھمەت.",
        closing="ھۆرمەت بىلەن،",
    )


def arabic() -> Text:
    """Give a right-to-left letter in Arabic, with Latin words and numbers in it."""
    return make_text(
        language="ar",
        title="احموا النهر",
        subtitle="رسالة مفتوحة",
        re="حماية النهر في قمة الحوض",
        salutation="السيدة المفوضة السامية Dr. Ilse Beispiel،",
        body="باسم ((signatories)) نكتب إليكم قبل القمة في ((date)). ينص Basin Charter (المادة 7) على إشعار مدته 30 يومًا.\n\n"
        "## ما وُعِد به\n\n> النهر لا يعرف الحدود.\n\nالنهر *مريض*، و[التقرير](https://basin.example/report) يقول ذلك.[^1]\n\n"
        "1. أولًا\n2. ثانيًا\n\n[^1]: التقرير السنوي، الفصل 3.",
        asks_intro="لذلك نحثكم على:",
        asks=("التحدث عن النهر.", "تمويل **إصلاحه** بمبلغ 50 مليون."),
        ending="نشكركم.",
        closing="مع فائق الاحترام،",
    )


def tibetan() -> Text:
    """Give a letter in Tibetan."""
    return make_text(
        language="bo",
        title="གཙང་པོ་སྲུང་སྐྱོབ་གནང་རོགས།",
        re="གཙང་པོའི་ཚོགས་འདུ།",
        salutation="བཀུར་འོས་ཆེ་བའི་ལྷན་ཁང་།",
        body="((signatories)) ཀྱི་ཚབ་ཏུ་ང་ཚོས་ཁྱེད་ལ་ཡི་གེ་འདི་འབུལ་བ་ཡིན། "
        "གཙང་པོ་འདི་མི་རིགས་ལྔའི་ཐུན་མོང་གི་རྒྱུ་ནོར་ཡིན། གཙང་པོས་རྒྱལ་མཚམས་མི་ཤེས།\n\n"
        "## ཁས་ལེན།\n\n- དང་པོ།\n- གཉིས་པ།\n\nགཙང་པོ་*ན་བ*་རེད།[^1]\n\n[^1]: ལོ་རེའི་སྙན་ཞུ། ལེའུ་ ༣",
        asks_intro="དེར་བརྟེན་ང་ཚོས་འབོད་སྐུལ་ཞུ་རྒྱུར།",
        asks=("གཙང་པོའི་སྐོར་གསུང་རོགས།", "ཉམས་གསོའི་**མ་དངུལ**་གནང་རོགས།"),
        ending="ཐུགས་རྗེ་ཆེ།",
        closing="གུས་བཀུར་བཅས།",
    )


def chinese() -> Text:
    """Give a letter in simplified Chinese."""
    return make_text(
        language="zh-Hans",
        title="请保护河流",
        subtitle="公开信",
        re="在流域峰会上保护河流",
        salutation="尊敬的高级专员：",
        body="我们谨代表((signatories))，在((date))峰会之前致信。《流域宪章》（第七条）要求提前三十天通知，可是今年以来这一承诺已被违背四次，"
        "每一次询问都没有得到答复。\n\n## 曾经的承诺\n\n> 河流不知国界。\n\n河流*病了*。[^1]\n\n- 第一\n- 第二\n\n[^1]: 《年度报告》，第三章。",
        asks_intro="因此，我们敦促您：",
        asks=("谈论这条河流。", "资助其**修复**，金额为 50 million。"),
        ending="谨致谢意。",
        closing="此致敬礼",
    )


def french() -> Text:
    """Give a letter in French to several, with endnotes."""
    return make_text(
        language="fr",
        title="Pour que le fleuve vive",
        subtitle="Lettre ouverte aux trois garants de la Charte",
        re="Protection du fleuve",
        salutation="Mesdames, Messieurs,",
        body="Au nom de ((signatories)), nous vous écrivons avant ((event)), le ((date)) : le fleuve est *malade*.[^1]\n\n"
        "Nous l’avons dit ; on ne nous a pas « entendus ».[^2]\n\n"
        "[^1]: Voir le rapport.\n\n[^2]: Lettre du 3 mars, restée sans réponse.",
        asks_intro="Nous vous prions instamment :",
        asks=("de parler du fleuve ;", "d’en financer la **réparation**."),
        ending="Nous vous remercions.",
        closing="Veuillez agréer, Mesdames, Messieurs, l’expression de notre haute considération,",
        footnotes="endnotes",
    )


def spanish() -> Text:
    """Give a letter in Spanish with three levels of headings, lists within lists, and many notes on the page."""
    notes = "".join(f"\n\n[^{number}]: Informe {number}, página {number * 7}." for number in range(1, 13))
    marked = " ".join(f"Hecho número {number}.[^{number}]" for number in range(1, 13))
    return make_text(
        language="es",
        title="Protejan el río",
        salutation="Estimado señor Enviado:",
        body=f"En nombre de ((signatories)), escribimos antes de ((event)).\n\n## Uno\n\n### Uno y medio\n\n{marked}\n\n"
        "#### Más hondo\n\n- a\n- b\n\n  1. b uno\n  2. b dos\n\n     - b dos uno\n     - b dos dos\n\n- c\n\n---\n\n"
        f"7. siete\n8. ocho\n\nlínea\\\npartida\n\n> cita\n>\n> - con lista{notes}",
        asks_intro="Por eso pedimos que:",
        asks=("hable del río;", "financie su **reparación**."),
        ending="Gracias.",
        closing="Atentamente,",
    )
