"""Somebody who signs, four times a second, while a bulk send goes on: the product's own verb, from another process."""

import select
import sys
import time
from collections.abc import Mapping
from typing import Any

from benchmarks.child import Work, take_part
from benchmarks.order import settings_of
from service.foundation.clock import now
from service.model.signature import Kind, Visibility
from service.signing.party import SignOn
from service.signing.sign import sign
from service.store.transaction import transaction
from service.wiring import make_services

_EVERY_SECONDS = 0.25


def prepare(order: Mapping[str, Any]) -> Work:
    """Put the service together, and give what signs until the input ends.

    What is told of each sign-on is the moment in its row, when its commit was over (monotonic seconds), and how
    many seconds it took to write.
    """
    services = make_services(settings_of(order))

    def work() -> Mapping[str, Any]:
        posted: list[tuple[str, float, float]] = []
        while not select.select([sys.stdin], [], [], _EVERY_SECONDS)[0]:
            moment, began = now(), time.monotonic()
            with transaction(services.engine) as session:
                sign(
                    session,
                    services.keyring,
                    slug=order["slug"],
                    key="",
                    sign_on=_sign_on(len(posted)),
                    now=moment,
                )
            committed = time.monotonic()
            posted.append((moment.isoformat(), committed, committed - began))
        return {"posted": posted}

    return work


def _sign_on(number: int) -> SignOn:
    return SignOn(
        kind=Kind.PERSON,
        name=f"Reader {number:05}",
        email=f"reader{number:05}@readers.example",
        visibility=Visibility.COUNTED,
    )


if __name__ == "__main__":
    take_part(prepare)
