"""The pages of ways of sending: what a letter has set up for each that leaves by itself, and the form that does so."""

from flask import Response, request

from service.campaigns.contents import open_file
from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.delivery.channel_words import channel_word
from service.delivery.registry import BY_HAND, HEARING, SETTABLE
from service.delivery.setting import Misset
from service.delivery.way_settings import NO_SUCH_WAY, WaySeen, forget_way, set_way, ways_seen
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence, in_a_row
from service.web.desk.blueprint import get, post
from service.web.desk.grave import is_unproved
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.forms import FormState, shown_again
from service.web.render import Page
from service.web.services import services

_PART = "desk.deliveries"
_FIELD = "set-"


@get("/letters/<slug>/ways", Act.LOOK)
def ways(slug: str) -> Response:
    """List the ways of sending: which are set up, and by which recipients they are chosen."""
    here = services()
    with looking() as session:
        campaign = letter_here(session)
        seen = ways_seen(session, here.keyring, campaign, now=here.now())
        offices = open_file(session, here.keyring, campaign).recipients
        names = names_of(session, here.keyring.desk, [one.set_by for one in seen if one.set_by])
    chosen = {
        name: [office.name for office in offices if name in office.channels]
        for name in (*SETTABLE, "email", *sorted(BY_HAND))
    }
    return desk_page(
        "ways.html",
        part=_PART,
        found=seen,
        names=names,
        chosen=chosen,
        by_hand=[name for name in chosen if name in BY_HAND],
        has_mail=here.outward.smtp and bool(here.outward.mail_from),
        channel_word=channel_word,
        base=f"/desk/letters/{slug}",
    )


# A way is no thing of a letter, so no address has a part for it: the same word would name it in every letter.
@get("/letters/<slug>/ways/change", Act.SET_WAYS)
def change_way(slug: str) -> Response:
    """Show what sets one way up, as a form; the first where none is named."""
    del slug
    seen = _seen(request.args.get("way") or next(iter(SETTABLE)))
    values = {f"{_FIELD}{one.key}": seen.shown.get(one.key, _first(seen, one.key)) for one in seen.settings}
    return _form_page(seen, FormState(values=values))


@post("/letters/<slug>/ways/change", Act.SET_WAYS, is_grave=is_unproved)
def keep_way(slug: str) -> Response:
    """Set a way up."""
    here, entries = services(), request.form.to_dict()
    seen = _seen(entries.get("way", ""))
    values = {one.key: entries.get(f"{_FIELD}{one.key}", "") for one in seen.settings}
    try:
        with acting() as session:
            set_way(session, here.keyring, slug, seen.name, values, by=visit().by, now=here.now())
    except Misset as wrong:
        errors = {f"{_FIELD}{key}": said for key, said in wrong.by_key.items()}
        return _form_page(seen, FormState(values=shown_again(entries), errors=errors))
    except Refused as refusal:
        notice = in_a_row((str(refusal), *refusal.faults))
        return _form_page(seen, FormState(values=shown_again(entries), notice=notice))
    return done(f"/desk/letters/{slug}/ways", Sentence("The way is set up. Look below what it is good for."))


@post("/letters/<slug>/ways/forget", Act.SET_WAYS, is_grave=is_unproved)
def drop_way(slug: str) -> Response:
    """Forget what a way was set up with."""
    here = services()
    with acting() as session:
        forget_way(session, slug, request.form.get("way", ""), by=visit().by, now=here.now())
    said = Sentence("It is forgotten. Nothing goes this way until it is set up anew.")
    return done(f"/desk/letters/{slug}/ways", said)


def set_up_at(slug: str) -> dict[str, str]:
    """Give the page on which a letter sets a way up, by the names of the ways that it does so for (pure)."""
    return dict.fromkeys(SETTABLE, f"/desk/letters/{slug}/ways")


def _seen(name: str) -> WaySeen:
    if name not in SETTABLE:
        raise NotFound(NO_SUCH_WAY)
    here = services()
    with looking() as session:
        seen = ways_seen(session, here.keyring, letter_here(session), now=here.now())
    return next(one for one in seen if one.name == name)


def _first(seen: WaySeen, key: str) -> str:
    """Give what is meant where nothing was chosen; what has to be chosen begins without."""
    one = next(one for one in seen.settings if one.key == key)
    return one.one_of[0] if one.one_of and one.optional else ""


def _form_page(seen: WaySeen, form: FormState) -> Page:
    return desk_page(
        "way.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form,
        way=seen,
        field=_FIELD,
        hook=f"{services().public_url}/hooks/{seen.name}/{letter().slug}" if seen.name in HEARING else "",
        channel_word=channel_word,
        base=f"/desk/letters/{letter().slug}/ways",
    )
