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
    plain = [
        f"Publish, within {number} days, the minutes of session {number}, with the votes of each delegation, the papers "
        "that were laid before it, and the names of those who asked to be heard and were not; and have them "
        "translated into the languages of all who live beside the river and its lakes."
        for number in range(1, 38)
    ]
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


def persian() -> Text:
    """Give a right-to-left letter of two pages in Persian, with figures of its own, a Latin name, notes and five asks."""
    long = (
        "سی سال است که پنج ملت این حوضه یک رودخانه و یک منشور را با هم دارند. این منشور هر دولت را موظف می‌کند که پیش از "
        "نهادن نخستین سنگ، همسایگان خود را از هر سد، آبراه و چاه آگاه کند و در انتظار پاسخ آنان بماند. از بهار گذشته این "
        "پیمان چهار بار شکسته شده و هر بار به پرسندگان هیچ پاسخی داده نشده است."
    )
    return make_text(
        language="fa",
        title="رودخانه را پاس بدارید",
        subtitle="نامهٔ سرگشاده پیش از نشست حوضه",
        re="حفاظت از رودخانه در نشست حوضه",
        salutation="جناب آقای رئیس‌جمهور،",
        body=f"به نمایندگی از ((signatories)) پیش از نشست ((date)) این نامه را می‌نویسیم. {long}[^1]\n\n## آنچه وعده داده شد\n\n"
        f"{long}\n\n> رودخانه مرز نمی‌شناسد.\n\n## آنچه رخ داده است\n\nدر [گزارش](https://basin.example/report) کمیسیون "
        "Basin Commission (بند ۷) چنین آمده است:\n\n- سدی بالای تنگه، *بدون آگاهی*؛\n- دو آبراه؛\n- نقشه‌برداری‌ای که "
        f"**منتشر نشد**.\n\n{long}\n\n[^1]: منشور حوضه، مادهٔ ۷، و گزارش سالانهٔ کمیسیون، فصل ۳.",
        asks_intro="از این رو از شما می‌خواهیم که:",
        asks=(
            "در نشست از رودخانه به نام آن سخن بگویید؛",
            "انتشار کامل **نقشه‌برداری** سال ۲۰۲۴ را بخواهید؛",
            "با آوارگان دیدار کنید، پیش از تصمیم‌ها و نه پس از آن؛",
            "هزینهٔ بازسازی دریچه‌های پایین‌دست را بپردازید؛ و",
            "فرستاده‌ای بگمارید که به نامه‌ها پاسخ دهد.",
        ),
        ending="از توجه شما سپاسگزاریم.",
        closing="با احترام،",
    )


def hebrew() -> Text:
    """Give a right-to-left letter in Hebrew, whose letters stand in our first face."""
    return make_text(
        language="he",
        title="הגנו על הנהר",
        subtitle="מכתב גלוי",
        re="הגנה על הנהר בפסגת האגן",
        salutation="לכבוד הנציבה העליונה,",
        body="בשם ((signatories)) אנו פונים אלייך לפני הפסגה ב־((date)). אמנת Basin Charter (סעיף 7) מחייבת הודעה של 30 יום.\n\n"
        "## מה הובטח\n\n> הנהר אינו מכיר גבולות.\n\nהנהר *חולה*, ו[הדוח](https://basin.example/report) אומר זאת.[^1]\n\n"
        "1. ראשית\n2. שנית\n\n[^1]: הדוח השנתי, פרק 3.",
        asks_intro="לפיכך אנו קוראים לך:",
        asks=("לדבר על הנהר;", "לממן את **שיקומו** ב־50 מיליון."),
        ending="אנו מודים לך.",
        closing="בכבוד רב,",
    )


def japanese() -> Text:
    """Give a letter of one page in Japanese, with a note and three asks."""
    return make_text(
        language="ja",
        title="川を守ってください",
        subtitle="公開書簡",
        re="流域サミットにおける河川の保護について",
        salutation="大統領閣下",
        body="((signatories)) を代表し、((date))の流域サミットに先立ち、謹んで書簡をお送りいたします。流域の五つの民は三十年にわたり、一つの川と一つの"
        "「流域憲章」を分かち合ってきました。憲章は、ダム、運河、井戸のいずれについても、着工前に隣国へ通知し、その回答を待つことを各国に義務づけています。"
        "しかし今年の春以来、この約束は四度破られ、理由を尋ねた者には何の回答もありませんでした。[^1]\n\n## 約束されたこと\n\n> 川は国境を知りません。\n\n"
        "川は*病んで*います。[^2]\n\n[^1]: 「流域憲章」第七条。\n\n[^2]: 委員会の年次報告書、第三章。",
        asks_intro="つきましては、次のことを強く要請いたします。",
        asks=(
            "サミットにおいて、川をその名で語ること。",
            "2024 年の**調査**を全文公表すること。",
            "決定の前に、立ち退かされた人々と会うこと。",
        ),
        ending="ご高配に感謝申し上げます。",
        closing="敬具",
    )


