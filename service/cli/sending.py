"""outbox hold, outbox resume: pause all sending, and let it go on."""

import functools

import click

from service.cli.context import Context, operator, pass_context, say
from service.coordinators.audit import record
from service.foundation.errors import Refused
from service.foundation.written import clean_line
from service.mail.journal import begin, entries_beyond, look_at
from service.mail.journal_places import journal_folders
from service.mail.restored import Resumed, sum_up
from service.mail.restored import resume as resume_sending
from service.mail.sending import hold as hold_sending
from service.mail.sending import sending_state
from service.store.transaction import reading, transaction, trial
from service.wiring import Services
from service.worker.jobs import tick

_OTHERS_UNSEEN = (
    "Sending stays held: {count} of another place has sent from this database, and its journal was not compared:"
    " run `undersigned outbox resume` there as well, or say --without-journal where it is gone for good."
)


@click.command()
@click.option("--reason", default="", help="Why, for those who ask `status`; no names of people.")
@pass_context
def hold(context: Context, reason: str) -> None:
    """Hold all sending until `resume`; at most one mail for each connection still goes."""
    services = context.services
    why = clean_line(reason, what="The reason", longest=300)
    with transaction(services.engine) as session:
        now = services.clock()
        sentence = hold_sending(session, by=operator(), reason=why, now=now)
        record(session, by=operator(), act="outbox.hold", campaign_id=None, now=now)
    say(sentence)


@click.command()
@click.option("--check", is_flag=True, help="Only say what would happen.")
@click.option(
    "--without-journal",
    is_flag=True,
    help="Let mail go though no journal can tell what was sent; some may go a second time.",
)
@pass_context
def resume(context: Context, check: bool, without_journal: bool) -> None:
    """Let mail go out again; after a restore, what the journal knows to have gone does not go twice."""
    services = context.services
    say_held(services, otherwise="Sending is not held.")
    if not check:
        # What the clock posts by itself, a reminder, may have gone after the backup: its row must be there to be compared.
        tick(services, operator())
    root = services.settings.journal_dir
    if without_journal and not check:
        begin(root)
    folders = [folder for folder in journal_folders(root) if folder == root or look_at(folder)]
    with (trial if check else transaction)(services.engine) as session:
        # Each sender of this machine has a journal of its own: sending goes on once all have been compared.
        each = [
            resume_sending(
                session,
                look_at(folder),
                functools.partial(entries_beyond, folder),
                site_key=services.sender.site_key,
                without_journal=without_journal,
                now=services.clock(),
            )
            for folder in folders
        ]
        done = sum_up(each)
        if done.obstacle is not None and not done.goes_on and not check:
            raise Refused(done.obstacle)
        record(
            session,
            by=operator(),
            act="outbox.resume" if done.goes_on else "outbox.reconcile",
            campaign_id=None,
            thing=f"{done.left_in_doubt} in doubt, {done.will_go} to go",
            now=services.clock(),
        )
    services.wake.ring()
    _tell(done, check=check)


def say_held(services: Services, *, otherwise: str = "", err: bool = False) -> None:
    """Say that sending is held and why, where it is."""
    with reading(services.engine) as session:
        line = sending_state(session).reason or otherwise
    if line:
        click.echo(line, err=err)


def _tell(done: Resumed, *, check: bool) -> None:
    if done.gone:
        say(f"{done.gone:>8}  went out, or may have, after the backup was made: the journal knows them")
        say(
            f"{done.left_in_doubt:>8}  of them still waited here; now uncertain, and not sent again by themselves"
        )
        say(f"{done.settled:>8}  of them did not wait here")
        say(f"{done.unknown:>8}  of them are not in this database at all")
    say(f"{done.will_go:>8}  wait and {'would' if check else 'will'} go")
    if done.goes_on:
        say("This was only a look; nothing was changed." if check else "Sending goes on.")
        return
    if done.obstacle is not None:
        raise Refused(done.obstacle)
    count = f"{done.other_senders} {'sender' if done.other_senders == 1 else 'senders'}"
    raise Refused(_OTHERS_UNSEEN.format(count=count))
