import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.letter.roll import Numbers, collation_key, count_roll, grouped, ordered, sorting_of
from tests.unit.letter.letters import ROLL, copy_of, make_edition, make_person, make_signatory

ORGANIZATIONS = [
    (
        "articles, accents, marks and numbers",
        "en",
        [
            "7amleh",
            "Access Now",
            "The Advocates for Rivers",
            "Al-Haq",
            "Amnesty",
            "Article 9",
            "ARTICLE 19",
            "Ärzte am Fluss",
            "Avocats",
            "“Basin” Circle",
            "Çevre",
            "A Clean River",
            "#Dams",
            "New York Anglers",
            "Newark Anglers",
        ],
    ),
    (
        "scripts in their documented order",
        "en",
        ["Zebra", "Ωμέγα", "Яблоко", "Հայ", "שלום", "ئۇيغۇر", "नदी", "བོད", "藏人"],
    ),
    ("a first word that only looks like an article", "en", ["A", "Ana", "The", "Theatre", "Then"]),
    (
        "articles of the letter's language and English ones",
        "fr",
        ["The Advocates", "L’Eau vive", "Lac", "« Les Quais »", "Le Réseau", "Un Toit"],
    ),
    ("articles of no other language", "en-GB", ["Die Donau", "La Plata Watch", "The Rhine"]),
    (
        "articles behind an opening quotation mark",
        "en-GB",
        ["“The Aral” Group", "‘The Baikal’", "(The) Caspian", "A “Danube” Circle"],
    ),
    ("German articles", "de", ["Die Donau", "Das Elbtal", "Der Rhein", "The Volga Trust"]),
    ("no English a in other languages", "id", ["A Rocha", "An Taisce", "Badan Sungai"]),
    ("Spanish letters", "es", ["Nube", "Nzinga", "Ñandú", "Ojo"]),
]
PEOPLE = [
    ["Ana Abbott", "Ludwig van Beethoven", "Bo Çelik Jr.", "Hana Dvořák, PhD", "Zoe O’Brien", "Aung Zaw"],
    ["Bo Ahl (née Zorn)", "Juan Pérez (retired)", "Anna Smith, RN", "Tang, Ana", "Jo Udo, M.D. (emerita)"],
    ["Ana Zorn", "Олена Яворська", "དབང་འདུས་ ཚེ་རིང་", "李 明"],
]


@pytest.mark.parametrize(("what", "language", "names"), ORGANIZATIONS)
def test_organizations_stand_in_alphabetical_order(what, language, names):
    roll = [make_signatory(name) for name in reversed(names)]

    found = [one.name for one in ordered(roll, order="alphabetical", language=language)]

    assert found == names


@pytest.mark.parametrize("names", PEOPLE)
def test_people_stand_by_their_family_name(names):
    roll = [make_person(name) for name in reversed(names)]

    assert [one.name for one in ordered(roll, order="alphabetical", language="en")] == names


def test_a_letter_that_was_frozen_by_the_first_rules_stays_in_their_order():
    roll = (make_signatory("‘The Baikal’"), make_signatory("Rhine"), make_signatory("The Elbe"))
    named = [line.name for line in copy_of("full", roll=roll).lines]
    anew = [line.name for line in copy_of("full", roll=roll, sorting=sorting_of(roll, "en")).lines]

    assert named == ["The Elbe", "Rhine", "‘The Baikal’"]
    assert anew == ["‘The Baikal’", "The Elbe", "Rhine"]
    assert "sorting" in make_edition(roll=roll, sorting=1).as_record()
    # What both put in one order says nothing of it, and an earlier release reads it.
    assert sorting_of(roll[1:], "en") == 0
    assert "sorting" not in make_edition(roll=roll).as_record()


def test_a_sort_name_rules_over_the_name():
    roll = [make_signatory("A Rocha", sort_name="A Rocha"), make_signatory("Act"), make_signatory("Abba")]

    assert [one.name for one in ordered(roll, order="alphabetical", language="en")] == [
        "A Rocha",
        "Abba",
        "Act",
    ]


def test_organizations_come_before_people_in_every_order():
    for order in ("alphabetical", "lead_first", "manual"):
        roll = ordered((make_person("A", order=1), make_signatory("Z")), order=order, language="en")

        assert [one.name for one in roll] == ["Z", "A"]


def test_leads_come_first_and_the_rest_by_the_alphabet():
    roll = [
        make_signatory("B"),
        make_signatory("A"),
        make_signatory("Z", order=2),
        make_signatory("Y", order=1),
    ]

    assert [one.name for one in ordered(roll, order="lead_first", language="en")] == ["Y", "Z", "A", "B"]
    assert [one.name for one in ordered(roll, order="alphabetical", language="en")] == ["A", "B", "Y", "Z"]


@given(
    st.lists(st.text(min_size=1, max_size=12), max_size=12, unique=True), st.randoms(use_true_random=False)
)
def test_the_order_does_not_depend_on_how_names_came_in(names, chance):
    roll = [make_signatory(name) for name in names]
    shuffled = roll[:]
    chance.shuffle(shuffled)

    assert ordered(roll, order="alphabetical", language="en") == ordered(
        shuffled, order="alphabetical", language="en"
    )


def test_groups_are_alphabetical_and_those_without_come_last():
    roll = [
        make_signatory("A", category="Rivers"),
        make_signatory("B"),
        make_signatory("C", category="Æsthetes"),
        make_signatory("D", category="Rivers"),
    ]

    groups = grouped(roll, by="category", order="alphabetical", language="en")

    assert [(group.heading, [row.name for row in group.rows]) for group in groups] == [
        ("Æsthetes", ["C"]),
        ("Rivers", ["A", "D"]),
        ("", ["B"]),
    ]


def test_groups_follow_the_order_that_the_coalition_chose():
    roll = [make_signatory("A", country="US"), make_signatory("B", country="DE")]

    groups = grouped(roll, by="country", order="manual", language="fr")

    assert [group.heading for group in groups] == ["États-Unis", "Allemagne"]


def test_everybody_is_counted_and_each_country_once():
    assert count_roll(ROLL) == Numbers(signatories=7, organizations=4, individuals=3, countries=4)


def test_a_name_of_signs_alone_still_has_a_place():
    assert collation_key("!!!", "en")
