"""Another rule for what is planned: to whom it goes, whom it spares, and what becomes of it when it comes late."""

from dataclasses import replace
from typing import Any

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.i18n.languages import OFFERED
from service.model.schedule import Action, Schedule
from service.model.states import ScheduleState
from service.schedules.audience import Audience
from service.schedules.rules import STATES, NewRule, change_rule
from service.schedules.sends.listing import get_schedule
from service.schedules.sends.words import title_of
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.acts import follow
from service.web.desk.sends.compose import country_choices, given_lists
from service.web.desk.sends.forms import read_rule, rule_written
from service.web.desk.sends.pages import PART
from service.web.desk.visit import acting, letter, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services


@get("/letters/<slug>/sends/<schedule>/rule", Act.SEND)
def show_rule(slug: str, schedule: str) -> Response:
    """Show the form with the rule that a planned sending has."""
    del slug
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
    values, lists = rule_written(row)
    return _page(row, FormState(values=values), lists)


@post("/letters/<slug>/sends/<schedule>/rule", Act.SEND)
def give_rule(slug: str, schedule: str) -> Response:
    """Give a planned sending another rule."""
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
    try:
        rule = read_rule(row.action, request.form, given_lists())
    except Misfilled as wrong:
        form = FormState(values=shown_again(request.form), errors=wrong.errors)
        return _page(row, form, given_lists(), status=422)
    with acting() as session:
        changed = change_rule(
            session, slug, row.name, _unseen_stays(row, rule), by=visit().by, now=services().now()
        )
        waits = changed.state is ScheduleState.PROPOSED
    follow(schedule)
    said = Sentence("It has another rule from now on.")
    if waits:
        said = Sentence("Planned. It waits until another coordinator approves it.")
    return done(f"/desk/letters/{slug}/sends/{schedule}", said)


def _unseen_stays(row: Schedule, rule: NewRule) -> NewRule:
    """Leave the countries as they are where the one that the form shows of them was not changed."""
    shown = Audience.from_record(row.audience).countries[:1]
    return replace(rule, countries=None) if rule.countries == shown else rule


def _page(row: Schedule, form: FormState, lists: Any, *, status: int = 200) -> Response:
    return desk_page(
        "sends/rule.html",
        part=PART,
        status=status,
        form=form,
        lists=lists,
        schedule=row.id,
        title=title_of(row),
        has_readers=row.action in STATES,
        has_states=row.action is Action.REMIND,
        is_built_in=row.is_built_in,
        all_languages=OFFERED,
        countries=country_choices(),
    )
