"""The pages of recipients: whom the letter is written to, how well that is checked, and what was said with each."""

from flask import Response, request

from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.delivery.channel_words import channel_word
from service.delivery.offices.checks import has_a_team, keep_check
from service.delivery.offices.contacts import contacts_of, keep_contact, mark_step
from service.delivery.offices.edit import (
    ChangedMeanwhile,
    Freedom,
    add_office,
    change_office,
    changeable,
    move_office,
    remove_office,
    version_of,
)
from service.delivery.offices.identity import office_index
from service.delivery.offices.overview import office_seen, offices_seen
from service.delivery.refusing.letter import houses_for
from service.delivery.registry import CHANNELS as BUILT
from service.foundation.sentence import Sentence
from service.web.countries import country_options
from service.web.desk.blueprint import get, post
from service.web.desk.delivering.plan_form import PLANNED, plan_rows
from service.web.desk.delivering.recipient_form import (
    CHANNELS,
    blank_recipient,
    prefilled_recipient,
    read_contact,
    read_recipient,
)
from service.web.desk.delivering.statement_form import REVIEWS
from service.web.desk.delivering.way_form import COUNTED_BY, HOLDS, rows_to_show
from service.web.desk.delivering.ways import set_up_at
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.render import Page
from service.web.services import services

_PART = "desk.recipients"


@get("/letters/<slug>/recipients", Act.LOOK)
def recipients(slug: str) -> Response:
    """List the recipients, how well each is checked, and what can reach it."""
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        offices = offices_seen(session, here.keyring, campaign, here.outward, now=here.now())
        free = changeable(session, campaign)
        needs_two = has_a_team(session, campaign, now=here.now())
    return desk_page(
        "recipients.html",
        offices=offices,
        channel_word=channel_word,
        set_up_at=set_up_at(slug),
        free=free,
        may_arrange=free.freedom is Freedom.ALL and visit().may(Act.EDIT_RECIPIENTS),
        needs_two=needs_two,
        base=f"/desk/letters/{slug}/recipients",
    )


@get("/letters/<slug>/recipients/petitions", Act.LOOK)
def petitions(slug: str) -> Response:
    """Show why the letter is no petition to a parliament as it stands, by which rule, and what would help."""
    here = services()
    with looking() as session:
        houses = houses_for(session, here.keyring, letter_here(session), now=here.now())
    return desk_page("petitions.html", part=_PART, houses=houses, base=f"/desk/letters/{slug}/recipients")


@get("/letters/<slug>/recipients/new", Act.EDIT_RECIPIENTS)
def new_recipient(slug: str) -> Response:
    """Show the empty form of a recipient."""
    del slug
    return _form_page(blank_recipient(), key="")


@post("/letters/<slug>/recipients/new", Act.EDIT_RECIPIENTS)
def add_recipient(slug: str) -> Response:
    """Add a recipient at the end."""
    here, entries = services(), request.form.to_dict()
    try:
        office = read_recipient(entries)
    except Misfilled as wrong:
        return _form_page(FormState(values=shown_again(entries), errors=wrong.errors), key="")
    with acting() as session:
        key = add_office(session, here.keyring, slug, office, by=visit().by, now=here.now())
    return done(_path(slug, key), Sentence("The recipient was added. Now let two of you check it."))


@get("/letters/<slug>/recipients/<office>", Act.LOOK)
def recipient(slug: str, office: str) -> Response:
    """Show one recipient: what is kept of it, who checked that, what can reach it, and what was said."""
    del slug
    return _office_page(office, FormState(values={"kind": "call"}))


@get("/letters/<slug>/recipients/<office>/change", Act.EDIT_RECIPIENTS)
def change_recipient(slug: str, office: str) -> Response:
    """Show the form of a recipient, filled in."""
    del slug
    here = services()
    with looking() as session:
        seen = office_seen(session, here.keyring, letter_here(session), office, here.outward, now=here.now())
    return _form_page(prefilled_recipient(seen.office), key=office)


@post("/letters/<slug>/recipients/<office>/change", Act.EDIT_RECIPIENTS)
def keep_recipient(slug: str, office: str) -> Response:
    """Keep what the form says of a recipient."""
    here, entries = services(), request.form.to_dict()
    with looking() as session:
        campaign = letter_here(session)
        seen = office_seen(session, here.keyring, campaign, office, here.outward, now=here.now())
        free = changeable(session, campaign)
    fixed = seen.office if free.freedom is not Freedom.ALL else None
    try:
        read = read_recipient(entries, fixed=fixed)
    except Misfilled as wrong:
        return _form_page(FormState(values=shown_again(entries), errors=wrong.errors), key=office)
    try:
        with acting() as session:
            key = change_office(
                session,
                here.keyring,
                slug,
                office,
                read,
                seen=entries.get("seen", ""),
                by=visit().by,
                now=here.now(),
            )
    except ChangedMeanwhile as changed:
        return _form_page(FormState(values=shown_again(entries), notice=str(changed)), key=office)
    return done(
        _path(slug, key), Sentence("The recipient was changed. What was changed has to be checked anew.")
    )


