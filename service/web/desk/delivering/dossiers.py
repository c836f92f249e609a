"""Proofs of delivery: ask for the dossier of a released letter, see which were made, and save one."""

from collections.abc import Iterator, Sequence

from flask import Response, request

from service.campaigns.queries import editions_out
from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.delivery.dossier.asked import ask_dossier, dossiers_of, get_dossier, open_piece, piece_ids
from service.delivery.sendings import edition_of
from service.foundation.sentence import Sentence
from service.store.transaction import reading
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, letter_to_give, looking, visit
from service.web.services import WebServices, services


@get("/letters/<slug>/dossiers", Act.LOOK)
def dossiers(slug: str) -> Response:
    """Show the proofs of delivery that were asked for or made, and what can be proved."""
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        made = dossiers_of(session, campaign, now=now)
        editions = [edition.number for edition in editions_out(session, campaign)]
        names = names_of(session, here.keyring.desk, [one.asked_by for one in made])
    return desk_page(
        "dossiers.html",
        part="desk.deliveries",
        dossiers=made,
        editions=editions,
        names=names,
        refreshes=any(one.is_waiting for one in made),
        command="python3 verify.py",
        base=f"/desk/letters/{slug}",
    )


@post("/letters/<slug>/dossiers", Act.DOSSIER)
def ask_for_dossier(slug: str) -> Response:
    """Have the dossier of an edition made."""
    here, number = services(), request.form.get("edition", "")
    with acting() as session:
        asked = int(number) if number.isascii() and number.isdigit() else None
        ask_dossier(session, slug, asked, by=visit().by, now=here.now())
    return done(
        f"/desk/letters/{slug}/dossiers",
        Sentence("The proof of delivery is being made; you find it here within minutes, for a week."),
    )


@get("/letters/<slug>/dossiers/<dossier>", Act.DOSSIER)
def fetch_dossier(slug: str, dossier: str) -> Response:
    """Give the file of a dossier, piece by piece."""
    here = services()
    with looking() as session:
        campaign = letter_to_give(session)
        row = get_dossier(session, dossier, campaign_id=letter().id)
        ids = piece_ids(session, row, now=here.now())
        number = edition_of(session, campaign, row.edition_id).number
    answer = Response(_opened(here, ids), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-edition-{number}-dossier.zip"'
    answer.headers["Cache-Control"] = "no-store"
    # A file that broke off on its way is seen to be shorter.
    answer.content_length = row.size
    return answer


def _opened(here: WebServices, ids: Sequence[str]) -> Iterator[bytes]:
    for one in ids:
        with reading(here.engine) as session:
            yield open_piece(session, here.keyring, one)
