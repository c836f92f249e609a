"""As an operator of a busy letter I want to serve and send by several processes, none of which is in another's way."""

import json
import re
import signal
import time
import urllib.error
import urllib.request

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port, open_relay
from tests.operator import Operator
from tests.stories.test_the_service_is_stopped_while_it_sends import invite_many, states_of

INVITED = 400


@pytest.fixture
def relay():
    with open_relay() as relay:
        yield relay


@pytest.fixture
def operator(relay, tmp_path, postgresql_url):
    return Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=postgresql_url)


def status_of(operator):
    return json.loads(operator.does("status", "--json"))


def wait_until(is_so, *, seconds=30.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


@pytest.mark.parametrize("command", [("serve", "--port", "8999"), ("worker",)])
def test_on_sqlite_both_refuse_and_say_what_to_do(tmp_path, command):
    operator = Operator(tmp_path, smtp_port=1, web_port=free_port())
    operator.does("init")

    refused = operator.run(*command)

    assert refused.returncode == 2
    assert "on SQLite say `undersigned run`" in refused.stderr


def test_run_works_alone_and_the_others_beside_one_another(operator):
    operator.does("init")
    with operator.working(), operator.working():
        wait_until(lambda: sum(one["kind"] == "worker" for one in status_of(operator)["processes"]) == 2)
        beside = operator.run("run", "--port", str(free_port()))
    assert beside.returncode == 2
    assert "`run` works alone: stop them first" in beside.stderr

    with operator.serving():
        for command in (("worker",), ("serve", "--port", str(free_port()))):
            refused = operator.run(*command)
            assert refused.returncode == 2
            assert "An `undersigned run` already works on this database" in refused.stderr


def test_what_is_signed_at_serve_is_mailed_by_a_worker(operator, relay):
    operator.does("init")
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("campaign", "open", SLUG)
    with operator.serving("serve"), operator.working():
        wait_until(lambda: status_of(operator)["jobs"])
        (operator.folder / "one.csv").write_text("kind,name,email\norganization,Lakes,a@lakes.example\n")
        operator.does("signatories", "import", SLUG, "one.csv")
        assert relay.wait_for(1, seconds=20)
        kinds = sorted(one["kind"] for one in status_of(operator)["processes"])

    assert kinds == ["serve", "serve", "worker"]
    assert status_of(operator)["processes"] == []
