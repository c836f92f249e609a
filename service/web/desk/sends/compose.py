"""Compose a reminder, an update or news: words for each language and a rule; then look, test, and plan it."""

from collections.abc import Mapping, Sequence

from flask import Response, request

from service.campaigns.codes import countries
from service.campaigns.contents import open_file
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import country_name
from service.i18n.languages import OFFERED
from service.model.evidence import EvidenceKind
from service.model.states import ScheduleState
from service.schedules.sends.compose import (
    change_draft,
    example_of,
    keep_draft,
    plan_draft,
    preview_of,
)
from service.schedules.sends.composed import Composed, What, composed_of, is_composed
from service.schedules.sends.listing import NO_SUCH, get_schedule
from service.schedules.sends.seen import ChangedSince, hold_as_seen, mark_of
from service.schedules.sends.trial import send_test
from service.schedules.sends.verbs import in_a_minute
from service.signing.own_words import PLACEHOLDERS, refuse_without_event
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.forms import read_composed, read_moment, written
from service.web.desk.sends.pages import PART, sending_page
from service.web.desk.sends.shown import mail_page, sample_row
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services

_WRITTEN_OVER = Sentence(
    "Somebody else has changed this draft since you opened it. Your words stand below; keep them once more to put them in"
    " the place of theirs."
)
_LISTS = ("to", "kinds", "languages", "evidence")


@get("/letters/<slug>/sends/new", Act.SEND)
def compose(slug: str) -> Response:
    """Show the form in which a sending is composed."""
    del slug
    what = _what(request.args.get("what", What.REMINDER.value))
    chosen = {"to": ["invited", "intends", "pending"]} if what is What.REMINDER else {}
    return _form_page(what, FormState(values={"spare": "24"} if what is What.REMINDER else {}), chosen)


@post("/letters/<slug>/sends/new", Act.SEND)
def keep_composed(slug: str) -> Response:
    """Keep what was composed as a draft."""
    here, what = services(), _what(request.form.get("what", What.REMINDER.value))
    try:
        composed = _read(what)
    except Misfilled as wrong:
        return _form_again(what, wrong)
    with acting() as session:
        row = keep_draft(session, here.keyring, slug, composed, by=visit().by, now=here.now())
        made = row.id
    return done(_one(made), Sentence("Kept as a draft: nothing goes before you say when."))


@get("/letters/<slug>/sends/<schedule>/words", Act.SEND)
def compose_again(slug: str, schedule: str) -> Response:
    """Show the form of a draft as it was filled in."""
    del slug
    here = services()
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
        if row.state is not ScheduleState.DRAFT:
            raise NotFound(NO_SUCH)
        seen = mark_of(session, row)
        composed = composed_of(session, here.keyring.of(session, letter().id), row)
    values, lists = written(composed)
    return _form_page(composed.what, FormState(values={**values, "seen": seen}), lists, schedule=schedule)


@post("/letters/<slug>/sends/<schedule>/words", Act.SEND)
def change_composed(slug: str, schedule: str) -> Response:
    """Put other words and another rule in the place of a draft's, as the form showed them."""
    del slug
    here = services()
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
        what = composed_of(session, here.keyring.of(session, letter().id), row).what
        present = mark_of(session, row)
    try:
        composed = _read(what)
    except Misfilled as wrong:
        return _form_again(what, wrong, schedule=schedule)
    try:
        with acting() as session:
            row = get_schedule(session, letter().id, schedule)
            hold_as_seen(session, row, request.form.get("seen", ""))
            change_draft(session, here.keyring, row, composed, by=visit().by, now=here.now())
    except ChangedSince:
        # By a second press nothing new is asked: what it would write stands already.
        if not _stands(schedule, composed):
            # Whoever reads this and sends the form once more has seen that there were others' words.
            form = FormState(values={**shown_again(request.form), "seen": present}, notice=_WRITTEN_OVER)
            return _form_page(what, form, given_lists(), schedule=schedule, status=422)
    return done(_one(schedule), Sentence("The draft is changed."))


