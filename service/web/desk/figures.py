"""The letter in pictures: how many signed when, of which kind, from where and by which way, and what became of mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.formats import country_name, direction, write_date
from service.model.signature import Kind, Provenance
from service.model.states import SignatureState
from service.signing.secretariat.figures import Figures, spans_of
from service.signing.secretariat.kept_figures import known_figures
from service.web.desk.blueprint import get
from service.web.desk.charts import Bar, columns, rows
from service.web.desk.page import desk_page
from service.web.desk.visit import letter_row, looking, visit
from service.web.language import page_language
from service.web.render import TrustedHtml
from service.web.services import services

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
    """Show the letter in numbers; those of a letter of many sign-ons as they were counted last."""
    del slug
    language = page_language(reader=visit().language)
    with looking() as session:
        known = known_figures(session, services().keyring, letter_row(session))
    return desk_page("figures.html", pictures=_pictures(known.figures, language), as_of=known.as_of)


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

    tally = found.tally
    spans, is_weekly = spans_of(tally.days)
    each = (
        Sentence("Confirmed in each week, by its first day.")
        if is_weekly
        else Sentence("Confirmed on each day.")
    )
    return [
        drawn(
            Sentence("Sign-ons over time"),
            each,
            Sentence("Day"),
            [Bar(label=write_date(one.begins, language), value=one.signed) for one in spans],
            over_time=True,
        ),
        drawn(
            Sentence("From asked to counted"),
            Sentence("How many came how far. Nobody is followed: opened mails are not counted."),
            Sentence("Step"),
            [
                Bar(label=str(say(label)), value=value)
                for label, value in (
                    (Sentence("Asked by invitation"), tally.asked),
                    (Sentence("Of these, confirmed"), tally.of_asked),
                    (Sentence("Signed in all"), tally.signed),
                    (Sentence("Confirmed in all"), tally.in_state(SignatureState.CONFIRMED)),
                    (Sentence("Counted"), tally.counted),
                )
            ],
        ),
        drawn(
            Sentence("By kind"),
            Sentence("Of those that count; members that another organization signs for come on top."),
            Sentence("Kind"),
            bars(_KINDS, tally.kinds),
        ),
        drawn(
            Sentence("By the way they came"),
            Sentence("Of those that count."),
            Sentence("Way"),
            bars(_CHANNELS, tally.channels),
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
