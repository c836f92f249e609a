"""As an operator of several processes I want to upgrade one after the other, while people sign and mail goes out."""

import io
import json
import re
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from examples.demo.forms import read_forms
from tests.coalition import SLUG
from tests.doubles.relay import free_port, open_relay
from tests.operator import ROOT, Operator
from tests.stories.test_several_processes_share_the_work import Reader, links_of, open_letter, wait_until
from tests.stories.test_the_service_is_stopped_while_it_sends import states_of

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
