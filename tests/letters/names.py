"""The rolls of the twelve letters: organizations and persons that do not exist, in the scripts of the world."""

from service.letter.edition import Signatory
from tests.unit.letter.letters import make_person, make_signatory

_RIVERS = [
    "Amber",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Glacier",
    "Harbor",
    "Island",
    "Juniper",
    "Kestrel",
    "Lagoon",
    "Meadow",
    "Northern",
    "Osprey",
]
_KINDS = ("Watch", "Alliance", "Council for Free Rivers", "Network of Fishers and Farmers")
_COUNTRIES = ("US", "DE", "FR", "TW", "IN", "TR", "CA", "JP", "AU", "KZ")


def _sixty() -> tuple[Signatory, ...]:
    names = [f"{river} River {kind}" for kind in _KINDS for river in _RIVERS][:51]
    organizations = [
        make_signatory(
            f"The {name}" if place % 7 == 0 else name,
            acronym="".join(word[0] for word in name.split() if word[0].isupper()) if place % 3 == 0 else "",
            country=_COUNTRIES[place % len(_COUNTRIES)],
            representative_name="Alex Example" if place % 10 == 4 else "",
            representative_title="Executive Director" if place % 10 == 4 else "",
            order=place if place < 2 else None,
        )
        for place, name in enumerate(names)
    ]
    persons = [
        make_person(
            "Prof. Ana Zorn", sort_name="Zorn", position="Professor of Law", affiliation="Basin University"
        ),
        make_person("Øyvind Ångström", sort_name="Ångström", country="NO"),
        make_person("Đặng Thị Hồng Ngữ", sort_name="Đặng", position="Poet", country="VN"),
        make_person("Seán Ó Riain", sort_name="Ó Riain", affiliation="Institute of Estuaries", country="IE"),
        make_person("Łucja Żółć", sort_name="Żółć", country="PL"),
        make_person("Bo Example", sort_name="Example", qualifier="(in a personal capacity)"),
        make_person("Zoë d’Exemple", sort_name="Exemple", position="Former Minister of Water", country="FR"),
        make_person("İpek Işık", sort_name="Işık", country="TR"),
    ]
    return (*organizations, *persons)


def six_hundred() -> tuple[Signatory, ...]:
    """Give a roll of 600: 520 organizations of ten countries and 80 persons."""
    organizations = (
        make_signatory(
            f"{_RIVERS[place % 15]} Valley {_KINDS[place // 15 % 4]} {place // 60 + 1}",
            country=_COUNTRIES[place * 7 % len(_COUNTRIES)],
        )
        for place in range(520)
    )
    persons = (
        make_person(
            f"Person {_RIVERS[place % 15]} {place:02}",
            country=_COUNTRIES[place % 10],
            affiliation="Open School",
        )
        for place in range(80)
    )
    return (*organizations, *persons)


SIXTY = _sixty()
UYGHUR = (
    make_signatory("ئۇيغۇر دەريا جەمئىيىتى", name_latin="Uyghur River Society", acronym="URS", country="DE"),
    make_signatory("تەڭرىتاغ سۇ ئىتتىپاقى", country="TR"),
    make_signatory("River Watch", acronym="RW", country="US"),
    make_signatory("قۇمۇل باغۋەنلەر بىرلىكى (ياۋروپا)", country="SE"),
    make_person("گۈلنار مىسال", position="شائىر", affiliation="دەريا ئىنستىتۇتى"),
    make_person("Ana Zorn", position="Professor of Law", affiliation="Basin University"),
)
ARABIC = (
    make_signatory("شبكة الأنهار الحرة", name_latin="Free Rivers Network", acronym="FRN", country="EG"),
    make_signatory("سازمان رودخانه\u200cهای آزاد", name_latin="Free Rivers Organization", country="IR"),
    make_signatory("רשת הנהרות", name_latin="Rivers Network", country="IL"),
    make_signatory("Lake Alliance", country="DE"),
    make_signatory("جمعية المياه 2030", country="LB"),
    make_person("د. ليلى مثال", position="أستاذة القانون", affiliation="جامعة الحوض"),
    make_person("امید نمونه", affiliation="دانشگاه رود"),
)
TIBETAN = (
    make_signatory("བོད་ཀྱི་གཙང་པོ་སྲུང་སྐྱོབ་ཚོགས་པ།", name_latin="Tibetan River Protection Society", country="IN"),
    make_signatory("རྒྱ་མཚོའི་ཚོགས་པ།", country="NP"),
    make_signatory("River Watch", country="US"),
    make_person("བསྟན་འཛིན་དཔེ་མཚོན།", position="སྙན་ངག་པ།"),
    make_person("Pema Example", affiliation="Basin University"),
)
CHINESE = (
    make_signatory("维护河流联盟", name_latin="River Protection Alliance", country="US"),
    make_signatory("維吾爾河流聲援協會", name_latin="River Support Association", country="TW"),
    make_signatory("川の会（東京）", name_latin="River Society (Tokyo)", country="JP"),
    make_signatory("吉野川を守る会", country="JP"),
    make_signatory("한강 연합", name_latin="Han River Union", country="KR"),
    make_signatory("River Watch", country="US"),
    make_person("陳大文", position="作家", affiliation="流域大學"),
    make_person("王小明", affiliation="流域大学"),
)
_BY_SCRIPT = {
    "Asia, East": ("維護河流聯盟", "维护河流联盟", "川の会（東京）", "한강 연합", "Hội Bảo vệ Sông Cửu Long"),
    "Asia, South": ("नदी संघ – क्षेत्रीय समिति", "বাংলার নদী", "ਪੰਜ ਦਰਿਆ", "தமிழ் நதி", "සිංහල ගංගා"),
    "Asia, South-East": ("เครือข่ายแม่น้ำ", "ກຸ່ມແມ່ນໍ້າລາວ", "សមាគមទន្លេ", "မြစ်ကွန်ရက်"),
    "Asia, Inner": ("ئۇيغۇر دەريا جەمئىيىتى", "བོད་ཀྱི་གཙང་པོ།", "Өзен қоғамы", "ᠮᠣᠩᠭᠣᠯ ᠭᠣᠣᠯ"),
    "Asia, West": (
        "شبكة الأنهار",
        "سازمان رودخانه\u200cهای آزاد",
        "רשת הנהרות",
        "Հայ գետեր",
        "ქართული მდინარე",
    ),
    "Europe": ("Сеть рек", "Δίκτυο ποταμών", "Réseau des fleuves", "Þjórsá", "Sieć Rzek Żółtych"),
    "Africa": ("የወንዞች ማኅበር", "Ọ̀ṣun Àwọn Odò"),
}
EVERY_SCRIPT = tuple(
    make_signatory(
        name,
        category=category,
        country="",
        name_latin="" if name[0].isascii() else f"Rivers, {category} {place}",
    )
    for category, names in _BY_SCRIPT.items()
    for place, name in enumerate(names, start=1)
)
WITHHELD = (
    *SIXTY[:9],
    make_signatory("Quiet Spring Group", shown="recipient", country="TH", representative_name="Mira Silent"),
    make_signatory("دەريا خالىسلىرى", shown="recipient", name_latin="River Friends"),
    make_signatory("Hidden Well Society", shown="counted", country="LA", acronym="HWS"),
    make_signatory("ཡིབ་པའི་ཚོགས་པ།", shown="counted", name_latin="Unseen Circle"),
    make_person("Bo Hush", shown="recipient", affiliation="Covert College"),
    make_person("Nadia Nameless", shown="counted", position="Nurse", affiliation="Secret Clinic"),
    make_person("", shown="counted"),
)
