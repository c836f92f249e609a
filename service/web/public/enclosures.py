"""The files that go with a letter: its annexes, and the logos of its head."""

import re

from flask import Response

from service.campaigns.access import NOTHING_HERE
from service.campaigns.enclosures import annex_bytes
from service.delivery.approve import approval_annex
from service.foundation.errors import NotFound
from service.letter.annex_file import MOST_ANNEXES
from service.letter.enclosed import annex_file_name
from service.model.link_token import Purpose
from service.signing.own_annex import annex_behind_link
from service.store.transaction import reading
from service.web.public.approve import refuse_unless_looking
from service.web.public.blueprint import public
from service.web.public.letter import look, openness_of
from service.web.render import Openness, Page, answer, is_known, unless_known
from service.web.services import services

_ANNEX = re.compile(r"([1-9][0-9]?)\.pdf")
_LOGO = re.compile(r"([1-9])\.png")


@public.get("/letters/<slug>/annexes/<name>")
def letter_annex(slug: str, name: str) -> Response:
    """Give an annex to whoever may see the letter's text."""
    here = services()
    seen = look(slug)
    letter = here.letters.view(seen)
    place = _place(_ANNEX, name, len(letter.annexes))
    annex = letter.annexes[place - 1]
    etag = "" if letter.key else f'"{annex.sha256[:32]}"'
    data = b""
    # Who has it already is spared the megabytes, and so are we.
    if not (etag and is_known(etag)):
        with reading(here.engine) as session:
            data = annex_bytes(session, here.keyring, seen.campaign_id, annex)
    response = _pdf(data, annex_file_name(slug, place), openness=openness_of(letter))
    return unless_known(response, etag) if etag else response


@public.get("/letters/<slug>/logos/<name>")
def letter_logo(slug: str, name: str) -> Response:
    """Give a logo, as the picture that was drawn of it, to whoever may see the letter's text."""
    letter = services().letters.view(look(slug))
    logo = letter.logos[_place(_LOGO, name, len(letter.logos)) - 1]
    response = answer(logo.picture, openness=openness_of(letter), media_type="image/png")
    return response if letter.key else unless_known(response, f'"{logo.sha256[:32]}"')


@public.get("/approve/<token>/annexes/<name>")
def proposed_annex(token: str, name: str) -> Response:
    """Give an approver an annex of the edition, byte for byte as it would be sent."""
    refuse_unless_looking(token)
    here, place = services(), _place(_ANNEX, name, MOST_ANNEXES)
    with reading(here.engine) as session:
        slug, data = approval_annex(session, here.keyring, token=token, place=place, now=here.now())
    return _pdf(data, annex_file_name(slug, place), openness=Openness.PRIVATE)


@public.get("/invitation/<token>/annexes/<name>")
def invited_annex(token: str, name: str) -> Response:
    """Give whoever is invited an annex of the letter."""
    return _own_annex(Purpose.INVITATION, token, name)


@public.get("/confirm/<token>/annexes/<name>")
def pending_annex(token: str, name: str) -> Response:
    """Give whoever is to confirm a sign-on an annex of what is signed."""
    return _own_annex(Purpose.CONFIRM, token, name)


@public.get("/change/<token>/annexes/<name>")
def changed_annex(token: str, name: str) -> Response:
    """Give whoever signed an earlier text an annex of the present one."""
    return _own_annex(Purpose.CHANGE, token, name)


def _own_annex(purpose: Purpose, token: str, name: str) -> Response:
    here, place = services(), _place(_ANNEX, name, MOST_ANNEXES)
    with reading(here.engine) as session:
        slug, data = annex_behind_link(
            session, here.keyring, purpose, token=token, place=place, now=here.now()
        )
    return _pdf(data, annex_file_name(slug, place), openness=Openness.PRIVATE)


def _place(pattern: re.Pattern[str], name: str, last: int) -> int:
    match = pattern.fullmatch(name)
    if match is None or int(match[1]) > last:
        raise NotFound(NOTHING_HERE)
    return int(match[1])


def _pdf(data: bytes, name: str, *, openness: Openness) -> Page:
    response = answer(data, openness=openness, media_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
