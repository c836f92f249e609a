"""Over random editions: whoever a copy shows stands in it once and in order, and whoever it hides is nowhere in it."""

import hypothesis
import pytest
from hypothesis import strategies

from service.letter.copy import make_copy
from tests.letters.formats import FORMS, compiled_as, held_by, said_by, squeeze, stands_in
from tests.unit.letter.letters import PRESIDENT, make_edition, make_signatory, make_text

# `--hypothesis-profile=soak` tries more.
EXAMPLES = max(6, hypothesis.settings.default.max_examples // 16)
# Letters that stand for themselves, so that a name is in the text letter by letter; no word of the letter itself and
# no digest can be made of the Latin ones.
ALPHABETS = (
    "ghkmnpqrvwxyz",
    "абвгдежзиклмнопрст",
    "ابتثجحخدرزسشصطعغفقكمنهوي",
    "ئۇيغرچتكىشلقنەپدمجسب",
    "אבגדהזחטכלמנסעפצקרשת",
    "ཀཁགངཅཆཇཉཏཐདནཔཕབམ",
    "कगचजटडतदनपबमयरलसह",
    "กขคงจชญดตถทนบปผพมยรลวสห",
    "河流山水森林海洋空氣保護聯盟自由",
    "かきくけこさしすせそ",
    "강산호수바다하늘",
)
# Letters of each direction, with commas, brackets and figures of their own.
LANGUAGES = ("en", "he", "fa", "ja", "ru")
SHOWN = ("public", "recipient", "counted")
MAY_BE_SEEN = {"full": {"public", "recipient"}, "public": {"public"}}


def words(alphabet, least=6):
    return strategies.text(alphabet, min_size=least, max_size=12)


@strategies.composite
def signatories(draw):
    alphabet = draw(strategies.sampled_from(ALPHABETS))
    latin = words(ALPHABETS[0])
    name = " ".join(draw(strategies.lists(words(alphabet), min_size=1, max_size=2)))
    other = {
        "shown": draw(strategies.sampled_from(SHOWN)),
        "name_latin": draw(latin) if draw(strategies.booleans()) else "",
        "qualifier": draw(latin) if draw(strategies.booleans()) else "",
    }
    if draw(strategies.booleans()):
        return make_signatory(name, kind="person", affiliation=draw(latin), position=draw(latin), **other)
    representative = {"representative_name": draw(latin), "representative_title": draw(latin)}
    return make_signatory(name, acronym=draw(latin), country="DE", **representative, **other)


def own_words(signatory):
    """Give every word that a signatory wrote about itself."""
    fields = ("name", "name_latin", "acronym", "qualifier", "position", "affiliation")
    fields += ("representative_name", "representative_title")
    return [text for field in fields if (text := getattr(signatory, field))]


@pytest.fixture(scope="module")
def seen():
    """Count what the examples held, or nothing would be proved by them."""
    seen = {"shown": 0, "hidden": 0}
    yield seen
    assert seen["shown"] > EXAMPLES
    assert seen["hidden"] > EXAMPLES


@hypothesis.given(
    roll=strategies.lists(signatories(), min_size=4, max_size=30),
    audience=strategies.sampled_from(["full", "public"]),
    representatives=strategies.booleans(),
    language=strategies.sampled_from(LANGUAGES),
)
@hypothesis.settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(hypothesis.HealthCheck),
    database=None,
    derandomize=True,
    # A whole edition says more than minutes of making it smaller.
    phases=[hypothesis.Phase.generate],
)
def test_every_format_shows_whom_it_may_and_nobody_else(seen, roll, audience, representatives, language):
    said = [squeeze(text) for signatory in roll for text in own_words(signatory)]
    hypothesis.assume(
        not any(one in other for n, one in enumerate(said) for m, other in enumerate(said) if n != m)
    )
    edition = make_edition(
        roll=tuple(roll), text=make_text(asks=(), language=language), show_representative=representatives
    )
    copy = make_copy(edition, audience=audience, office=PRESIDENT)
    shown = [
        squeeze(line.name) for kind in ("organization", "person") for line in copy.lines if line.kind == kind
    ]
    seen_here = MAY_BE_SEEN[audience]
    hidden = [text for one in roll if one.shown not in seen_here for text in own_words(one)]
    assert sorted(shown) == sorted(squeeze(one.name) for one in roll if one.shown in seen_here)
    seen["shown"] += len(shown)
    seen["hidden"] += len(hidden)

    for form in FORMS:
        data = compiled_as(copy, form)
        text, everything = said_by(data, form), held_by(data, form)

        assert [name for name in shown if text.count(name) != 1] == [], form
        if form != "json":
            assert sorted(shown, key=text.index) == shown, form
        assert [word for word in hidden if squeeze(word) in text or stands_in(word, everything)] == [], form
