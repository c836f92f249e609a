"""The settings of what stands on the paper beside the text: its head, its date, and how the names are set."""

from service.foundation.sentence import Sentence
from service.web.desk.settings_fields import Field, Option, Section

PAPER = Section(
    code="paper",
    title=Sentence("On the paper"),
    fields=(
        Field(
            key="letterhead.lines",
            label=Sentence("Lines below the coalition's name"),
            hint=Sentence(
                "Optional. One a line, such as an address or a website, as the head of the letter has them."
            ),
            kind="lines",
        ),
        Field(
            key="letter.date",
            label=Sentence("Date in the letter"),
            hint=Sentence("Optional. Empty: the day on which it is sent. It is part of what people sign."),
            kind="day",
        ),
        Field(
            key="signatories.order",
            label=Sentence("In which order names stand"),
            hint=Sentence("A letter that is proposed already keeps its order."),
            kind="radios",
            options=(
                Option(
                    value="alphabetical",
                    label=Sentence("By the alphabet"),
                    more=Sentence("Of the letter's language."),
                ),
                Option(
                    value="manual",
                    label=Sentence("Those to whom you gave a place first, then the others by the alphabet"),
                    more=Sentence("The place is the column “order” of the list of members."),
                ),
            ),
        ),
        Field(
            key="signatories.group_by",
            label=Sentence("Under which headings"),
            kind="radios",
            options=(
                Option(value="none", label=Sentence("Organizations and people only")),
                Option(value="country", label=Sentence("By country")),
                Option(
                    value="category",
                    label=Sentence("By category"),
                    more=Sentence("The category is a column of the list of members."),
                ),
            ),
        ),
        Field(
            key="signatories.show_country",
            label=Sentence("Print the country beside each name"),
            kind="box",
        ),
        Field(
            key="signatories.show_representative",
            label=Sentence("Print who signed for an organization below its name"),
            kind="box",
        ),
    ),
)
