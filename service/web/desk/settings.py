"""The settings of a letter, by section: what they are, what may still change, and why the rest may not."""

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.drafting import Misdrafted, change_settings, may_change, record_now
from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence, in_a_row
from service.model.states import CampaignState
from service.web.desk.blueprint import get, post
from service.web.desk.faults import errors_of
from service.web.desk.page import desk_page, done, pages_for
from service.web.desk.settings_fields import masked_people, read_fields, said_of, shown_before, written
from service.web.desk.settings_sections import FIELDS, SECTIONS
from service.web.desk.visit import acting, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services


@get("/letters/<slug>/settings", Act.LOOK)
def settings(slug: str) -> Response:
    """Show the settings as a form; what cannot change any more stands there to be read."""
    del slug
    return _page(None)


@post("/letters/<slug>/settings", Act.EDIT_SETTINGS)
def save_settings(slug: str) -> Response:
    """Keep the settings."""
    entries, here = request.form.to_dict(), services()
    try:
        changes = {key: value for key, value in read_fields(FIELDS, entries).items() if _is_of_role(key)}
        with acting() as session:
            changed = change_settings(session, here.keyring, slug, changes, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    except Misdrafted as wrong:
        errors, rest = errors_of(wrong.by_key, FIELDS)
        return _page(FormState(values=shown_again(entries), errors=errors, notice=in_a_row(rest)))
    sentence = (
        Sentence(
            "The settings are saved: {n} was changed.",
            "The settings are saved: {n} were changed.",
            n=len(changed),
        )
        if changed
        else Sentence("Nothing was changed.")
    )
    return done(f"/desk/letters/{slug}/settings", sentence)


def _page(form: FormState | None) -> Response:
    here, who = services(), visit()
    with looking() as session:
        campaign = letter_row(session)
        kept = written(FIELDS, record_now(campaign, open_file(session, here.keyring, campaign)))
    may_edit = who.may(Act.EDIT_SETTINGS)
    if not (may_edit or who.may(Act.SEE_CONTACTS)):
        kept |= {"approvers": masked_people(kept["approvers"])}
    open_keys = {
        field.key for field in FIELDS if _is_of_role(field.key) and may_change(campaign.state, field.key)
    }
    # What cannot be changed is shown as it is kept, also where the rest comes back from a form.
    values = {**kept, **shown_before(kept), **(form.values if form else {})}
    if form is not None:
        boxes = [field for field in FIELDS if field.kind == "box" and field.key in open_keys]
        values |= {field.name: form.values.get(field.name, "") for field in boxes}
    shown = FormState(values=values, errors=form.errors if form else {}, notice=form.notice if form else "")
    return desk_page(
        "settings.html",
        part="desk.settings",
        status=422 if shown.is_wrong else 200,
        form=shown,
        sections=SECTIONS,
        open_keys=open_keys,
        why=_why(campaign.state) if may_edit else _NOT_YOURS,
        zone=campaign.time_zone,
        in_words=said_of(FIELDS, kept, zone=campaign.time_zone),
        pages=pages_for(who),
    )


def _is_of_role(key: str) -> bool:
    # Without a second one who approves, one person could send: that is for an owner to say.
    return visit().may(Act.LEAD if key == "solo" else Act.EDIT_SETTINGS)


def _why(state: CampaignState) -> str:
    return _WHY.get(state, "")


_NOT_YOURS = Sentence("Owners and editors of this letter can change its settings; you see them as they are.")
_WHY = {
    CampaignState.FROZEN: Sentence(
        "The text is final. Most settings can change again once it is made a draft again, on the page of its life."
    ),
    CampaignState.OPEN: Sentence(
        "People sign under these settings, so most of them stay. The deadline for sign-ons can move to a later moment."
    ),
    CampaignState.CLOSED: Sentence(
        "People have signed under these settings, so most of them stay. To take sign-ons for longer, open the letter again on"
        " the page of its life."
    ),
    CampaignState.SENT: Sentence("The letter is sent as it is, so most settings stay."),
    CampaignState.ARCHIVED: Sentence("The letter is put away; nothing of it changes any more."),
}
