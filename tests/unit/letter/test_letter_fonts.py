import pytest
import typst

from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.fonts import _BUNDLED_RANGES, Fonts
from tests.unit.letter.letters import copy_of, make_person, make_signatory, make_text

NOTHING_INSTALLED = Fonts(with_system=False)
SCRIPTS = [
    ("Latin (with Vietnamese)", True),
    ("Hebrew", True),
    ("Thai", False),
    ("Devanagari", False),
    ("Kana", False),
    ("Persian, Urdu and Kurdish", False),
    ("Greek", True),
    ("Cyrillic", True),
    ("Tibetan", False),
    ("Han, simplified", False),
    ("Han, traditional", False),
    ("Hangul", False),
]
TEXTS = [
    ("River Watch", ""),
    ("Çevre, Łódź, Việt, e\u0301", ""),
    ("Зелений Ђ Қазақ", ""),
    ("Ἑλλάς", ""),
    ("a\u200cb \u2068c\u2069", ""),
    ("The བོད group", "བོ"),
    ("River 藏", "藏"),
    ("Fun 😀", "😀"),
    ("q\u0f71", "q\u0f71"),
]


@pytest.mark.parametrize(("text", "lacking"), TEXTS)
def test_the_first_character_that_no_font_has_is_found(text, lacking):
    assert NOTHING_INSTALLED.missing(text) == lacking


def test_the_typesetter_has_every_character_that_we_say_it_has(tmp_path):
    spans = [part.partition("-") for part in _BUNDLED_RANGES.split()]
    characters = "".join(chr(code) for a, _, b in spans for code in range(int(a, 16), int(b or a, 16) + 1))
    source = """#set document(title: "all")
#set text(lang: "en", fallback: false, font: ("Libertinus Serif", "New Computer Modern"))
#for style in (text, emph, strong, text.with(weight: "semibold"), it => emph(strong(it))) [
  #for one in sys.inputs.all.clusters() [#style(one) ]

]"""

    data = typst.compile(
        input=source.encode(),
        root=tmp_path,
        ignore_system_fonts=True,
        sys_inputs={"all": characters},
        pdf_standards=["a-2b"],
    )

    assert isinstance(data, bytes)


@pytest.mark.parametrize(("script", "is_covered"), SCRIPTS)
def test_scripts_are_told_apart_by_what_can_be_printed(script, is_covered):
    (found,) = [one for one in NOTHING_INSTALLED.scripts_covered() if one.script == script]

    assert found.is_covered is is_covered
    assert found.package.startswith("fonts-")


def test_a_name_without_a_font_is_printed_in_its_latin_form_and_told():
    roll = (make_signatory("བོད་ཀྱི", name_latin="Tibet Group"), make_signatory("River Watch"))

    rendering = compile_copy(copy_of(roll=roll), form="pdf", fonts=NOTHING_INSTALLED)

    (notice,) = rendering.notices
    assert notice.startswith("བོད་ཀྱི is printed as Tibet Group: ")
    assert "U+0F56 TIBETAN LETTER BA, U+0F7C TIBETAN VOWEL SIGN O; Tibetan script" in notice
    assert "fonts-noto-core" in notice


def test_a_name_with_neither_font_nor_latin_form_stops_the_letter_and_each_is_listed():
    roll = (make_signatory("藏人會"), make_signatory("བོད"), make_person("Ana", affiliation="བོད"))

    with pytest.raises(Refused) as refused:
        compile_copy(copy_of(roll=roll), form="pdf", fonts=NOTHING_INSTALLED)

    assert len(refused.value.faults) == 3
    assert any(
        "藏人會 cannot be printed" in fault and "fonts-wqy-zenhei" in fault for fault in refused.value.faults
    )
    assert any("Ana cannot be printed (the affiliation)" in fault for fault in refused.value.faults)


NAMES_IN_TWELVE_SCRIPTS = [
    ("ئۇيغۇر", "Arabic", "fonts-noto-core"),
    ("བོད", "Tibetan", "fonts-noto-core"),
    ("हिन्दी", "Devanagari", "fonts-noto-core"),
    ("ไทย", "Thai", "fonts-noto-core"),
    ("ລາວ", "Lao", "fonts-noto-core"),
    ("ខ្មែរ", "Khmer", "fonts-noto-core"),
    ("မြန်မာ", "Myanmar", "fonts-noto-core"),
    ("አማርኛ", "Ethiopic", "fonts-noto-core"),
    ("தமிழ்", "Tamil", "fonts-noto-core"),
    ("藏人", "Han", "fonts-wqy-zenhei"),
    ("にほん", "Hiragana", "fonts-wqy-zenhei"),
    ("한국", "Hangul", "fonts-nanum"),
]


