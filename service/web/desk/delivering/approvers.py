"""The page of approvers: who they are, the code beside each one's link, and what they ask."""

from collections.abc import Sequence

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.file_tables import Approver as Person
from service.campaigns.queries import approvers_of, latest_edition
from service.coordinators.permissions import Act
from service.delivery.approvers.code import look_at_code, renew_code
from service.delivery.approvers.people import add_approver, approver_key, remove_approver
from service.delivery.approvers.questions import answer, questions_of
from service.delivery.offices.identity import key_of
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.edition import Approver
from service.signing.codes import spaced
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page
from service.web.services import services

NO_SUCH_APPROVER = Sentence("There is no such approver of this letter.")
NOTHING_PROPOSED = Sentence("Nothing waits for approval, so nobody needs a code.")


@get("/letters/<slug>/approvers", Act.LOOK)
def approvers(slug: str) -> Response:
    """List the approvers, their codes and their questions."""
    del slug
    return _page(FormState(values={}))


@post("/letters/<slug>/approvers", Act.TEAM)
def new_approver(slug: str) -> Response:
    """Add an approver."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    name = reader.line("name", Sentence("The name"), missing=Sentence("Enter the approver's name."))
    email = reader.read("email", lambda text: normal_address(text), "")
    try:
        reader.refuse_if_wrong()
        with acting() as session:
            person = Person(name=name, email=email)
            add_approver(session, here.keyring, slug, person, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    except Refused as refusal:
        return _page(FormState(values=shown_again(entries), notice=str(refusal)))
    return done(f"/desk/letters/{slug}/approvers", Sentence("The approver was added."))


@post("/letters/<slug>/approvers/<approver>/remove", Act.TEAM)
def drop_approver(slug: str, approver: str) -> Response:
    """Remove an approver."""
    here = services()
    with acting() as session:
        remove_approver(session, here.keyring, slug, approver, by=visit().by, now=here.now())
    return done(f"/desk/letters/{slug}/approvers", Sentence("The approver was removed."))


@post("/letters/<slug>/approvers/<approver>/code", Act.DELIVER)
def new_code(slug: str, approver: str) -> Response:
    """Give an approver another code with five new tries."""
    here = services()
    with acting() as session:
        campaign = letter_here(session)
        keys = here.keyring.of(session, campaign.id)
        file = open_file(session, here.keyring, campaign)
        known = {approver_key(keys, one): one for one in file.approvers}
        if approver not in known:
            raise NotFound(NO_SUCH_APPROVER)
        edition = latest_edition(session, campaign)
        row = _rows_by_key(approvers_of(session, campaign)).get(approver)
        if edition is None or row is None or edition.voided_at or edition.released_at:
            raise Refused(NOTHING_PROPOSED)
        renew_code(session, edition, row, by=visit().by, now=here.now())
    return done(f"/desk/letters/{slug}/approvers", Sentence("There is another code, with five tries."))


@post("/letters/<slug>/questions/<question>/answer", Act.DELIVER)
def answer_question(slug: str, question: str) -> Response:
    """Answer what an approver asks."""
    here = services()
    with acting() as session:
        text = request.form.get("answer", "")
        answer(session, here.keyring, letter().id, question, text=text, by=visit().by, now=here.now())
    return done(
        f"/desk/letters/{slug}/approvers",
        Sentence("The answer is on its way, and stands on the approver's page."),
    )


def _rows_by_key(rows: Sequence[Approver]) -> dict[str, Approver]:
    return {key_of(row.email_index): row for row in rows}


def _page(form: FormState) -> Page:
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        keys = here.keyring.of(session, campaign.id)
        file = open_file(session, here.keyring, campaign)
        edition = latest_edition(session, campaign)
        waits = edition is not None and edition.voided_at is None and edition.released_at is None
        rows = _rows_by_key(approvers_of(session, campaign))
        people = []
        for one in file.approvers:
            key = approver_key(keys, one)
            code = (
                look_at_code(session, keys, edition, rows[key]) if waits and edition and key in rows else None
            )
            people.append((key, one, code))
        asked = questions_of(session, here.keyring, campaign.id)
    return desk_page(
        "approvers.html",
        part="desk.deliveries",
        status=422 if form.is_wrong else 200,
        form=form,
        people=people,
        waits=edition.number if waits and edition else 0,
        asked=asked,
        spaced=spaced,
        base=f"/desk/letters/{letter().slug}",
    )