@post("/letters/<slug>/recipients/<office>/check", Act.EDIT_RECIPIENTS)
def check_recipient(slug: str, office: str) -> Response:
    """Keep that this coordinator found the recipient's data right."""
    here = services()
    with acting() as session:
        seen = request.form.get("data", "")
        keep_check(session, here.keyring, slug, office, seen=seen, by=visit().by, now=here.now())
    return done(_path(slug, office), Sentence("It is kept that you found this right."))


@post("/letters/<slug>/recipients/<office>/move", Act.EDIT_RECIPIENTS)
def move_recipient(slug: str, office: str) -> Response:
    """Move a recipient one place up or down."""
    here, down = services(), request.form.get("way") == "down"
    with acting() as session:
        move_office(session, here.keyring, slug, office, down=down, by=visit().by, now=here.now())
    back = {"action": f"{_path(slug, office)}/move", "way": "up" if down else "down"}
    return done(f"/desk/letters/{slug}/recipients", Sentence("The recipient was moved."), undo=back)


@post("/letters/<slug>/recipients/<office>/remove", Act.EDIT_RECIPIENTS)
def remove_recipient(slug: str, office: str) -> Response:
    """Take a recipient out of the draft."""
    here = services()
    with acting() as session:
        remove_office(session, here.keyring, slug, office, by=visit().by, now=here.now())
    return done(f"/desk/letters/{slug}/recipients", Sentence("The recipient was removed."))


@post("/letters/<slug>/recipients/<office>/contacts", Act.EDIT_RECIPIENTS)
def note_contact(slug: str, office: str) -> Response:
    """Note a contact with a recipient."""
    here, entries = services(), request.form.to_dict()
    try:
        contact = read_contact(entries)
    except Misfilled as wrong:
        return _office_page(office, FormState(values=shown_again(entries), errors=wrong.errors))
    with acting() as session:
        keep_contact(session, here.keyring, slug, office, contact, by=visit().by, now=here.now())
    return done(_path(slug, office), Sentence("The contact was noted."))


@post("/letters/<slug>/contacts/<contact>/done", Act.EDIT_RECIPIENTS)
def step_done(slug: str, contact: str) -> Response:
    """Keep that a next step is done."""
    return _mark(slug, contact, is_done=True)


@post("/letters/<slug>/contacts/<contact>/open", Act.EDIT_RECIPIENTS)
def step_open(slug: str, contact: str) -> Response:
    """Take back that a next step is done."""
    return _mark(slug, contact, is_done=False)


def _mark(slug: str, contact: str, *, is_done: bool) -> Response:
    here = services()
    with acting() as session:
        mark_step(session, letter().id, contact, done=is_done, by=visit().by, now=here.now())
    back = f"/desk/letters/{slug}/contacts/{contact}/{'open' if is_done else 'done'}"
    said = Sentence("The step is done.") if is_done else Sentence("The step is open again.")
    return done(f"/desk/letters/{slug}/recipients", said, undo={"action": back})


def _office_page(key: str, form: FormState) -> Page:
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        seen = office_seen(session, here.keyring, campaign, key, here.outward, now=here.now())
        keys = here.keyring.of(session, campaign.id)
        index = office_index(keys, seen.office.as_record())
        log = contacts_of(session, keys, index, before=request.args.get("before", ""))
        names = names_of(session, here.keyring.desk, [note.by for note in log.notes])
        free = changeable(session, campaign)
        needs_two = has_a_team(session, campaign, now=here.now())
    return desk_page(
        "recipient.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form,
        seen=seen,
        channel_word=channel_word,
        set_up_at=set_up_at(letter().slug),
        source_link=_source_link(seen.office.source),
        log=log,
        names=names,
        free=free,
        needs_two=needs_two,
        base=_path(letter().slug, key),
    )


def _form_page(form: FormState, *, key: str) -> Page:
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        free = changeable(session, campaign)
        seen = (
            office_seen(session, here.keyring, campaign, key, here.outward, now=here.now()) if key else None
        )
    return desk_page(
        "recipient_form.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form,
        seen=seen,
        version=version_of(seen.office) if seen else "",
        free=free,
        is_fixed=free.freedom is not Freedom.ALL,
        channels=CHANNELS,
        built=frozenset(BUILT),
        channel_word=channel_word,
        countries=country_options(visit().language or "en"),
        plan_rows=plan_rows(form),
        planned=PLANNED,
        form_rows=rows_to_show(form),
        holds=HOLDS,
        units=COUNTED_BY,
        reviews=REVIEWS,
        base=f"/desk/letters/{letter().slug}/recipients",
    )


def _source_link(source: str) -> str:
    """Give the web address that a source is or ends with, for a link, and never anything else."""
    last = source.rpartition(" ")[2]
    return last if last.startswith(("https://", "http://")) else ""


def _path(slug: str, key: str) -> str:
    return f"/desk/letters/{slug}/recipients/{key}"
