"""The benchmark of the desk opens every page: a route that it neither opens nor excuses fails here."""

import pytest
from flask import Flask

from benchmarks.desk_objects import THINGS
from benchmarks.desk_pages import EXCUSED, Asked, pages_of_open_letter, pages_with_edition, rules_opened
from service.app import create_app
from service.foundation.clock import now
from service.web.desk.blueprint import ACTS
from service.web.services import WebServices

_MADE = {part: (f"{part}-1",) for part in THINGS}


@pytest.fixture
def app() -> Flask:
    """Make the product without a database: of it only the routes are looked at."""
    return create_app(
        WebServices(
            engine=None,
            keyring=None,
            clock=now,
            public_url="https://letters.example",
            trusted_proxies=0,
            onion_location="",
            wake=lambda: None,
        )
    )


def test_every_route_of_the_desk_is_opened_or_excused(app: Flask) -> None:
    asked_for = {
        rule.endpoint.removeprefix("desk.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint in ACTS and "GET" in (rule.methods or set())
    }
    opened = {rule.endpoint.removeprefix("desk.") for rule in rules_opened(app)}

    assert opened | set(EXCUSED) == asked_for
    assert not opened & set(EXCUSED)


def test_what_is_excused_is_a_file_and_they_are_few() -> None:
    assert len(EXCUSED) <= 9
    assert all(reason.startswith("a file: ") and len(reason) > 20 for reason in EXCUSED.values())


def test_each_opened_route_has_an_address_at_some_moment_of_the_letter(app: Flask) -> None:
    pages = [
        *pages_of_open_letter(app, _MADE | {"edition": (), "sending": ()}),
        *pages_with_edition(app, _MADE, when="released"),
    ]

    matched = {endpoint_of(app, page) for page in pages}
    assert matched >= {rule.endpoint for rule in rules_opened(app)}


def test_a_route_about_something_that_nothing_is_made_of_is_told(app: Flask) -> None:
    app.url_map.add(
        app.url_rule_class("/desk/letters/<slug>/<wonder>", endpoint="desk.letters", methods=["GET"])
    )

    with pytest.raises(AssertionError, match="wonder"):
        rules_opened(app)


def endpoint_of(app: Flask, page: Asked) -> str:
    method = "POST" if page.form else "GET"
    endpoint, _ = app.url_map.bind("letters.example").match(page.path.partition("?")[0], method=method)
    return str(endpoint)
