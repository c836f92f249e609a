"""The applications that gunicorn serves: the product's own, and bare views that do the least that could be done."""

import contextlib
import json
import threading
from pathlib import Path

import psycopg
from flask import Flask, Response, request

from benchmarks.order import settings_of
from service.__main__ import make_app
from service.store.wake import telling
from service.wiring import make_services

_INSERTS = (
    "INSERT INTO floor_person (name, email) VALUES (%s, %s)",
    "INSERT INTO floor_mail (email, body) VALUES (%s, %s)",
)

_OPEN = contextlib.ExitStack()


def product(order: str) -> object:
    """Put the product together as its own commands do; `order` is the path of a JSON file."""
    services = make_services(settings_of(_read(order)))
    # As `undersigned serve` does: the process ends with its server.
    _OPEN.enter_context(telling(services.engine, services.wake))
    return make_app(services)


def floor(order: str) -> Flask:
    """Make the bare views: two INSERTs in one transaction, a page of bytes that are ready, and a word."""
    given, kept, app = _read(order), threading.local(), Flask("floor", static_folder=None)
    page = Path(given["page"]).read_bytes()

    def connection() -> psycopg.Connection:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(given["database_url"])
        found: psycopg.Connection = kept.connection
        return found

    @app.post("/two")
    def two() -> Response:
        form = request.form
        with connection().transaction():
            connection().execute(_INSERTS[0], (form.get("name", ""), form.get("email", "")))
            connection().execute(_INSERTS[1], (form.get("email", ""), form.get("kind", "")))
        return Response(status=303, headers={"Location": "/thanks"})

    @app.get("/page")
    def ready() -> Response:
        return Response(page, mimetype="text/html")

    @app.get("/hello")
    def hello() -> Response:
        return Response("hello", mimetype="text/plain")

    return app


def _read(order: str) -> dict[str, str]:
    given: dict[str, str] = json.loads(Path(order).read_text())
    return given
