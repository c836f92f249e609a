"""A route that compiles late, or was read before, builds and matches the same addresses as the library's own."""

import pytest
from werkzeug.routing import Map, Rule

from service.web.routing import LateRule
from tests.doubles.routes import KnownRule

VALUES = {"slug": "clean river ä", "number": 3}


@pytest.mark.parametrize("kind", [LateRule, KnownRule])
@pytest.mark.parametrize(
    "path", ["/", "/letters/<slug>/", "/letters/<slug>/versions/<int:number>", "/<path:slug>"]
)
@pytest.mark.parametrize("more", [{}, {"lang": "ar"}])
def test_it_builds_and_matches_as_the_librarys_own(
    path: str, more: dict[str, str], kind: type[LateRule]
) -> None:
    # Whatever the first of its kind was read as, the second may know.
    at_once, _, late = (
        Map([one(path, endpoint="page")]).bind("letters.example") for one in (Rule, kind, kind)
    )
    values = {name: value for name, value in VALUES.items() if f"{name}>" in path}

    for _ in range(2):
        built = late.build("page", {**values, **more})
        assert built == at_once.build("page", {**values, **more})
    assert late.match(built.partition("?")[0]) == at_once.match(built.partition("?")[0])


def test_a_known_route_keeps_what_is_its_own() -> None:
    """One text with two endpoints, methods and values by default stays two routes."""
    any_letter, the_river = (
        KnownRule("/letters/<slug>/own", endpoint=endpoint, methods=[method], defaults=defaults)
        for endpoint, method, defaults in (("any", "GET", None), ("river", "POST", {"slug": "river"}))
    )
    routes = Map([any_letter, the_river]).bind("letters.example")

    assert routes.match("/letters/lake/own", method="GET") == ("any", {"slug": "lake"})
    assert routes.match("/letters/lake/own", method="POST")[0] == "river"
    assert routes.build("any", {"slug": "lake"}) == "/letters/lake/own"
    assert routes.build("river", {}) == "/letters/river/own"
