"""Let people sign and confirm for ten minutes, while mail goes out: `make soak-sign`."""

import argparse
import contextlib
import http.client
import queue
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlmodel import col

from benchmarks.databases import POSTGRESQL, open_database
from benchmarks.figures import percentile
from benchmarks.installation import Installation, install
from benchmarks.order import HOST, settings_of
from benchmarks.processes import ContenderFailed
from benchmarks.signing.people import sign_requests
from benchmarks.signing.server import Server, serving
from benchmarks.sink import Sink, serving_any
from benchmarks.verdict import Line, at_most, holds, pronounce
from service.campaigns.queries import get_campaign
from service.foundation.identity import make_id
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature
from service.model.states import MessageState, SignatureState
from service.signing.pressing import pressed
from service.store.links import Link, link_token
from service.store.transaction import reading
from service.wiring import Services, make_services
from service.worker.confirmations import follow_up_presses
from service.worker.forms import take_in_forms
from service.worker.jobs import drain_outbox
from service.worker.journal import journal_open

_LETTER = "soaked"
_PEOPLE = 12
_NONCE = re.compile(r'name="nonce" value="([^"]*)"')
_WANTED_SECONDS = 1.0
_LOOK_SECONDS = 0.25
_LAST_SECONDS = 60.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Host": HOST}


