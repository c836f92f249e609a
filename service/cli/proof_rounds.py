"""schedule proof: a further proof round, in which every printed line is put to its signatory once more."""

from typing import Any

import click

from service.cli.context import Context, operator, pass_context, say
from service.cli.schedules import late_of, late_option, moment_at, named, time_options, timing_of
from service.model.schedule import Action
from service.model.states import ScheduleState
from service.schedules.plan import Plan, add_schedule, make_built_in
from service.schedules.proof_round import ASKED
from service.store.transaction import transaction


@click.command()
@named
@click.option(
    "--answers-until",
    "until",
    default="",
    help="Until when an answer counts, at a local time: 2026-12-07T08:00. Else an hour before the sending.",
)
@late_option
@time_options
@pass_context
def proof(context: Context, /, slug: str, name: str, until: str, **given: Any) -> None:
    """Plan a further proof round called NAME; unless the letter is of one person alone, somebody else has to approve it."""
    services, now = context.services, context.services.clock()
    late, within = late_of(given.pop("late"))
    timing = timing_of(**given)
    plan = Plan(
        name=name,
        action=Action.PROOF,
        timing=timing,
        audience=ASKED,
        late=late,
        late_within=within,
        answers=moment_at(until, zone=timing.zone) if until else None,
    )
    with transaction(services.engine) as session:
        make_built_in(session, slug, lead=services.settings.reminder_lead, now=now)
        made = add_schedule(session, services.keyring, slug, plan, by=operator(), now=now)
    if made.state is ScheduleState.PROPOSED:
        say(f"{name} is proposed; somebody else says: undersigned schedule approve {slug} {name}")
    else:
        say(f"{name} is planned; see: undersigned schedule forecast {slug}")
