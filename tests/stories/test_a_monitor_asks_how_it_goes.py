"""As whoever watches over the service I want to be told how it does, and nobody else to be told anything."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.store.transaction import transaction
from tests.doubles.house import House
from tests.stories.visitor import Visitor, letter_page

HERE = "127.0.0.1"


class Monitor(Visitor):
    """Asks from an address, by a proxy or not."""

    def __init__(self, door, *, allow, address=HERE):
        app = door.app()
        services = app.extensions["undersigned"]
        app.extensions["undersigned"] = dataclasses.replace(services, metrics_allow=allow)
        super().__init__(app)
        self._client.environ_base["REMOTE_ADDR"] = address


@pytest.mark.parametrize(
    ("allow", "address", "headers", "status"),
    [
        ("", HERE, {}, 404),
        ("127.0.0.1/32", HERE, {}, 200),
        ("127.0.0.1/32 10.0.0.0/8", "10.1.2.3", {}, 200),
        ("10.0.0.0/8", "11.1.2.3", {}, 404),
        ("::1/128", "::1", {}, 200),
        # A proxy on this machine asks for anybody.
        ("127.0.0.1/32", HERE, {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("127.0.0.1/32", HERE, {"Forwarded": "for=203.0.113.9"}, 404),
    ],
)
def test_only_those_who_may_are_told(door, allow, address, headers, status):
    assert Monitor(door, allow=allow, address=address).open("/metrics", headers=headers).status_code == status


def test_what_is_told_comes_from_the_rows(coalition, door):
    coalition.open()
    coalition.sign()
    coalition.wait(minutes=2)
    monitor = Monitor(door, allow=HERE)

    waiting = monitor.open("/metrics").text
    coalition.deliver_mail()
    sent = Monitor(door, allow=HERE).open("/metrics").text

    assert 'undersigned_queue_age_seconds{priority="0"} 120.0' in waiting
    assert 'undersigned_messages{kind="confirm",state="queued"} 1.0' in waiting
    assert 'undersigned_messages{kind="confirm",state="accepted"} 1.0' in sent
    assert 'undersigned_queue_age_seconds{priority="0"} 0.0' in sent


def test_a_sender_that_went_away_is_counted(coalition, door):
    house = House(coalition.engine, time=coalition.now)
    house.post()
    with transaction(house.engine) as session:
        session.execute(
            text("UPDATE message SET state = 'claimed', lease_owner = 'gone', lease_until = :ago"),
            {"ago": house.time - timedelta(minutes=1)},
        )

    assert house.free() == 1

    assert "undersigned_leases_lost_total 1.0" in Monitor(door, allow=HERE).open("/metrics").text


def test_no_label_names_a_letter_or_a_person(coalition, door):
    coalition.open()
    coalition.sign_and_confirm("Lake Alliance")
    visitor = Monitor(door, allow=HERE)
    visitor.open(letter_page(coalition))

    told = visitor.open("/metrics").text

    assert not any(word in told for word in ("clean-river", "Lake", "lakes.example", coalition.campaign().id))


def test_where_the_schema_is_behind_the_word_is_migrations(coalition, door, visitor):
    assert (visitor.open("/readyz").status_code, visitor.open("/readyz").text) == (200, "ready\n")
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0019'"))

    answer = visitor.open("/readyz")

    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "migrations\n", "10")
