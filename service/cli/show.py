"""show: what follows the release of a letter, step by step."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.campaigns.file_tables import LONGEST_RECEIPT_HOURS
from service.campaigns.queries import get_campaign
from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.delivery.show_words import REASONS
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.show import Step
from service.model.states import ShowState
from service.schedules.show_facts import has_show
from service.schedules.show_listing import ShowLine, list_show
from service.schedules.show_word import go_on, plan_show, resume_show, skip_step, stop_show
from service.store.transaction import reading, transaction

_step = click.argument("step", type=click.Choice([step.value for step in Step]))


@click.group()
def show() -> None:
    """See and steer the run of show: all that follows the release of a letter, in its turn."""


@show.command(name="list")
@click.argument("slug")
@json_option
@pass_context
def list_(context: Context, slug: str, as_json: bool) -> None:
    """List the steps: where each stands, when it comes, and what it waits for."""
    services = context.services
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        if not has_show(campaign):
            raise Refused(
                f"{slug!r} has no run of show; before its release `undersigned show plan {slug}` gives it one."
            )
        lines = list_show(session, services.keyring, campaign, now=services.clock())
    if as_json:
        say_json([_record(line, campaign) for line in lines])
        return
    for line in lines:
        at = f"  {_local(line.at, campaign)}" if line.at is not None else ""
        say(f"{line.step.value:<12} {_state(line.state):<10} {REASONS[line.reason]}{at}")
        if line.why:
            say(f"{'':<12} {line.why}")
        if line.word is not None:
            say(
                f"{'':<12} {line.word_by} said so; somebody else says:"
                f" undersigned show {line.word.value} {slug} {line.step.value}"
            )


@show.command()
@click.argument("slug")
@click.option(
    "--receipt-hours",
    default=24,
    show_default=True,
    type=click.IntRange(0, LONGEST_RECEIPT_HOURS),
    help="How long to wait for a receipt before those who signed are told.",
)
@click.option("--none", "forgo", is_flag=True, help="Let the letter have no run of show.")
@pass_context
def plan(context: Context, slug: str, receipt_hours: int, forgo: bool) -> None:
    """Let what follows the release go step by step; to be said before the release, of a draft by its file."""
    services = context.services
    wait = None if forgo else timedelta(hours=receipt_hours)
    with transaction(services.engine) as session:
        plan_show(session, slug, receipt_wait=wait, by=operator(), now=services.clock())
    if forgo:
        say(f"{slug} has no run of show: final copy, kits and the rest go by their own commands.")
    else:
        say(f"{slug} has a run of show; see: undersigned show list {slug}")


@show.command()
@click.argument("slug")
@_step
@pass_context
def go(context: Context, slug: str, step: str) -> None:
    """Do a step now; before its turn or its time somebody else has to say so too."""
    services = context.services
    with transaction(services.engine) as session:
        said = go_on(
            session,
            services.keyring,
            slug,
            Step(step),
            public_url=services.settings.public_url,
            by=operator(),
            now=services.clock(),
        )
    services.wake.ring()
    if said.is_done:
        say(f"{step} goes now; see: undersigned show list {slug}")
    else:
        say(f"It is early for that. Somebody else says so too: undersigned show go {slug} {step}")


@show.command()
@click.argument("slug")
@_step
@click.option("--why", required=True, help="Why it is left out; it is kept with the step.")
@pass_context
def skip(context: Context, slug: str, step: str, why: str) -> None:
    """Leave a step out; somebody else has to say so too, unless the letter is of one person alone."""
    services = context.services
    with transaction(services.engine) as session:
        said = skip_step(
            session, services.keyring, slug, Step(step), why=why, by=operator(), now=services.clock()
        )
    if said.is_done:
        say(f"{step} is left out; see: undersigned show list {slug}")
    else:
        say(f'Somebody else has to say so too: undersigned show skip {slug} {step} --why "…"')


@show.command()
@click.argument("slug")
@pass_context
def stop(context: Context, slug: str) -> None:
    """Let nothing more of it happen by itself; mails that were posted already may be stopped with `outbox hold`."""
    services = context.services
    with transaction(services.engine) as session:
        number = stop_show(session, slug, by=operator(), now=services.clock())
    steps = "1 step rests" if number == 1 else f"{number} steps rest"
    say(f"{steps} until: undersigned show resume {slug}")


@show.command()
@click.argument("slug")
@pass_context
def resume(context: Context, slug: str) -> None:
    """Let what was stopped go on in its turn."""
    services = context.services
    with transaction(services.engine) as session:
        resume_show(session, slug, by=operator(), now=services.clock())
    say(f"It goes on; see: undersigned show list {slug}")


def _state(state: ShowState) -> str:
    return state.value.replace("_", " ")


def _local(moment: datetime, campaign: Campaign) -> str:
    return f"{moment.astimezone(ZoneInfo(campaign.time_zone)):%Y-%m-%dT%H:%M:%S} {campaign.time_zone}"


def _record(line: ShowLine, campaign: Campaign) -> dict[str, Any]:
    return {
        "step": line.step.value,
        "state": line.state.value,
        "reason": line.reason.value,
        "at": line.at.isoformat() if line.at is not None else None,
        "local": _local(line.at, campaign) if line.at is not None else None,
        "why": line.why,
        "said": line.word.value if line.word is not None else None,
        "said_by": line.word_by,
    }