def test_of_twelve_scripts_all_names_are_told_at_once_each_with_its_character_and_its_package():
    roll = tuple(make_signatory(name) for name, _, _ in NAMES_IN_TWELVE_SCRIPTS)

    with pytest.raises(Refused) as refused:
        compile_copy(copy_of(roll=roll), form="pdf", fonts=NOTHING_INSTALLED)

    assert len(refused.value.faults) == len(roll)
    for name, script, package in NAMES_IN_TWELVE_SCRIPTS:
        (fault,) = [fault for fault in refused.value.faults if fault.startswith(f"{name} cannot be printed")]
        assert f"U+{ord(name[0]):04X}" in fault
        assert f"{script} script" in fault
        assert f"Debian package {package}" in fault


def test_a_text_without_a_font_stops_the_letter_and_says_where():
    with pytest.raises(Refused, match=r"The body cannot be printed: no font at hand has the character བོ"):
        compile_copy(copy_of(text=make_text(body="We say བོད.")), form="pdf", fonts=NOTHING_INSTALLED)


WHERE = [
    ({"asks": ("Speak.", "Say བོད.")}, "Ask 2 cannot be printed"),
    ({"body": "See.[^1]\n\n[^1]: བོད."}, "Note 1 cannot be printed"),
    (
        {"language": "hi", "body": "We write."},
        "What letters say by themselves in the language “hi” cannot be printed",
    ),
    ({"body": "Say \u0378."}, r"U\+0378; Unknown script\), which no package has: write another"),
    ({"body": "Say 𠮷."}, "CJK UNIFIED IDEOGRAPH-20BB7; Han script.*fonts-hanazono"),
]


@pytest.mark.parametrize(("text", "told"), WHERE)
def test_the_part_of_the_text_that_lacks_a_font_is_named(text, told):
    with pytest.raises(Refused, match=told):
        compile_copy(copy_of(text=make_text(**text)), form="pdf", fonts=NOTHING_INSTALLED)


def test_every_script_that_we_name_is_covered_by_the_packages_that_we_name():
    covered = {one.script for one in Fonts().scripts_covered() if one.is_covered}

    assert covered >= {
        *(
            "Hebrew",
            "Arabic (with Uyghur)",
            "Persian, Urdu and Kurdish",
            "Thai",
            "Devanagari",
            "Tibetan",
            "Kana",
        ),
        *("Hangul", "Han, simplified", "Han, traditional", "Cyrillic", "Latin (with Vietnamese)"),
    }


def test_other_formats_keep_every_name_in_its_own_script():
    copy = copy_of(roll=(make_signatory("བོད་ཀྱི", name_latin="Tibet Group"),))

    for form in ("txt", "html", "json"):
        assert "བོད་ཀྱི" in compile_copy(copy, form=form, fonts=NOTHING_INSTALLED).data.decode()


def test_a_broken_font_is_passed_over(tmp_path):
    (tmp_path / "Broken.ttf").write_bytes(b"not a font")

    assert Fonts(directory=tmp_path, with_system=False).missing("བོད") == "བོ"


def test_a_font_that_is_installed_meanwhile_is_found_without_a_new_start(tmp_path):
    fonts = Fonts(directory=tmp_path, with_system=False)
    (installed,) = Fonts().needed(["བོད"])[:1]
    (tmp_path / "truetype").mkdir()
    assert fonts.missing("བོད") == "བོ"
    before = tmp_path.stat().st_mtime_ns

    (tmp_path / "truetype" / "noto").mkdir()
    (tmp_path / "truetype" / "noto" / installed.name).symlink_to(installed)

    assert tmp_path.stat().st_mtime_ns == before
    assert fonts.missing("བོད") == ""
    assert [path.name for path in fonts.needed(["བོད"])] == [installed.name]


def test_a_font_that_is_gone_shows_nothing_more(tmp_path):
    (tmp_path / "noto").mkdir()
    (installed,) = Fonts().needed(["བོད"])[:1]
    link = tmp_path / "noto" / installed.name
    link.symlink_to(installed)
    fonts = Fonts(directory=tmp_path, with_system=False)
    assert fonts.missing("བོད") == ""

    link.unlink()

    assert fonts.missing("བོད") == "བོ"
    assert fonts.needed(["བོད"]) == ()
