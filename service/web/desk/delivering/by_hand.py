"""The page of a copy that a person brings: what to do, its packet, and the word that it was brought."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, request

from service.coordinators.permissions import Act
from service.delivery.by_hand.brought import Brought, note_brought, picture_of
from service.delivery.by_hand.entered import entered_of
from service.delivery.by_hand.filed import filing_address
from service.delivery.by_hand.packet import packet_of, steps_with
from service.delivery.by_hand.picture import LARGEST_PICTURE
from service.delivery.channel_words import channel_word
from service.delivery.letter_mail import Making
from service.delivery.registry import BY_HAND, FILED, PACKED
from service.delivery.sendings import NO_SUCH_SENDING, sending_of, sendings_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.draft_view import is_too_long_to_set
from service.web.desk.blueprint import get, post
from service.web.desk.delivering.days import read_day
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, letter_to_give, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.language import page_language
from service.web.render import Page, answer
from service.web.services import services


@get("/letters/<slug>/sendings/<sending>/by-hand", Act.LOOK)
def by_hand(slug: str, sending: str) -> Response:
    """Show what to do with a copy that a person brings, and take that person's word."""
    del slug
    return _page(sending, {"on": _today().isoformat()}, {})


@post("/letters/<slug>/sendings/<sending>/by-hand", Act.DELIVER, most_bytes=LARGEST_PICTURE + 16_384)
def brought(slug: str, sending: str) -> Response:
    """Keep that a copy was brought."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    on = reader.read("on", read_day, date.min)
    try:
        reader.refuse_if_wrong()
    except Misfilled as wrong:
        return _page(sending, entries, wrong.errors)
    picture = request.files.get("picture")
    said = Brought(
        on=on,
        today=_today(),
        how=entries.get("how", ""),
        number=entries.get("number", ""),
        picture=picture.read() if picture else b"",
    )
    try:
        with acting() as session:
            row = note_brought(session, here.keyring, slug, sending, said, by=visit().by, now=here.now())
            there = row.edition_id
    except NotFound:
        raise
    except Refused as refused:
        return _page(sending, entries, {}, notice=str(refused))
    return done(
        f"/desk/letters/{slug}/editions/{there}",
        Sentence("It is kept that the copy was brought. Call the office later, and note its receipt."),
    )


@get("/letters/<slug>/sendings/<sending>/packet.zip", Act.SEE_NAMES)
def packet(slug: str, sending: str) -> Response:
    """Give all that a person brings as one file."""
    del slug
    here = services()
    making = Making(
        fonts=here.fonts,
        word_template=here.word_template,
        most_bytes=here.letter_mail_bytes,
        filing_domain=here.filing_domain,
    )
    with looking() as session:
        campaign = letter_to_give(session)
        row = sending_of(session, campaign, sending)
        if row.channel not in BY_HAND:
            raise NotFound(NO_SUCH_SENDING)
        name, data = packet_of(
            session,
            here.keyring,
            campaign,
            row,
            making=making,
            public_url=here.public_url,
            language=page_language(reader=visit().language),
        )
    response = answer(data, media_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@get("/letters/<slug>/pictures/<picture>", Act.LOOK)
def delivery_picture(slug: str, picture: str) -> Response:
    """Give a picture that proves a step, to save."""
    del slug
    with looking() as session:
        data = picture_of(session, services().keyring, letter_here(session), picture)
    response = answer(data, media_type="image/jpeg")
    response.headers["Content-Disposition"] = 'attachment; filename="picture.jpg"'
    return response


def _page(sending: str, values: Mapping[str, str], errors: Mapping[str, str], *, notice: str = "") -> Page:
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        row = sending_of(session, campaign, sending)
        if row.channel not in BY_HAND:
            raise NotFound(NO_SUCH_SENDING)
        seen = next(
            one for one in sendings_of(session, here.keyring, campaign, row.edition_id) if one.id == sending
        )
        edition_id = row.edition_id
        # Who knows the address can have a mail filed: it is shown to those who may save the packet, which holds it.
        domain = here.filing_domain if visit().may(Act.SEE_NAMES) else ""
        to_us = filing_address(here.keyring, row, domain=domain)
        is_entered = seen.waits_for_a_person and row.channel in PACKED and visit().may(Act.SEE_NAMES)
        # To make its copy opens the whole roll: of a letter of many that is done when it is asked for.
        is_made = is_entered and (
            request.args.get("entered") == "yes" or not is_too_long_to_set(session, here.keyring, campaign)
        )
        entered = entered_of(session, here.keyring, campaign, row, now=here.now()) if is_made else None
    form = FormState(values=shown_again(values), errors=errors, notice=notice)
    base = f"/desk/letters/{letter().slug}"
    return desk_page(
        "by_hand.html",
        part="desk.deliveries",
        status=422 if form.is_wrong else 200,
        form=form,
        seen=seen,
        is_entered=is_entered,
        entered=entered,
        steps=steps_with(to_us, seen.channel),
        is_filed=seen.channel in FILED,
        way=channel_word(seen.channel),
        back=f"{base}/editions/{edition_id}",
        base=base,
        here=f"{base}/sendings/{sending}",
    )


def _today() -> date:
    zone = visit().time_zone or letter().time_zone
    return services().now().astimezone(ZoneInfo(zone)).date()
