"""Which organizations' names look alike to a hurried reader, and which must not be taken for one another."""

import pytest

from service.foundation.skeleton import acronym_skeleton, skeleton
from service.model.resemblance import Likeness
from service.signing.organizations.likeness import Named, likeness, worth_a_look

SAME, SPELLING, ACRONYM = Likeness.SAME_LOOK, Likeness.SPELLING, Likeness.ACRONYM

ALIKE = [
    # Letters of another script: Cyrillic, Greek, Armenian, Cherokee; whole words and single letters.
    ("Amnesty International", "Аmnesty International", SAME),
    ("Amnesty International", "Amnesty Internatiоnal", SAME),
    ("Amnesty International", "AMNESTY lnternational", SAME),
    ("Amnesty International", "Amnesty |nternational", SAME),
    ("Amnesty International", "Amnesty Intemational", SAME),
    ("Amnesty International", "Αmnesty Ιnternational", SAME),
    ("Scope", "Ѕсоре", SAME),
    ("Scope", "SСОРЕ", SAME),
    ("COPAX", "СОРАХ", SAME),
    ("TOM", "ТОМ", SAME),
    ("Lake Alliance", "Lаkе Аlliаnсе", SAME),
    ("Lake Alliance", "Lake A11iance", SAME),
    ("Lake Alliance", "ᏞAKE ALLIANCE", SAME),
    ("Human Rights Watch", "Humаn Rights Vvatch", SAME),
    ("Oxus Forum", "Օxus Forum", SAME),
    ("350.org", "35O.org", SAME),
    # Width, mathematical letters, ligatures, hidden joiners.
    ("River Watch", "Ｒｉｖｅｒ　Ｗａｔｃｈ", SAME),
    ("River Watch", "𝐑𝐢𝐯𝐞𝐫 𝐖𝐚𝐭𝐜𝐡", SAME),
    ("Office of Fish", "Oﬃce of Fish", SAME),
    # Accents, strokes, punctuation, spaces.
    ("Réseau des Rivières", "Reseau des Rivieres", SAME),
    ("Sørum Fond", "Sorum Fond", SAME),
    ("Łódź Watch", "Lodz Watch", SAME),
    ("Kızılırmak Derneği", "Kizilirmak Dernegi", SAME),
    ("River-Watch", "RiverWatch", SAME),
    ("Pro Natura", "Pronatura", SAME),
    # Articles, "and", legal forms, order of words.
    ("The River Watch", "River Watch", SAME),
    ("La Quadrature", "Quadrature", SAME),
    ("Rivers & Lakes", "Rivers and Lakes", SAME),
    ("Ríos y Lagos", "Ríos Lagos", SAME),
    ("River Watch", "River Watch e.V.", SAME),
    ("River Watch", "River Watch e. V.", SAME),
    ("River Watch", "River Watch, Inc.", SAME),
    ("River Watch", "River Watch ASBL", SAME),
    ("River Watch", "River Watch Pty Ltd", SAME),
    ("River Watch", "River Watch S.A.", SAME),
    ("River Watch", "The River Watch gGmbH", SAME),
    ("River Watch", "River Watch Official", SAME),
    ("Мемориал", "МЕМОРИАЛ", SAME),
    ("Мемориал", "Мемориал НКО", SAME),
    ("Rights Watch Tibet", "Tibet Rights Watch", SAME),
    # Arabic, Persian, Uyghur, Hebrew: forms of a letter, points, tatweel, ZWNJ.
    ("منظمة العفو الدولية", "منظمه العفو الدوليه", SAME),
    ("منظمة العفو الدولية", "مُنَظَّمَة العفو الدولية", SAME),
    ("أصدقاء النهر", "اصدقاء النهر", SAME),
    ("كتاب النهر", "کتاب النهر", SAME),
    ("ھەرىكەت", "هەریکەت", SAME),
    ("دیده‌بان رود", "دیدهبان رود", SAME),
    ("נהר חופשי", "נָהָר חוֹפְשִׁי", SAME),
    # Han and Katakana that are drawn alike; Tibetan with and without the last stroke.
    ("人口觀察", "人ロ觀察", SAME),
    ("國土守望", "國士守望", SAME),
    ("ཆུ་བོའི་ཚོགས་པ།", "ཆུ་བོའི་ཚོགས་པ", SAME),
    # A slip of the pen in a long word, a letter doubled, left out, or two of them turned round.
    ("Amnesty International", "Amnesty Internatonal", SPELLING),
    ("Amnesty International", "Amnetsy International", SPELLING),
    ("Amnesty International", "Amnesty Internacional", SPELLING),
    ("Greenpeace", "Greenpeece", SPELLING),
    ("Greenpeace", "Grenpeace", SPELLING),
    ("Freedom House", "Freedoom House", SPELLING),
    ("Reporters Without Borders", "Reporter Without Borders", SPELLING),
    ("Мемориал", "Мемореал", SPELLING),
    ("Ελευθερία", "Ελευθερια", SAME),
    ("Campaign for Uyghurs", "Campaing for Uyghurs", SPELLING),
    ("منظمة الأنهار", "منظمة الأنهارر", SPELLING),
    # An acronym that stands for the other name.
    ("International Campaign for Tibet", "ICT", ACRONYM),
    ("International Campaign for Tibet", "I.C.T.", ACRONYM),
    ("Human Rights Watch", "HRW", ACRONYM),
    ("World Uyghur Congress", "WUC e.V.", ACRONYM),
    ("Fédération internationale pour les droits humains", "FIDH", ACRONYM),
]

