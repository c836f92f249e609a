import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.i18n.words import shipped_languages
from service.letter.document import make_document
from service.letter.fit_text import UNITS, Limit, fit_text, size_of
from service.letter.render_text import render_text
from tests.unit.letter.golden_letter import golden_copy
from tests.unit.letter.letters import copy_of, make_text

BODY = "First 😀 paragraph.\n\n## A heading\n\nSecond.\n\n## Another\n\nThird, 維吾爾.\n\n[^1]: Not used."
LETTER = make_document(
    copy_of(text=make_text(body=BODY, asks=("One.", "Two " * 20, "Three " * 20), ending="Fourth.\n\nFifth."))
)
SIZES = [("aé", "bytes", 3), ("a😀", "utf16", 3), ("a😀", "characters", 2), ("a\nb", "crlf_bytes", 4)]


def fitted(most, unit="characters", whole_at=""):
    return fit_text(LETTER, Limit(most=most, unit=unit, whole_at=whole_at))


@pytest.mark.parametrize(("text", "unit", "size"), SIZES)
def test_a_text_is_counted_as_the_form_counts(text, unit, size):
    assert size_of(text, unit) == size


def test_a_letter_that_fits_stays_whole():
    assert fitted(100_000) == render_text(LETTER).rstrip("\n")


def test_the_names_go_first_and_are_counted():
    whole = len(fitted(100_000))

    text = fitted(whole - 1)

    assert "Lake Alliance" not in text
    assert "Contact: A. Secretary" in text
    assert text.endswith("[Left out here: the list of 5 signatories.]")
    assert "The undersigned 4 organizations and 3 individuals:" in text


def test_what_is_left_out_is_named_with_the_address_of_the_whole():
    text = fitted(760, whole_at="https://letters.example/letters/river")

    assert " ".join(text.split("\n\n")[-1].split()) == (
        "[Left out here: the list of 5 signatories; the contact; who gets a copy; the letterhead and address;"
        " the check code. The whole letter: https://letters.example/letters/river]"
    )


def test_asks_stay_until_all_else_is_gone_and_never_go_unsaid():
    texts = [fitted(most) for most in range(1_000, 470, -1)]

    for text in texts:
        asks = sum(f"{place}. " in text for place in (1, 2, 3))
        assert asks == 3 or (f"ask{'s' if asks == 1 else ''} " in text and "First" not in text)
        assert "Dear President Example," in text
        assert "not for publication" in text
    assert any("asks 2 to 3" in " ".join(text.split()) for text in texts)


def test_a_heading_never_stands_over_nothing():
    for most in range(470, 1_000):
        text = fitted(most)

        assert ("A heading" in text) == ("Second." in text)
        assert ("Another" in text) == ("Third" in text)


def test_what_no_cut_makes_fit_is_refused_in_one_sentence():
    with pytest.raises(Refused, match=r"cannot be made to fit into 50: .* alone take \d+\.$"):
        fitted(50)


@settings(max_examples=60, deadline=None)
@given(most=st.integers(1, 1_400), unit=st.sampled_from(UNITS))
def test_a_fitted_letter_is_within_its_limit_and_says_nothing_new(most, unit):
    whole = render_text(LETTER).rstrip("\n").split("\n\n")
    try:
        text = fitted(most, unit)
    except Refused:
        return

    assert size_of(text, unit) <= most
    assert fitted(size_of(text, unit), unit) == text
    kept = iter(whole)
    paragraphs = text.split("\n\n")
    said = paragraphs[:-1] if paragraphs[-1].startswith("[Left out") else paragraphs
    assert all(paragraph in kept for paragraph in said)


@pytest.mark.parametrize("language", shipped_languages())
def test_every_language_says_what_is_left_out(language):
    text = fit_text(
        make_document(copy_of(text=make_text(language=language))), Limit(most=540, unit="characters")
    )

    assert text.split("\n\n")[-1].startswith("[")


def test_a_letter_in_several_scripts_fits():
    document = make_document(golden_copy())

    for most in (700, 900, 1_200):
        for unit in UNITS:
            assert size_of(fit_text(document, Limit(most=most, unit=unit)), unit) <= most
