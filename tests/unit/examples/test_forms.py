"""The form reader sends what a browser would send."""

import pytest

from examples.demo.errors import DemoFailed
from examples.demo.forms import read_forms, visible_text

SIGN = """
<form method="get" action="/search"><input name="q"></form>
<form method="POST" action="/letters/x/sign">
  <input type="hidden" name="csrf" value="n&amp;1"><input name="name" value="Pre&quot;filled"><input name="email" type="email">
  <input type="radio" name="visibility" value="public"><input type="radio" name="visibility" value="counted">
  <input type="radio" name="keeps" value="ask" checked><input type="radio" name="keeps" value="keep">
  <input type="checkbox" name="news" value="y"><input type="checkbox" name="authority" checked>
  <select name="country"><option value="">Choose<option value="IS">Iceland</option></select>
  <select name="language"><option>en</option><option selected> fr </option></select>
  <textarea name="note">
Two
lines</textarea>
  <input name="gone" value="1" disabled><input type="file" name="logo"><button type="button" name="add">Add</button>
  <button name="step" value="sign">Sign</button><button name="step" value="question">Ask</button>
</form>
"""

UNTOUCHED = [
    ("csrf", "n&1"),
    ("name", 'Pre"filled'),
    ("email", ""),
    ("keeps", "ask"),
    ("authority", "on"),
    ("country", ""),
    ("language", "fr"),
    ("note", "Two\nlines"),
    ("step", "sign"),
]


def _sent(**values: str) -> dict[str, str]:
    return dict(read_forms(SIGN)[1].filled(values))


def test_an_untouched_form_sends_what_the_page_put_into_it() -> None:
    assert read_forms(SIGN)[1].filled({}) == UNTOUCHED


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        ({"email": "a@b.example"}, {"email": "a@b.example"}),
        ({"name": ""}, {"name": ""}),
        ({"visibility": "counted"}, {"visibility": "counted"}),
        ({"keeps": "keep"}, {"keeps": "keep"}),
        ({"news": "yes"}, {"news": "y"}),
        ({"authority": ""}, {"authority": None}),
        ({"country": "IS"}, {"country": "IS"}),
        ({"language": "en"}, {"language": "en"}),
        ({"note": "None"}, {"note": "None"}),
        ({"step": "question"}, {"step": "question"}),
    ],
)
def test_filling_a_control_changes_that_control_alone(
    values: dict[str, str], changed: dict[str, str | None]
) -> None:
    expected = {name: value for name, value in {**dict(UNTOUCHED), **changed}.items() if value is not None}

    assert _sent(**values) == expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"phone": "1"}, "has no field “phone”"),
        ({"gone": "2"}, "has no field “gone”"),
        ({"visibility": "all"}, "does not offer “all” for “visibility”"),
        ({"country": "XX"}, "does not offer “XX”"),
        ({"step": "leave"}, "does not offer “leave”"),
    ],
)
def test_what_the_form_does_not_offer_is_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(DemoFailed, match=words):
        _sent(**values)


def test_the_forms_are_told_apart() -> None:
    search, sign = read_forms(SIGN)

    assert (search.method, sign.method) == ("get", "post")
    assert not search.has("visibility")
    assert sign.has("visibility")


def test_a_page_is_read_as_its_words() -> None:
    page = "<title>T</title><style>b{}</style><p>55&nbsp;organizations<br>and <b>11</b> people<script>x()</script>"

    assert visible_text(page) == "55 organizations and 11 people"
