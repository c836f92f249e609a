"""What the web door is given from outside, and how its pages reach it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from service.foundation.clock import Clock
from service.store.keyring import Keyring

_NAME = "undersigned"


@dataclass(frozen=True, kw_only=True)
class WebServices:
    """Everything that the pages work with; `wake` tells the sender that mail may be waiting, after a commit."""

    engine: Engine
    keyring: Keyring
    clock: Clock
    public_url: str
    trusted_proxies: int
    onion_location: str
    wake: Callable[[], None]

    def now(self) -> datetime:
        """Tell the moment of this request."""
        return self.clock()


def give_services(app: Flask, services: WebServices) -> None:
    """Hand the services to an application, once."""
    app.extensions[_NAME] = services


def services() -> WebServices:
    """Get the services of the application that answers this request."""
    return cast(WebServices, current_app.extensions[_NAME])
