"""update: tell those who signed how their letter fares."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.cli.audience_options import narrowing, narrowing_options
from service.cli.context import Context, operator, pass_context, read_file, say
from service.cli.schedules import late_of, late_option, time_options, timing_of
from service.mail.brakes.canary import LARGE
from service.model.states import MessageState, ScheduleState
from service.model.update import UpdateAudience
from service.schedules.audience import Audience
from service.schedules.plan import Plan, make_built_in
from service.schedules.planned_updates import UpdateText, look_at_planned, plan_update
from service.signing.own_words import refuse_unknown, refuse_without_event
from service.signing.update_rule import UpdateRule
from service.signing.update_stop import cancel_update, count_update, stop_update
from service.signing.update_words import UpdateText as KeptText
from service.signing.update_words import read_update
from service.signing.updates import UpdateStart, keep_update_links, look_at_update, post_update, start_update
from service.store.transaction import reading, transaction
from service.wiring import Services

_LARGEST_FILE = 1_000_000
_WHO = {
    UpdateAudience.SIGNATORIES: "who signed",
    UpdateAudience.NEWS: "who signed and asked for news",
}


@click.group()
def update() -> None:
    """Tell those who signed how their letter fares."""


def _named(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what names an update: the letter, its file, and whom it goes to."""
    to = click.option(
        "--to",
        "audience",
        type=click.Choice([audience.value for audience in UpdateAudience]),
        default=UpdateAudience.SIGNATORIES.value,
        show_default=True,
        help="All who signed, or only those of them who asked for news.",
    )
    spare = click.option(
        "--spare", default=0, show_default=True, type=click.IntRange(0, 8760), help="Hours since any mail."
    )
    file = click.argument("file", type=click.Path(path_type=Path))
    return click.argument("slug")(file(to(narrowing_options(spare(command)))))


def _rule(given: dict[str, Any]) -> UpdateRule:
    """Take the rule of who gets it out of the options that were given."""
    return UpdateRule(spare_hours=given.pop("spare"), **narrowing(given))


def _read(file: Path, rule: UpdateRule) -> KeptText:
    return KeptText(words=read_update(read_file(file, most=_LARGEST_FILE)), rule=rule)


def _read_new(services: Services, slug: str, file: Path, rule: UpdateRule) -> KeptText:
    """Read what is still to go: a placeholder that means nothing would stand in every mail. One that has gone can be stopped all the same."""
    text = _read(file, rule)
    words = f"{text.words.subject}\n{text.words.body}"
    refuse_unknown(words)
    with reading(services.engine) as session:
        refuse_without_event(words, open_file(session, services.keyring, get_campaign(session, slug)))
    return text


@update.command()
@_named
@click.option("--check", is_flag=True, help="Only show the mail, and to how many it would go.")
@pass_context
def send(context: Context, /, slug: str, file: Path, audience: str, check: bool, **given: Any) -> None:
    """Mail a text to those who signed; its first line, "# …", is the subject, all below is Markdown.

    Each mailbox gets the same text once, however often the command is run; run again, it reaches those who signed since.
    """
    services, whom = context.services, UpdateAudience(audience)
    text = _read_new(services, slug, file, _rule(given))
    if check:
        _show(services, slug, text, whom)
        return
    with transaction(services.engine) as session:
        started = start_update(
            session, services.keyring, slug, text, audience=whom, by=operator(), now=services.clock()
        )
    new = _post(services, started)
    services.wake.ring()
    say(f"{_mails(new)} queued to those {_WHO[whom]}; {started.known} had it already.")
    if new:
        say(_when(started.audience))


@update.command()
@_named
@click.option(
    "--name", default="", help="What it is called among the letter's schedules; else as its file is."
)
@late_option
@time_options
@pass_context
def plan(
    context: Context, /, slug: str, file: Path, audience: str, name: str, late: str, **when: Any
) -> None:
    """Plan an update: its words are kept as they are now, and go at that time, once somebody else has approved them.

    `update show` shows it, `schedule approve`, `pause`, `change` and `cancel` treat it like all that is planned.
    """
    services, called = context.services, name or file.stem.lower()
    rule = _rule(when)
    text = UpdateText(
        words=_read_new(services, slug, file, rule).words, audience=UpdateAudience(audience), rule=rule
    )
    policy, within = late_of(late)
    planned = Plan(
        name=called, timing=timing_of(**when), audience=Audience(), late=policy, late_within=within
    )
    now = services.clock()
    with transaction(services.engine) as session:
        make_built_in(session, slug, lead=services.settings.reminder_lead, now=now)
        made = plan_update(session, services.keyring, slug, planned, text, by=operator(), now=now)
        is_proposed = made.state is ScheduleState.PROPOSED
    if is_proposed:
        say(f"{called} is proposed; somebody else looks at it: undersigned update show {slug} {called}")
        say(f"and says: undersigned schedule approve {slug} {called}")
    else:
        say(f"{called} is planned; see: undersigned schedule forecast {slug}")