@dataclass(kw_only=True)
class Crowd:
    """Those who sign and confirm, each request taking its turn; `took` are seconds by what was asked for."""

    server: Server
    work: "queue.Queue[tuple[str, str, str] | None]" = field(default_factory=queue.Queue)
    took: dict[str, list[float]] = field(default_factory=lambda: {"sign": [], "confirm": []})
    wrong: list[str] = field(default_factory=list)

    def live(self) -> None:
        """Do one request after the other until there are no more."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        while (asked := self.work.get()) is not None:
            try:
                self._do(line, *asked)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{asked[0]}: {error!r}")
                line.close()
        line.close()

    def _do(self, line: http.client.HTTPConnection, what: str, path: str, body: str) -> None:
        if what == "confirm":
            found = _NONCE.search(_ask(line, "GET", path, "")[1])
            body = urlencode({"nonce": unescape(found[1]) if found else ""})
        began = time.monotonic()
        status, _ = _ask(line, "POST", path, body)
        self.took[what].append(time.monotonic() - began)
        if status != 303:
            self.wrong.append(f"{what}: {status}")


def main(arguments: Sequence[str]) -> int:
    """Soak; gives 0 only where nothing was lost and nobody waited long."""
    parser = argparse.ArgumentParser(
        prog="make soak-sign", description="Lets people sign and confirm for long."
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="for so long (10)")
    parser.add_argument(
        "--a-minute", type=int, default=2_000, help="so many sign, and confirm, a minute (2,000)"
    )
    parser.add_argument("--folder", type=Path, help="put the database here; else where temporary files go")
    asked = parser.parse_args(arguments)
    try:
        lines = _soak(asked.minutes, asked.a_minute, asked.folder)
    except ContenderFailed as failed:
        print(f"\nFAILED: {failed}", flush=True)
        return 1
    return pronounce(lines)


def _soak(minutes: float, a_minute: int, folder: Path | None) -> list[Line]:
    with contextlib.ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-soak-", dir=folder)))
        here.chmod(0o755)
        installation = install(stack.enter_context(open_database(POSTGRESQL, here)), here)
        installation.add_letter(_LETTER, signatories=0)
        sink = stack.enter_context(serving_any())
        server = stack.enter_context(serving("product", installation.order, folder=here))
        stack.enter_context(_sending(installation, sink))
        crowd = Crowd(server=server)
        total = int(minutes * a_minute)
        with _people(crowd):
            _let_sign(installation, crowd, total=total, each=60 / a_minute)
        _wait_for_mail(installation)
        return list(_judge(installation, crowd, sink, total=total))


def _let_sign(installation: Installation, crowd: Crowd, *, total: int, each: float) -> None:
    """Hand out the sign-ons at their moments, and the confirmation of each as soon as it is there."""
    requests = iter(list(sign_requests(crowd.server, _LETTER, range(total))))
    began, handed, said, known = time.monotonic(), 0, 0.0, set[str]()
    end = began + total * each + _LAST_SECONDS
    while len(known) < total and time.monotonic() < end:
        due = min(total, int((time.monotonic() - began) / each) + 1)
        for path, body in (next(requests) for _ in range(due - handed)):
            crowd.work.put(("sign", path, body))
        handed = due
        for row_id, token in _to_confirm(installation, known).items():
            known.add(row_id)
            crowd.work.put(("confirm", f"/confirm/{token}", ""))
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(
                f"{said - began:6.0f} s: {handed:,} signed, {len(known):,} to confirm, {crowd.work.qsize()} wait.",
                flush=True,
            )
        time.sleep(_LOOK_SECONDS)


def _to_confirm(installation: Installation, known: set[str]) -> Mapping[str, str]:
    services = installation.services
    with reading(services.engine) as session:
        campaign = get_campaign(session, _LETTER)
        keys = services.keyring.of(session, campaign.id)
        # Nobody confirms before the mail that asks for it is there.
        pending = (
            select(col(Signature.id), col(Signature.generation))
            .join(Message, col(Message.recipient_ref) == col(Signature.id))
            .where(
                col(Signature.campaign_id) == campaign.id,
                col(Signature.state) == SignatureState.PENDING,
                col(Message.kind) == MessageKind.CONFIRM,
                col(Message.state) == MessageState.ACCEPTED,
            )
        )
        rows = [(row, generation) for row, generation in session.execute(pending) if row not in known]
    return {
        row: link_token(keys, Link(purpose=Purpose.CONFIRM, row_id=row, generation=generation))
        for row, generation in rows
    }


@contextlib.contextmanager
def _people(crowd: Crowd) -> Iterator[None]:
    threads = [threading.Thread(target=crowd.live, daemon=True) for _ in range(_PEOPLE)]
    for thread in threads:
        thread.start()
    yield
    for _ in threads:
        crowd.work.put(None)
    for thread in threads:
        thread.join(timeout=_LAST_SECONDS)


@contextlib.contextmanager
def _sending(installation: Installation, sink: Sink) -> Iterator[None]:
    """Let the product take in forms and send mail as it does beside the web, while the block lasts."""
    over = threading.Event()
    with journal_open(make_services(settings_of(installation.sending_to(sink.port)))) as (services, held):
        assert held is None, held
        owner = make_id()

        def again_and_again(job: Callable[[Services, str], int]) -> None:
            while not over.wait(_LOOK_SECONDS):
                job(services, owner)

        # As `undersigned run` has them: each job in a thread of its own.
        jobs = (take_in_forms, follow_up_presses, drain_outbox)
        threads = [threading.Thread(target=again_and_again, args=(job,), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _wait_for_mail(installation: Installation) -> None:
    end = time.monotonic() + _LAST_SECONDS
    while time.monotonic() < end and _is_waiting(installation):
        time.sleep(_LOOK_SECONDS)


def _is_waiting(installation: Installation) -> bool:
    """Tell whether something still follows from a press, or mail waits to go."""
    with reading(installation.services.engine) as session:
        if pressed(session, most=1):
            return True
    counts = installation.counts()
    return any(
        counts.get(state) for state in (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING)
    )


def _judge(installation: Installation, crowd: Crowd, sink: Sink, *, total: int) -> Iterator[Line]:
    with reading(installation.services.engine) as session:
        campaign = get_campaign(session, _LETTER)
        confirmed = select(func.count(col(Signature.id))).where(
            col(Signature.campaign_id) == campaign.id,
            col(Signature.kind) == Kind.PERSON,
            col(Signature.state) == SignatureState.CONFIRMED,
        )
        kept = int(session.execute(confirmed).scalar_one())
        mails = {
            kind: int(count)
            for kind, count in session.execute(
                select(col(Message.kind), func.count())
                .where(col(Message.state) == MessageState.ACCEPTED)
                .group_by(col(Message.kind))
            ).all()
        }
    for what, took in crowd.took.items():
        print(f"{what}: {len(took):,}, p50 {percentile(took, 0.5):.3f} s, p99 {percentile(took, 0.99):.3f} s")
    yield from (
        at_most(f"{what}: how long 99 % wait at most", percentile(took, 0.99), _WANTED_SECONDS, unit="s")
        for what, took in crowd.took.items()
    )
    yield _equal("signatures that are confirmed", kept, total)
    yield _equal("confirming mails that were taken", mails.get(MessageKind.CONFIRM, 0), total)
    yield _equal("thanking mails that were taken", mails.get(MessageKind.THANKS, 0), total)
    yield _equal("mails at the sink", sink.count(), sum(mails.values()))
    yield holds(
        "every request was answered as it should be",
        measured=f"{len(crowd.wrong)} wrong",
        wanted="0 wrong" + "".join(f"; {wrong}" for wrong in crowd.wrong[:3]),
        so=not crowd.wrong,
    )


def _equal(what: str, found: int, wanted: int) -> Line:
    return holds(what, measured=f"{found:,}", wanted=f"{wanted:,}", so=found == wanted)


def _ask(line: http.client.HTTPConnection, method: str, path: str, body: str) -> tuple[int, str]:
    line.request(method, path, body=body or None, headers=_FORM)
    answer = line.getresponse()
    return answer.status, answer.read().decode()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