APART = [
    ("Amnesty Iran", "Amnesty Iraq"),
    ("Amnesty Austria", "Amnesty Australia"),
    ("Lake Alliance", "Lake Alliance North"),
    ("Lake Alliance North", "Lake Alliance South"),
    ("Lake Alliance East", "Lake Alliance West"),
    ("Human Rights Watch", "Human Rights in China"),
    ("Human Rights Watch", "Women Rights Watch"),
    ("Tibet Justice Center", "Tibet Action Institute"),
    ("Article 19", "Article 18"),
    ("Group 21", "Group 12"),
    ("River Watch", "River Match"),
    ("Gambia Forum", "Zambia Forum"),
    ("Mali Voices", "Malawi Voices"),
    ("Free Tibet", "Free Tibet Student Network"),
    ("Save the Sea", "Save the Tea"),
    ("Amnesty International", "Transparency International"),
    ("Niger Delta Watch", "Nigeria Delta Watch"),
    ("北京人權", "南京人權"),
    ("北京人權", "北京人權律師"),
    ("國際特赦組織", "國際透明組織"),
    ("人権ネット東京", "人権ネット大阪"),
    ("한강 지킴이", "낙동강 지킴이"),
    ("ཆུ་བོའི་ཚོགས་པ།", "ཆུ་མཛོད་ཚོགས་པ།"),
    ("མི་རིགས་ཁང", "མི་རིག་ཁང"),
    ("Мемориал", "Миротворец"),
    ("Москва Форум", "Moskva Forum"),
    ("Справа", "Слава"),
    ("أصدقاء النهر", "أصدقاء البحر"),
    ("جمعية النيل", "جمعية الليل"),
    ("נהר חופשי", "נחל חופשי"),
    ("नदी बचाओ", "वन बचाओ"),
    ("แม่น้ำเสรี", "แม่น้ำโขง"),
    ("Ελλάδα Φόρουμ", "Κύπρος Φόρουμ"),
    ("World Uyghur Congress", "Women United for Change"),
    ("Human Rights Watch", "HRC"),
    ("Lake Alliance", "LA"),
    ("Rivers Without Dams", "Lakes Without Dams"),
    ("Voice of Kashmir", "Voice of Karabakh"),
    ("a", "b"),
]  # fmt: skip -- one pair a line reads best


@pytest.mark.parametrize(("one", "other", "how"), ALIKE)
def test_names_that_look_alike_are_told(one: str, other: str, how: Likeness) -> None:
    assert likeness(Named(name=one), Named(name=other)) is how
    assert likeness(Named(name=other), Named(name=one)) is how


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_of_two_organizations_are_left_alone(one: str, other: str) -> None:
    assert likeness(Named(name=one), Named(name=other)) is None
    assert likeness(Named(name=other), Named(name=one)) is None


def test_the_name_in_latin_letters_and_the_given_acronym_count_as_well() -> None:
    tibetan = Named(name="བོད་ཀྱི་ཚོགས་པ", name_latin="Bod kyi Tsokpa", acronym="BKT")

    assert likeness(Named(name="Bod Kyi Tsokpa"), tibetan) is SAME
    assert likeness(Named(name="BKT"), tibetan) is ACRONYM
    assert likeness(Named(name="Bund Kritischer Tierfreunde", acronym="BKT"), tibetan) is None


@pytest.mark.parametrize("name", ["", "!!!", "…", " ", "—", "🌊🌊"])
def test_a_name_without_a_letter_is_like_nothing(name: str) -> None:
    assert skeleton(name).words == ()
    assert likeness(Named(name=name), Named(name=name)) is None


def test_an_acronym_is_short() -> None:
    assert acronym_skeleton("F.I.D.H.") == "fldh"
    assert acronym_skeleton("A") == acronym_skeleton("Absolutely not") == ""


def test_of_many_names_those_are_picked_that_may_be_misspelled() -> None:
    many = [f"Valley Union {number}" for number in range(500)]
    many[123] = "GREENPEECE"

    assert worth_a_look("Greenpeace", many) == [123]


def test_every_slip_that_is_told_is_picked_among_many() -> None:
    missed = [
        (one, other) for one, other, how in ALIKE if how is SPELLING and worth_a_look(one, [other]) != [0]
    ]

    assert missed == []