@update.command()
@click.argument("slug")
@click.argument("name")
@pass_context
def show(context: Context, slug: str, name: str) -> None:
    """Show the planned update called NAME, as it would go."""
    services = context.services
    with reading(services.engine) as session:
        planned = look_at_planned(
            session, services.keyring, slug, name, public_url=services.settings.public_url
        )
        state = planned.schedule.state.value
    say(
        f"{name} is {state}. Now it would go to {_boxes(planned.recipients)} of those {_WHO[planned.audience]}."
    )
    say(f"Subject: {planned.mail.subject}")
    say("")
    say(planned.mail.text.rstrip("\n"))


@update.command()
@_named
@pass_context
def stop(context: Context, /, slug: str, file: Path, audience: str, **given: Any) -> None:
    """Cancel what has not gone yet of an update, for good; the same file names it, and the same readers.

    To pause all mail and let it go on later, say `undersigned outbox hold`.
    """
    services = context.services
    text = _read(file, _rule(given))
    with transaction(services.engine) as session:
        stopped = stop_update(
            session,
            services.keyring,
            slug,
            text,
            audience=UpdateAudience(audience),
            by=operator(),
            now=services.clock(),
        )
    number = _cancel(services, stopped)
    with reading(services.engine) as session:
        counts = count_update(session, stopped)
    say(f"{number} of its mails {'was' if number == 1 else 'were'} stopped; {_beside(counts)}.")


def _when(audience: int) -> str:
    if audience > LARGE:
        return (
            "One in a hundred goes now, and the rest within ten minutes where nothing speaks against it;"
            " `undersigned update stop` with the same file stops it."
        )
    return "It goes in a minute; until then `undersigned update stop` with the same file stops it."


def _cancel(services: Services, update: str) -> int:
    """Cancel part after part; what is broken off goes no more either, for the update is known to be stopped."""
    number, waiting = 0, 1
    while waiting:
        with transaction(services.engine) as session:
            part = cancel_update(session, update, now=services.clock())
        number, waiting = number + part.cancelled, part.waiting
    return number


def _beside(counts: Mapping[MessageState, int]) -> str:
    """Say what became of those that were not stopped."""
    said = [f"{counts.get(MessageState.ACCEPTED, 0)} had gone already"]
    if on_their_way := counts.get(MessageState.SUBMITTING):
        said.append(f"{on_their_way} {'goes' if on_their_way == 1 else 'go'} at this very moment")
    if in_doubt := counts.get(MessageState.UNCERTAIN):
        said.append(f"{in_doubt} may have arrived")
    return ", ".join(said)


def _post(services: Services, start: UpdateStart) -> int:
    """Post in parts, each kept by itself: what is broken off goes on when the command is run again."""
    links = 1
    while links:
        with transaction(services.engine) as session:
            links = keep_update_links(session, services.keyring, start.update, now=services.clock())
    new, last, is_over = 0, None, False
    while not is_over:
        with transaction(services.engine) as session:
            posted = post_update(session, services.keyring, start, after=last, now=services.clock())
        new, last = new + posted.new, posted.last
        is_over = last is None
    return new


def _show(services: Services, slug: str, text: KeptText, audience: UpdateAudience) -> None:
    with reading(services.engine) as session:
        view = look_at_update(
            session,
            services.keyring,
            slug,
            text,
            audience=audience,
            public_url=services.settings.public_url,
            now=services.clock(),
        )
    say(
        f"To {_boxes(view.recipients)} of those {_WHO[audience]}; {view.known} had it already. Nothing was sent."
    )
    if view.waiting:
        say(f"Left out until you have looked at them: {view.waiting} confirmed.")
    say(f"Subject: {view.mail.subject}")
    say("")
    say(view.mail.text.rstrip("\n"))


def _boxes(number: int) -> str:
    return "1 mailbox" if number == 1 else f"{number} mailboxes"


def _mails(number: int) -> str:
    return "1 mail is" if number == 1 else f"{number} mails are"
