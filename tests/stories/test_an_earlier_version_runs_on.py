"""As an operator of several processes I want to upgrade one after the other, while people sign and mail goes out."""

import contextlib
import io
import json
import re
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from examples.demo.forms import read_forms
from service.campaigns.halt import begin_emergency
from service.foundation.clock import now
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG
from tests.doubles.relay import free_port, open_relay
from tests.operator import ROOT, Operator
from tests.stories.test_several_processes_share_the_work import Reader, links_of, open_letter, wait_until
from tests.stories.test_the_service_is_stopped_while_it_sends import states_of

pytestmark = pytest.mark.soak

# Names that are alike would be held for a person's look.
NAMES = ("harbor", "meadow", "quarry", "orchard", "lantern")
PEOPLE = len(NAMES)
JOBS = {"fire_schedules", "tick"}


def git(*arguments):
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""


@pytest.fixture(scope="module")
def last_release(tmp_path_factory) -> Path:
    """Lay the code that was given out last into a folder."""
    lines = (ROOT / "changes" / "RELEASES").read_text(encoding="utf-8").splitlines()
    _, _, commit = [line for line in lines if line and not line.startswith("#")][-1].split()
    if not (ROOT / ".git").exists() or git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.skip("the history is not here: clone the repository whole")
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(
        fileobj=io.BytesIO(git("archive", commit, "service", "templates", "migrations"))
    ) as tar:
        tar.extractall(folder, filter="data")
    return folder


def press(link):
    """Open a link and press its button, as its owner does."""
    with urllib.request.urlopen(link, timeout=10) as page:
        form = next(form for form in read_forms(page.read().decode()) if "confirm" in (form.action or link))
    where = urllib.parse.urljoin(link, form.action or link)
    data = urllib.parse.urlencode(list(form.filled({}))).encode()
    urllib.request.urlopen(urllib.request.Request(where, data), timeout=10).close()


def told(operator, *command):
    return json.loads(operator.does(*command, "--json"))


def standings(operator):
    return Counter(row["standing"] for row in told(operator, "signatories", "list", SLUG))


def code_of(operator):
    """Tell whose code a process with these settings runs."""
    ask = [sys.executable, "-c", "import service; print(service.__file__)"]
    answer = subprocess.run(
        ask, env=operator.environment, cwd=operator.folder, capture_output=True, text=True, check=True
    )
    return Path(answer.stdout).parent.parent


def test_the_version_before_serves_and_sends_on_the_schema_of_this_one(database_url, tmp_path, last_release):
    with open_relay() as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=database_url)
        reader = Reader(open_letter(operator))
        with operator.serving():
            # It begins what is planned for the letter, some of which the version before may not know.
            wait_until(lambda: {job["name"] for job in told(operator, "status")["jobs"]} >= JOBS)

        ours, operator.environment["PYTHONPATH"] = operator.environment["PYTHONPATH"], str(last_release)
        assert code_of(operator) == last_release
        with operator.serving():
            for name in NAMES:
                reader.sign(f"{name}@lakes.example")
            assert relay.wait_for(PEOPLE, seconds=20)
            *links, last = links_of(relay)
            for link in links:
                press(link)
            assert relay.wait_for(2 * PEOPLE - 1, seconds=20)

        operator.environment["PYTHONPATH"] = ours
        assert standings(operator) == {"awaiting acceptance": PEOPLE - 1, "pending": 1}
        with operator.serving():
            press(last)
            assert relay.wait_for(2 * PEOPLE, seconds=20)

    assert standings(operator) == {"awaiting acceptance": PEOPLE}
    assert states_of(operator) == {"accepted": 2 * PEOPLE}
    assert not re.search(r"Traceback|job \w+ (failed|did not finish)", operator.log())


def hide(operator):
    """Hide the letter in an emergency, as its page at the desk does."""
    engine = make_engine(operator.environment["UNDERSIGNED_DATABASE_URL"])
    with transaction(engine) as session:
        begin_emergency(session, SLUG, by="ada", now=now())
    engine.dispose()


def processes(operator):
    return [one for one in told(operator, "status")["processes"] if one["is_alive"]]


def test_in_an_emergency_the_version_before_sends_nothing_and_ends(postgresql_url, tmp_path, last_release):
    with open_relay() as relay, contextlib.ExitStack() as stack:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=postgresql_url)
        reader = Reader(open_letter(operator))
        ours, operator.environment["PYTHONPATH"] = operator.environment["PYTHONPATH"], str(last_release)
        before = [
            stack.enter_context(operator.serving("serve", "--workers", "1")),
            stack.enter_context(operator.working()),
        ]
        reader.sign("harbor@lakes.example")
        assert relay.wait_for(1, seconds=20)
        operator.environment["PYTHONPATH"] = ours
        operator.web_port = free_port()
        new = stack.enter_context(operator.serving("serve", "--workers", "1"))

        wait_until(lambda: len(processes(operator)) == 3)
        assert sorted(one["is_older"] for one in processes(operator)) == [False, True, True]
        assert "An earlier version still runs" in operator.does("status")
        with urllib.request.urlopen(f"{operator.address}/readyz", timeout=10) as ready:
            assert ready.read() == b"ready\nan earlier version still runs\n"

        began = time.monotonic()
        hide(operator)
        # What comes by the pages of before until they have ended is taken in, and goes to nobody.
        with contextlib.suppress(OSError):
            reader.sign("meadow@lakes.example")
        wait_until(lambda: all(process.poll() is not None for process in before), seconds=60)
        took = time.monotonic() - began

        assert took < 40
        assert new.poll() is None
        assert not any(one["is_older"] for one in processes(operator))
        assert len(relay.taken) == 1
        assert "An earlier version" not in operator.does("status")


def test_a_letter_in_trial_is_sent_by_no_worker_of_the_version_before(postgresql_url, tmp_path, last_release):
    with open_relay() as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=postgresql_url)
        reader = Reader(open_letter(operator))
        engine = make_engine(postgresql_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE campaign SET trial_since = now()"))
        ours, operator.environment["PYTHONPATH"] = operator.environment["PYTHONPATH"], str(last_release)
        with operator.serving("serve", "--workers", "1"), operator.working():
            reader.sign("harbor@lakes.example")
            wait_until(lambda: events_of(engine, "claimed"))
            time.sleep(3)
        assert relay.taken == []
        assert not events_of(engine, "submitting")

        with engine.begin() as connection:
            connection.execute(text("UPDATE campaign SET trial_since = NULL"))
        operator.environment["PYTHONPATH"] = ours
        with operator.serving("serve", "--workers", "1"), operator.working():
            assert relay.wait_for(1, seconds=90)
        engine.dispose()
    assert states_of(operator) == {"accepted": 1}
    assert not re.search(r"Traceback|job \w+ (failed|did not finish)", operator.log())


def events_of(engine, became):
    with engine.connect() as connection:
        found = text("SELECT count(*) FROM message_event WHERE became = :became")
        return connection.execute(found, {"became": became}).scalar_one()
