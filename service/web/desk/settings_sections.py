"""The settings of a letter by section: what each is called, and its help in a sentence."""

from service.coordinators.account import time_zones
from service.foundation.sentence import Sentence
from service.web.desk.settings_fields import Field, Option, Section
from service.web.desk.settings_paper import PAPER
from service.web.languages import letter_languages


def _option(value: str, label: Sentence, more: str) -> Option:
    return Option(value=value, label=label, more=more)


SECTIONS: tuple[Section, ...] = (
    Section(
        code="who",
        title=Sentence("Who collects and sends"),
        fields=(
            Field(
                key="coalition",
                label=Sentence("Name of the coalition"),
                hint=Sentence(
                    "Who collects sign-ons and sends the letter. It is the sender of every e-mail."
                ),
            ),
            Field(
                key="convenors",
                label=Sentence("Convenors"),
                hint=Sentence("Optional. One organization a line, as they are to be named on the page."),
                kind="lines",
            ),
            Field(
                key="reply_to",
                label=Sentence("E-mail address of the secretariat"),
                hint=Sentence("Answers and questions go there."),
                kind="email",
            ),
            Field(
                key="language",
                label=Sentence("Language of the letter"),
                hint=Sentence("The one its text is written in. Dates and numbers are written in its way."),
                kind="language",
                options=tuple(Option(value=tag, label=name) for tag, name in letter_languages()),
            ),
            Field(
                key="time_zone",
                label=Sentence("Time zone"),
                hint=Sentence("All dates of this letter are on the clock of this place."),
                kind="zone",
                options=tuple(Option(value=zone, label=zone) for zone in time_zones()),
            ),
            Field(
                key="milestones",
                label=Sentence("A mail at each milestone of the delivery"),
                hint=Sentence(
                    "To the secretariat: released, left, handed over, delivered, displayed, answered, each only once it is"
                    " proved. What needs somebody is told in any case."
                ),
                kind="box",
            ),
            Field(
                key="solo",
                label=Sentence("This letter is of one person alone"),
                hint=Sentence(
                    "Nobody else approves the text or its release: a hold of half an hour takes their place, and the"
                    " proof of delivery says so."
                ),
                kind="box",
            ),
        ),
    ),
    Section(
        code="access",
        title=Sentence("Who may see and sign it"),
        fields=(
            Field(
                key="access",
                label=Sentence("Who may see the letter before it is published"),
                kind="radios",
                options=(
                    _option(
                        "link",
                        Sentence("Whoever has its address"),
                        Sentence("It is not listed and cannot be guessed."),
                    ),
                    _option(
                        "invited", Sentence("Those who are invited"), Sentence("By a link of their own.")
                    ),
                    _option(
                        "public", Sentence("Everybody"), Sentence("It can be found and read from the start.")
                    ),
                ),
            ),
            Field(
                key="names_shown",
                label=Sentence("When names are shown"),
                kind="radios",
                options=(
                    _option(
                        "after_publication",
                        Sentence("After publication"),
                        Sentence("Until then nobody sees who signed. The safest."),
                    ),
                    _option(
                        "to_signatories",
                        Sentence("To signatories before, to all after publication"),
                        Sentence("Who has signed sees who else did."),
                    ),
                    _option("live", Sentence("At once"), Sentence("To everybody who may see the letter.")),
                ),
            ),
            Field(
                key="admit",
                label=Sentence("Whose confirmed sign-on counts without your look"),
                kind="radios",
                options=(
                    _option(
                        "invited_automatic",
                        Sentence("Those you have invited"),
                        Sentence("You accept all others one by one."),
                    ),
                    _option("each", Sentence("Nobody's"), Sentence("You accept each.")),
                    _option("everyone", Sentence("Everybody's"), Sentence("Who confirms by e-mail counts.")),
                ),
            ),
            Field(
                key="signers",
                label=Sentence("Who signs"),
                kind="radios",
                options=(
                    _option("both", Sentence("Organizations and people"), ""),
                    _option("organizations", Sentence("Organizations only"), ""),
                    _option("people", Sentence("People only"), ""),
                ),
            ),
            Field(
                key="count_shown_from",
                label=Sentence("Show the count from so many on"),
                hint=Sentence("Below this number nobody outside learns how many have signed."),
                kind="number",
            ),
        ),
    ),
    Section(
        code="approvers",
        title=Sentence("Who approves it before it is sent"),
        fields=(
            Field(
                key="approvers",
                label=Sentence("Approvers"),
                hint=Sentence(
                    "Two or more, one a line, like: Ada Approver <ada@lakes.example>. They get a link by e-mail and need no"
                    " account. A letter of one person alone needs none."
                ),
                kind="people",
            ),
        ),
    ),
    Section(
        code="dates",
        title=Sentence("Dates"),
        fields=(
            Field(key="opens", label=Sentence("Sign-ons begin"), kind="moment"),
            Field(
                key="deadline",
                label=Sentence("Deadline for sign-ons"),
                hint=Sentence("Nobody can sign after it. It is not the day on which the letter is sent."),
                kind="moment",
            ),
            Field(
                key="grace_hours",
                label=Sentence("Hours for confirmations after the deadline for sign-ons"),
                hint=Sentence(
                    "Who filled in the form in time may confirm it for so long. This never delays sending."
                ),
                kind="number",
            ),
            Field(
                key="send_at",
                label=Sentence("Planned sending to the recipients"),
                hint=Sentence("Optional. A letter that is released before leaves at this moment."),
                kind="moment",
            ),
            Field(
                key="publish_at",
                label=Sentence("Publication, and embargo for members and press"),
                hint=Sentence(
                    "Optional. The letter becomes public at this moment, once it was sent; else by hand."
                ),
                kind="moment",
            ),
            Field(
                key="show.receipt_hours",
                label=Sentence("Run of show: hours to wait for a receipt after the release"),
                hint=Sentence(
                    "Optional. With a number here, what follows the letter goes by itself, a step after the other: the final"
                    " copy, the kits, the press, the page. 0 waits for no receipt. Empty: each by its own button."
                ),
                kind="number",
            ),
            Field(
                key="purge_after_days",
                label=Sentence("Days until personal data is deleted"),
                hint=Sentence(
                    "Optional, 30 to 3660: counted from the answer, or from when the letter is put away. Empty: until you ask."
                ),
                kind="number",
            ),
        ),
    ),
    PAPER,
    Section(
        code="event",
        title=Sentence("Event and goal"),
        fields=(
            Field(
                key="event.name",
                label=Sentence("Event before which the letter has to arrive"),
                hint=Sentence("Optional, like “the Basin Summit”. The text can name it."),
            ),
            Field(key="event.starts", label=Sentence("First day of the event"), kind="day"),
            Field(
                key="goal",
                label=Sentence("Goal: number of sign-ons"),
                hint=Sentence("Optional. It is for your team, unless you show it."),
                kind="number",
            ),
            Field(key="goal_public", label=Sentence("Show the goal on the page"), kind="box"),
        ),
    ),
    Section(
        code="call",
        title=Sentence("Call to sign"),
        fields=(
            Field(
                key="call",
                label=Sentence("What those who are asked read before the letter"),
                hint=Sentence("Optional. Why, who, until when, public or not. Markdown."),
                kind="area",
            ),
        ),
    ),
    Section(
        code="contact",
        title=Sentence("Contact in the letter's foot"),
        help=Sentence("Printed in the letter, so that the recipient can answer. All of it is optional."),
        fields=(
            Field(key="contact.name", label=Sentence("Name")),
            Field(key="contact.role", label=Sentence("Role")),
            Field(key="contact.email", label=Sentence("E-mail address"), kind="email"),
            Field(key="contact.phone", label=Sentence("Telephone")),
        ),
    ),
    Section(
        code="press",
        title=Sentence("Press contact"),
        help=Sentence("For members and press only. All of it is optional."),
        fields=(
            Field(key="press.name", label=Sentence("Name")),
            Field(key="press.role", label=Sentence("Role")),
            Field(key="press.email", label=Sentence("E-mail address"), kind="email"),
            Field(key="press.phone", label=Sentence("Telephone")),
            Field(key="press.boilerplate", label=Sentence("Lines about the coalition"), kind="area"),
        ),
    ),
)

FIELDS = tuple(field for section in SECTIONS for field in section.fields)
