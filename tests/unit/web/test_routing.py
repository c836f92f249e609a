"""A route that compiles late builds the same addresses as one that does so at once."""

import pytest
from werkzeug.routing import Map, Rule

from service.web.routing import LateRule

VALUES = {"slug": "clean river ä", "number": 3}


@pytest.mark.parametrize(
    "path", ["/", "/letters/<slug>/", "/letters/<slug>/versions/<int:number>", "/<path:slug>"]
)
@pytest.mark.parametrize("more", [{}, {"lang": "ar"}])
def test_it_builds_and_matches_as_the_librarys_own(path: str, more: dict[str, str]) -> None:
    at_once, late = (Map([kind(path, endpoint="page")]).bind("letters.example") for kind in (Rule, LateRule))
    values = {name: value for name, value in VALUES.items() if f"{name}>" in path}

    for _ in range(2):
        built = late.build("page", {**values, **more})
        assert built == at_once.build("page", {**values, **more})
    assert late.match(built.partition("?")[0]) == at_once.match(built.partition("?")[0])
