"""The letter in pictures: how many signed when, of which kind, from where and by which way, and what became of mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.foundation.shelf import Shelf
from service.i18n.catalogue import catalogue
from service.i18n.formats import country_name, direction, write_date
from service.model.signature import Kind, Provenance
from service.signing.secretariat.figures import Figures, figures_of
from service.web.desk.blueprint import get
from service.web.desk.charts import Bar, columns, rows
from service.web.desk.page import desk_page
from service.web.desk.visit import letter, letter_row, looking, visit
from service.web.language import page_language
from service.web.render import TrustedHtml
from service.web.services import services

_KEPT_SECONDS = 60
_SHELF = Shelf(things=32, made=1)
_KINDS = {Kind.ORGANIZATION.value: Sentence("Organizations"), Kind.PERSON.value: Sentence("People")}
_CHANNELS = {
    Provenance.FORM.value: Sentence("By the form"),
    Provenance.INVITATION.value: Sentence("By an invitation"),
    Provenance.ATTESTED.value: Sentence("Added by the secretariat"),
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One chart, with its title, one sentence of help, and the table of what it shows."""

    title: str
    help: str
    what: str
    bars: Sequence[Bar]
    svg: TrustedHtml


@get("/letters/<slug>/figures", Act.LOOK)
def figures(slug: str) -> Response:
    """Show the letter in numbers, at most a minute old."""
    del slug
    language = page_language(reader=visit().language)
    found = _figures()
    return desk_page("figures.html", pictures=_pictures(found, language))


def _figures() -> Figures:
    """Count, or give what was counted within this minute: of a large letter that takes a second."""
    here = services()

    def make() -> Figures:
        with looking() as session:
            return figures_of(session, here.keyring, letter_row(session))

    minute = int(here.now().timestamp()) // _KEPT_SECONDS
    # One process may serve several databases in tests, and ids are never the same.
    return _SHELF.get(letter().id, minute, "figures", make)


def _pictures(found: Figures, language: str) -> Sequence[Picture]:
    say, is_rtl = catalogue(language).say, direction(language) == "rtl"

    def drawn(
        title: Sentence, help_: Sentence, what: Sentence, bars: Sequence[Bar], *, over_time: bool = False
    ) -> Picture:
        draw = columns if over_time else rows
        said = str(say(title))
        return Picture(
            title=said, help=help_, what=what, bars=bars, svg=draw(bars, title=said, is_rtl=is_rtl)
        )

    def bars(words: dict[str, Sentence], numbers: object) -> Sequence[Bar]:
        assert isinstance(numbers, dict)
        return [Bar(label=str(say(words[code])), value=numbers[code]) for code in words]

    funnel = found.funnel
    each = (
        Sentence("Confirmed in each week, by its first day.")
        if found.is_weekly
        else Sentence("Confirmed on each day.")
    )
    return [
        drawn(
            Sentence("Sign-ons over time"),
            each,
            Sentence("Day"),
            [Bar(label=write_date(one.begins, language), value=one.signed) for one in found.spans],
            over_time=True,
        ),
        drawn(
            Sentence("From asked to counted"),
            Sentence("How many came how far. Nobody is followed: opened mails are not counted."),
            Sentence("Step"),
            [
                Bar(label=str(say(label)), value=value)
                for label, value in (
                    (Sentence("Asked by invitation"), funnel.asked),
                    (Sentence("Of these, confirmed"), funnel.of_asked),
                    (Sentence("Signed in all"), funnel.signed),
                    (Sentence("Confirmed in all"), funnel.confirmed),
                    (Sentence("Counted"), funnel.counted),
                )
            ],
        ),
        drawn(
            Sentence("By kind"),
            Sentence("Of those that count; members that another organization signs for come on top."),
            Sentence("Kind"),
            bars(_KINDS, found.kinds),
        ),
        drawn(
            Sentence("By the way they came"),
            Sentence("Of those that count."),
            Sentence("Way"),
            bars(_CHANNELS, found.channels),
        ),
        drawn(
            Sentence("By country"),
            Sentence(
                "Of those that count and gave a country. Small numbers could tell who it is, so they are for the"
                " secretariat only."
            ),
            Sentence("Country"),
            [Bar(label=country_name(code, language), value=number) for code, number in found.countries],
        ),
        drawn(
            Sentence("E-mails"),
            Sentence("What our relay took is handed over, and not yet proven to have arrived."),
            Sentence("E-mails"),
            [
                Bar(label=str(say(label)), value=value)
                for label, value in (
                    (Sentence("Written"), found.mails.written),
                    (Sentence("Handed over"), found.mails.taken),
                    (Sentence("Came back"), found.mails.bounced),
                    (Sentence("Marked as spam"), found.mails.complained),
                )
            ],
        ),
    ]
