"""As an operator I want mail in doubt to be looked up in my relay's log, so that nobody has to do it by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from service.foundation.settings import Settings
from service.model.states import MessageState
from service.wiring import initialize, make_services
from service.worker.jobs import JOBS
from tests.doubles.house import BREAKS, BREAKS_AND_ARRIVES, House
from tests.doubles.ledger import PostfixLog
from tests.doubles.relay import free_port
from tests.operator import Operator


@pytest.fixture
def log(tmp_path):
    return PostfixLog(tmp_path / "mail.log", style="iso")


def services_with(tmp_path, smtp_url, ledger, clock):
    settings = Settings(
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
        smtp_url=smtp_url,
        mail_from="letters@rivers.example",
        relay_ledger=ledger,
        _env_file=None,
    )
    initialize(settings)
    return make_services(settings, clock=clock)


def run_jobs_of_the_ledger(services):
    return {job.name: job.run(services, "here") for job in JOBS if "ledger" in job.name}


@pytest.mark.parametrize(
    ("smtp_url", "lost_becomes"),
    [
        ("smtp://127.0.0.1:25", MessageState.QUEUED),
        ("smtps://127.0.0.1 smtps://u:p@mx.else.example", MessageState.QUEUED),
    ],
    ids=["one relay, here", "another elsewhere"],
)
def test_jobs_settle_what_the_log_proves(tmp_path, noon, log, smtp_url, lost_becomes):
    house = House(None)
    services = services_with(tmp_path, smtp_url, f"postfix:{log.path}", house.clock)
    house.engine = services.engine
    log.idles(house.time - timedelta(hours=1))
    house.postbox.fail_next(BREAKS_AND_ARRIVES, BREAKS)
    house.post("anna")
    house.send()
    log.takes(house.row("anna").message_id, house.time)
    house.wait(timedelta(minutes=1))
    house.post("berta")
    house.send()
    log.loses("", house.time)
    log.idles(house.time + timedelta(minutes=6))

    done = run_jobs_of_the_ledger(services)

    is_proof = "else" not in smtp_url
    assert done == {"ask_ledger": 1 + is_proof, "ask_ledger_again": 0}
    assert house.state("anna") is MessageState.ACCEPTED
    assert (house.state("berta"), house.row("berta").possible_duplicate) == (lost_becomes, not is_proof)
    assert services.wake.wait(0)
    services.engine.dispose()


def test_without_a_ledger_nothing_is_asked(tmp_path, noon):
    services = services_with(tmp_path, "smtp://127.0.0.1", "", lambda: noon)

    assert set(run_jobs_of_the_ledger(services).values()) == {0}
    services.engine.dispose()


def test_the_doctor_says_whether_the_log_can_be_read(tmp_path, log):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    operator.environment["UNDERSIGNED_RELAY_LEDGER"] = f"postfix:{log.path}"
    operator.does("init")
    log.idles(datetime.now(UTC))  # noqa: TID251 -- the doctor runs in another process, by the real clock

    readable = operator.run("doctor")
    log.path.unlink()
    missing = operator.run("doctor")

    assert "The relay's ledger can be read" in readable.stdout
    assert f"The relay's log {log.path} cannot be read" in missing.stderr
    assert (missing.returncode, missing.stderr.count("Traceback")) == (1, 0)
