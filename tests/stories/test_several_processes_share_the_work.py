"""As an operator of a busy letter I want to serve and send by several processes, none of which is in another's way."""

import json
import math
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from examples.demo.forms import read_forms
from service.worker.jobs import JOBS, Queue
from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port, open_relay
from tests.operator import Operator
from tests.stories.test_the_service_is_stopped_while_it_sends import invite_many, states_of

PEOPLE = 20
INVITED = 400
SECONDS_EACH = 1.0
STOPS_WITHIN = 30.0
# A job that comes no less often than this, in seconds, is seen while a test waits.
A_WHILE = 10


@pytest.fixture
def relay():
    with open_relay() as relay:
        yield relay


@pytest.fixture
def operator(relay, tmp_path, postgresql_url):
    return Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=postgresql_url)


def status_of(operator):
    return json.loads(operator.does("status", "--json"))


def living(operator):
    return [one for one in status_of(operator)["processes"] if one["is_alive"]]


def wait_until(is_so, *, seconds=30.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def open_letter(operator):
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    opened = operator.does("campaign", "open", SLUG)
    return re.search(r"http://\S+", opened)[0]


class Reader:
    """Somebody who signs over HTTP, by one process or another."""

    def __init__(self, address):
        self.address = address.replace(f"/{SLUG}?", f"/{SLUG}/sign?") + "&kind=organization"

    def sign(self, email):
        """Send the form, and give the moment at which its answer was there: it is committed."""
        with urllib.request.urlopen(self.address, timeout=10) as page:
            form = next(form for form in read_forms(page.read().decode()) if form.has("nonce"))
        values = {
            "name": f"The {email.split('@')[0]} alliance",
            "representative_name": "Noor Example",
            "representative_title": "Chair",
            "authority": "yes",
            "email": email,
        }
        data = urllib.parse.urlencode(list(form.filled(values))).encode()
        where = urllib.parse.urljoin(self.address, form.action or self.address)
        with urllib.request.urlopen(urllib.request.Request(where, data), timeout=10) as answer:
            assert "/waiting/" in answer.url
        return time.monotonic()


def links_of(relay):
    return [
        re.search(r"http://\S+/confirm/\S+", mail.get_body(("plain",)).get_content())[0]
        for mail in relay.taken
    ]


def tell_nobody(metrics, log, links):
    """See that neither tells of anybody, nor of a link, nor which letter it is."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any("/confirm/<token> 200" in line["event"] and line["request_id"] for line in lines)
    for told in (metrics, log):
        assert [link for link in links if link.rpartition("/")[2] in told] == []
        assert not re.search(r"lakes\.example|member\d|alliance|Noor|127\.0\.0\.1:\d+/\w", told)
        assert SLUG not in told


@pytest.mark.parametrize("command", [("serve", "--port", "8999"), ("worker",)])
def test_on_sqlite_both_refuse_and_say_what_to_do(tmp_path, command):
    operator = Operator(tmp_path, smtp_port=1, web_port=free_port())
    operator.does("init")

    refused = operator.run(*command)

    assert refused.returncode == 2
    assert "on SQLite say `undersigned run`" in refused.stderr


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--queues", "letters,post"), "--queues takes some of mail,letters,deliveries,upkeep"),
        (("--queues", " , "), "--queues takes some of mail,letters,deliveries,upkeep"),
        (("--concurrency", "0"), "0 is not in the range 1<=x<=32"),
    ],
)
def test_what_no_worker_does_is_refused_in_a_sentence(tmp_path, option, said):
    operator = Operator(tmp_path, smtp_port=1, web_port=free_port())

    refused = operator.run("worker", *option)

    assert refused.returncode == 2
    assert said in refused.stderr


def test_each_worker_does_the_jobs_of_its_queues_and_no_others(operator):
    operator.does("init")

    def done():
        return {job["name"] for job in status_of(operator)["jobs"]}

    def soon(*queues):
        return {job.name for job in JOBS if job.queue in queues and job.every_seconds <= A_WHILE}

    def ever(*queues):
        return {job.name for job in JOBS if job.queue in queues}

    with operator.working("--queues", "deliveries", "--concurrency", "1"):
        wait_until(lambda: soon(Queue.DELIVERIES) <= done(), seconds=60)
        assert done() <= ever(Queue.DELIVERIES)
        with operator.working("--queues", "mail, letters", "--concurrency", "2"):
            wait_until(lambda: soon(Queue.LETTERS, Queue.DELIVERIES) <= done(), seconds=60)
            assert sorted(one["queues"] for one in living(operator)) == ["deliveries", "mail,letters"]
        assert "drain_outbox" in done()
        assert done() <= ever(Queue.MAIL, Queue.LETTERS, Queue.DELIVERIES)


def test_run_works_alone_and_the_others_beside_one_another(operator):
    operator.does("init")
    with operator.working(), operator.working():
        wait_until(lambda: [one["kind"] for one in living(operator)] == ["worker", "worker"])
        beside = operator.run("run", "--port", str(free_port()))
    assert beside.returncode == 2
    assert "`run` works alone: stop them first" in beside.stderr
    assert living(operator) == []

    with operator.serving():
        assert [one["kind"] for one in living(operator)] == ["run"]
        for command in (("worker",), ("serve", "--port", str(free_port()))):
            refused = operator.run(*command)
            assert refused.returncode == 2
            assert "An `undersigned run` already works on this database" in refused.stderr


@pytest.fixture(params=["run on postgresql", "serve on postgresql", "run on sqlite"])
def runner(request, relay, tmp_path):
    """Give what serves, and an operator on the database that it serves from."""
    command, _, database = request.param.split()
    url = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    return command, Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=url)


def test_who_signs_has_a_mail_within_a_second(runner, relay):
    command, operator = runner
    operator.environment |= {"UNDERSIGNED_LOG": "json", "UNDERSIGNED_METRICS_ALLOW": "127.0.0.1"}
    reader = Reader(open_letter(operator))
    with operator.serving(command), operator.working() if command == "serve" else operator.beside():
        wait_until(lambda: any(job["name"] == "drain_outbox" for job in status_of(operator)["jobs"]))
        signed = {}
        for number in range(PEOPLE):
            email = f"member{number}@lakes.example"
            signed[email] = reader.sign(email)
        assert relay.wait_for(PEOPLE, seconds=20)
        links = links_of(relay)
        for link in links:
            urllib.request.urlopen(link, timeout=10).close()
        told = urllib.request.urlopen(f"{operator.address}/metrics", timeout=10).read().decode()

    taken = {str(mail["To"]): at for mail, at in zip(relay.taken, relay.taken_at, strict=True)}
    waits = sorted(at - signed[to] for to, at in taken.items())
    assert len(waits) == PEOPLE
    assert waits[math.ceil(0.95 * PEOPLE) - 1] <= 1.0, waits
    assert f'undersigned_messages{{kind="confirm",state="accepted"}} {PEOPLE}.0' in told
    assert 'undersigned_time_to_250_seconds{quantile="0.95"} 0.' in told
    tell_nobody(told, operator.log(), links)


def test_workers_that_are_told_to_end_do_so_within_seconds_and_lose_nothing(tmp_path, postgresql_url):
    with open_relay(seconds_each=SECONDS_EACH) as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=postgresql_url)
        invite_many(operator)
        with operator.working() as first, operator.working() as second:
            assert relay.wait_for(5, seconds=30)
            leaving = (first, second)
            began = time.monotonic()
            for process in leaving:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)
            assert [process.wait(timeout=60) for process in leaving] == [0, 0]
            took = time.monotonic() - began

        assert took < STOPS_WITHIN
        # The relay answers in a second, so nothing is left in doubt, in hand or marked as tried.
        states = states_of(operator)
        assert states == {"accepted": len(relay.taken), "queued": INVITED - len(relay.taken)}
        to = [str(mail["To"]) for mail in relay.taken]
        assert len(to) == len(set(to))


def test_serve_ends_what_it_was_asked_before_it_goes(operator):
    address = open_letter(operator)
    with operator.serving("serve") as process:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        took = time.monotonic() - began

    assert took < STOPS_WITHIN
    assert living(operator) == []
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=2)