@post("/letters/<slug>/sends/<schedule>/plan", Act.SEND)
def plan_composed(slug: str, schedule: str) -> Response:
    """Say when a draft goes: now, which is in a minute, or on a day at an hour."""
    here = services()
    with looking() as session:
        get_schedule(session, letter().id, schedule)
        now_timing = in_a_minute(letter_row(session), now=here.now())
    try:
        is_now = request.form.get("when") != "later"
        timing = now_timing if is_now else read_moment(request.form, zone=visit().time_zone)
    except Misfilled as wrong:
        form = FormState(values=shown_again(request.form), errors=wrong.errors)
        return sending_page(schedule, form=form, status=422)
    with acting() as session:
        row = get_schedule(session, letter().id, schedule)
        hold_as_seen(session, row, request.form.get("seen", ""))
        plan_draft(session, here.keyring, slug, row, timing, by=visit().by, now=here.now())
        waits = row.state is ScheduleState.PROPOSED
    if waits:
        return done(_one(schedule), Sentence("Planned. It waits until another coordinator approves it."))
    said = (
        Sentence("It goes in a minute; until then it can be undone and nothing has left.")
        if is_now
        else Sentence("Planned: it goes by itself at its time.")
    )
    return done(_one(schedule), said, undo={"action": f"{_one(schedule)}/cancel", "back": "draft"})


@post("/letters/<slug>/sends/<schedule>/test", Act.SEND)
def try_composed(slug: str, schedule: str) -> Response:
    """Mail a sending to the coordinator alone, marked as a test."""
    del slug
    here, who = services(), visit()
    with acting() as session:
        row = get_schedule(session, letter().id, schedule)
        send_test(session, row, coordinator_id=who.coordinator_id, by=who.by, now=here.now())
    return done(_one(schedule), Sentence("A test is on its way to your own address, and to nobody else."))


@get("/letters/<slug>/sends/<schedule>/mail", Act.LOOK)
def look_at_mail(slug: str, schedule: str) -> Response:
    """Show the mail of a sending as HTML, alone on a page on which nothing can run or load."""
    del slug
    here = services()
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
        campaign = letter_row(session)
        if not is_composed(row) and row.state is not ScheduleState.DRAFT:
            raise NotFound(NO_SUCH)
        is_own = row.words_id is not None or row.update_id is not None
        if not is_own and row.state is not ScheduleState.DRAFT:
            shown = example_of(session, here.keyring, campaign, row)
        else:
            number = sample_row(request.args)
            shown = preview_of(session, here.keyring, campaign, row, number=number, now=here.now())
    return mail_page(shown.mail.html)


def _stands(schedule: str, composed: Composed) -> bool:
    """Tell whether a draft holds exactly these words and readers already."""
    with looking() as session:
        row = get_schedule(session, letter().id, schedule)
        there = composed_of(session, services().keyring.of(session, letter().id), row)
    is_same = row.state is ScheduleState.DRAFT and there.text == composed.text
    if composed.what is What.REMINDER:
        return is_same and there.audience == composed.audience
    return is_same and there.rule == composed.rule


def _read(what: What) -> Composed:
    """Read what was composed; raises Misfilled with a sentence for each wrong field."""
    composed = read_composed(what, request.form, given_lists(), languages=_languages())
    with looking() as session:
        file = open_file(session, services().keyring, letter_row(session))
    for tag, words in composed.text.items():
        field = f"body-{tag}"
        try:
            refuse_without_event(f"{words.subject}\n{words.body}", file)
        except Refused as refusal:
            raise Misfilled({field: str(refusal)}) from refusal
    return composed


def _form_again(what: What, wrong: Misfilled, *, schedule: str = "") -> Response:
    form = FormState(values=shown_again(request.form), errors=wrong.errors)
    return _form_page(what, form, given_lists(), schedule=schedule, status=422)


def _form_page(
    what: What, form: FormState, lists: Mapping[str, Sequence[str]], *, schedule: str = "", status: int = 200
) -> Response:
    tags = _languages()
    return desk_page(
        "sends/compose.html",
        part=PART,
        status=status,
        form=form,
        what=what.value,
        lists=lists,
        schedule=schedule,
        tags=tags,
        all_languages=OFFERED,
        evidence_kinds=list(EvidenceKind),
        countries=country_choices(),
        placeholders=PLACEHOLDERS,
    )


def country_choices() -> Sequence[tuple[str, str]]:
    """List the countries by their names in the reader's language."""
    tag = visit().language or "en"
    return sorted(((code, country_name(code, tag)) for code in countries()), key=lambda pair: pair[1])


def _languages() -> Sequence[str]:
    """Give the languages in which the mail may be written: the letter's own first, then those of its translations."""
    here = services()
    with looking() as session:
        file = open_file(session, here.keyring, letter_row(session))
    others = [text.language for text in file.letter.translations]
    return list(dict.fromkeys([file.language, *others]))


def given_lists() -> Mapping[str, Sequence[str]]:
    """Give the fields of a rule of which several may be chosen, as they were filled in."""
    return {name: request.form.getlist(name) for name in _LISTS}


def _what(text: str) -> What:
    try:
        return What(text)
    except ValueError:
        return What.REMINDER


def _one(schedule: str) -> str:
    return f"/desk/letters/{letter().slug}/sends/{schedule}"
