"""The whole story in order: a letter goes from its campaign file to the office it is addressed to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from examples.demo import bringing, collecting, proving, sending
from examples.demo.calendar import move_moments
from examples.demo.catcher import Catcher
from examples.demo.folder import RIVER, Folder, free_port
from examples.demo.narrator import Narrator
from examples.demo.people import read_cast
from examples.demo.seal import make_seal
from examples.demo.stage import Stage, read_brief
from examples.demo.tally import Tally, take_tally
from examples.demo.undersigned import Undersigned
from service.foundation import clock

_DEADLINE_AFTER = 45
# A machine on which the first command takes longer than three seconds gets so many times that for its sign-ons.
_OF_ONE_COMMAND = 15
_REMINDER_LEAD = 12
_USUAL_PORT = 8000
"""Where `make run` serves the same data later: the links in the caught mail then still lead somewhere."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a showing ends with: what was counted, and how far each copy has come."""

    tally: Tally
    climbed: tuple[proving.Climbed, ...]


def tell(folder: Folder, narrator: Narrator) -> Told:
    """Show everything from beginning to end and give what was counted.

    Raises DemoFailed at the first thing that is not as it should be. Nothing keeps running afterwards.
    """
    narrator.chapter("A letter is written")
    with _stage(folder, narrator) as stage:
        collecting.settle_the_text(stage)
        with stage.undersigned.serve():
            _collect(stage)
            _send(stage)
            narrator.chapter("It can be proved")
            return Told(tally=take_tally(stage), climbed=proving.prove(stage))


def _collect(stage: Stage) -> None:
    stage.narrator.chapter("It collects its signatories")
    collecting.invite(stage)
    collecting.sign(stage)
    collecting.confirm(stage)
    collecting.ask_as_an_outsider(stage)
    collecting.let_the_deadline_pass(stage)


def _send(stage: Stage) -> None:
    stage.narrator.chapter("It is sent, and published")
    sending.rehearse(stage)
    sending.propose(stage)
    waiting = sending.release(stage)
    bringing.bring(stage, waiting)
    sending.compile_letter(stage)
    sending.publish(stage)


@contextmanager
def _stage(folder: Folder, narrator: Narrator) -> Iterator[Stage]:
    folder.make_new()
    make_seal(folder.seal, folder.seal_key)
    with Catcher(folder.mail) as catcher:
        undersigned = Undersigned(
            folder=folder,
            port=free_port(preferred=_USUAL_PORT),
            smtp_port=catcher.port,
            reminder_lead=_REMINDER_LEAD,
        )
        began = clock.now()
        undersigned.run("init")
        narrator.say("Database, keys and folders are made.")
        took = (clock.now() - began).total_seconds()
        seconds = max(_DEADLINE_AFTER, round(took * _OF_ONE_COMMAND))
        deadline = clock.now().replace(microsecond=0) + timedelta(seconds=seconds)
        campaign = move_moments((RIVER / "campaign.toml").read_text(encoding="utf-8"), deadline=deadline)
        folder.campaign.write_text(campaign, encoding="utf-8")
        for beside in ("sevenbanks.svg", "readings.pdf"):
            shutil.copyfile(RIVER / beside, folder.campaign.parent / beside)
        yield Stage(
            folder=folder,
            catcher=catcher,
            undersigned=undersigned,
            cast=read_cast(),
            narrator=narrator,
            brief=read_brief(campaign),
            deadline=deadline,
        )
