"""The roof: the web application, put together from its pages, its errors and its headers."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.web.desk import desk
from service.web.errors import answer_errors
from service.web.lane import Lane
from service.web.public import public
from service.web.reading import WholeRequest
from service.web.routing import LateRule
from service.web.security import guard
from service.web.services import WebServices, give_services
from service.web.watch import watch

MOST_BYTES = 256 * 1024
MOST_PARTS = 100


def create_app(services: WebServices) -> Flask:
    """Make the WSGI application: no session, no cookie, no template or file of Flask's own."""
    app = Flask("service", static_folder=None, template_folder=None)
    app.request_class = WholeRequest
    app.url_rule_class = LateRule
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_PARTS,
        PROPAGATE_EXCEPTIONS=False,
    )
    # A merged "//" would be a redirect built from the request's Host.
    app.url_map.merge_slashes = False
    give_services(app, services)
    watch(app)
    guard(app, services)
    answer_errors(app)
    app.register_blueprint(public)
    app.register_blueprint(desk)
    behind: Any = Lane(app.wsgi_app, services)
    if services.trusted_proxies:
        behind = ProxyFix(behind, x_for=services.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
    app.wsgi_app = behind  # type: ignore[method-assign]  # -- Flask's documented place for middleware
    return app