def korean() -> Text:
    """Give a letter in Korean."""
    return make_text(
        language="ko",
        title="강을 지켜 주십시오",
        re="유역 정상회의에서의 강 보호",
        salutation="존경하는 대통령께,",
        body="((signatories))를 대표하여 ((date)) 정상회의에 앞서 이 서한을 드립니다. 강은 *병들었습니다*.[^1]\n\n[^1]: 연례 보고서 제3장.",
        asks_intro="이에 다음을 촉구합니다:",
        asks=("강에 대해 말씀해 주십시오.", "강의 **복구** 비용을 마련해 주십시오."),
        ending="감사합니다.",
        closing="삼가 올림",
    )


def traditional_chinese() -> Text:
    """Give a letter in traditional Chinese."""
    return make_text(
        language="zh-Hant",
        title="請保護河流",
        re="在流域峰會上保護河流",
        salutation="總統先生鈞鑒：",
        body="我們謹代表((signatories))，在((date))峰會之前致函。河流*病了*。[^1]\n\n## 曾經的承諾\n\n> 河流不知國界。\n\n[^1]: 《年度報告》，第三章。",
        asks_intro="因此，我們敦促您：",
        asks=("談論這條河流。", "資助其**修復**。"),
        ending="謹致謝意。",
        closing="敬上",
    )


def thai() -> Text:
    """Give a letter in Thai."""
    return make_text(
        language="th",
        title="โปรดปกป้องแม่น้ำ",
        re="การปกป้องแม่น้ำในการประชุมสุดยอดลุ่มน้ำ",
        salutation="เรียน ท่านประธานาธิบดี",
        body="ในนามของ ((signatories)) เราเขียนจดหมายฉบับนี้ก่อนการประชุมในวันที่ ((date)) แม่น้ำกำลัง*ป่วย*[^1]\n\n[^1]: รายงานประจำปี บทที่ 3",
        asks_intro="เราจึงขอเรียกร้องให้ท่าน",
        asks=("กล่าวถึงแม่น้ำ", "สนับสนุนเงินเพื่อ**การฟื้นฟู**แม่น้ำ"),
        ending="ขอขอบคุณ",
        closing="ขอแสดงความนับถือ",
    )


def hindi() -> Text:
    """Give a letter in Hindi."""
    return make_text(
        language="hi",
        title="नदी की रक्षा कीजिए",
        re="बेसिन शिखर सम्मेलन में नदी की रक्षा",
        salutation="माननीय राष्ट्रपति महोदय,",
        body="((signatories)) की ओर से हम ((date)) के सम्मेलन से पहले यह पत्र लिख रहे हैं। नदी *बीमार* है।[^1]\n\n[^1]: वार्षिक रिपोर्ट, अध्याय ३।",
        asks_intro="अतः हम आपसे आग्रह करते हैं कि आप:",
        asks=("नदी के बारे में बोलें।", "उसकी **मरम्मत** के लिए धन दें।"),
        ending="हम आपका धन्यवाद करते हैं।",
        closing="सादर,",
    )


def russian() -> Text:
    """Give a letter in Russian."""
    return make_text(
        language="ru",
        title="Защитите реку",
        re="Защита реки на саммите бассейна",
        salutation="Уважаемый господин Президент!",
        body="Это письмо подписали: ((signatories)). Мы пишем его перед саммитом ((date)). Река *больна*.[^1]\n\n[^1]: Ежегодный доклад, глава 3.",
        asks_intro="Поэтому мы призываем Вас:",
        asks=("говорить о реке;", "финансировать её **восстановление**."),
        ending="Благодарим Вас.",
        closing="С уважением,",
    )


def vietnamese() -> Text:
    """Give a letter in Vietnamese."""
    return make_text(
        language="vi",
        title="Xin hãy bảo vệ dòng sông",
        re="Bảo vệ dòng sông tại Hội nghị Thượng đỉnh Lưu vực",
        salutation="Kính gửi Ngài Tổng thống,",
        body="Thay mặt ((signatories)), chúng tôi viết thư này trước hội nghị ngày ((date)). Dòng sông đang *ốm*.[^1]\n\n[^1]: Báo cáo thường niên, chương 3.",
        asks_intro="Vì vậy chúng tôi kêu gọi Ngài:",
        asks=("nói về dòng sông;", "tài trợ việc **phục hồi** dòng sông."),
        ending="Xin chân thành cảm ơn.",
        closing="Trân trọng,",
    )
