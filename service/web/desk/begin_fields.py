"""The few things without which there is no letter, as the fields of one form; all else has a default and its settings page."""

from service.foundation.sentence import Sentence
from service.web.desk.settings_fields import Field, Section
from service.web.desk.settings_sections import FIELDS as SETTINGS

_OF_SETTINGS = {field.key: field for field in SETTINGS}

SECOND_OWNER = "second_owner"
SLUG = Field(
    key="slug",
    label=Sentence("Short name in the web address"),
    hint=Sentence("3 to 60 small letters, digits and hyphens, like clean-river. It cannot change later."),
    kind="code",
)
_SLUG = Field(
    key="slug",
    label=Sentence("Short name in the web address"),
    hint=Sentence(
        "3 to 60 small letters, digits and hyphens, like clean-river. It cannot change later. Leave it empty to have it made"
        " of the headline."
    ),
    kind="code",
)

SECTIONS = (
    Section(
        code="letter",
        title=Sentence("The letter"),
        fields=(
            Field(key="letter.title", label=Sentence("Headline")),
            _SLUG,
            Field(
                key="letter.salutation",
                label=Sentence("Salutation"),
                hint=Sentence("Like “Dear President Example,”."),
            ),
            Field(
                key="letter.body",
                label=Sentence("Text"),
                hint=Sentence("A first draft is enough: it is written on the page of the text. Markdown."),
                kind="area",
            ),
        ),
    ),
    Section(
        code="recipient",
        title=Sentence("The recipient"),
        help=Sentence(
            "To whom it is written; more of them, their addresses and how it reaches them come later."
        ),
        fields=(
            Field(key="recipient.name", label=Sentence("Name")),
            Field(key="recipient.position", label=Sentence("Position"), optional=True),
            Field(key="recipient.email", label=Sentence("E-mail address"), kind="email", optional=True),
        ),
    ),
    Section(
        code="who",
        title=Sentence("Who collects and sends"),
        fields=tuple(_OF_SETTINGS[key] for key in ("coalition", "reply_to", "language", "time_zone")),
    ),
    Section(
        code="team",
        title=Sentence("Who works on it with you"),
        help=Sentence(
            "Two owners make the text final together, and the letter goes on if one of them is lost."
        ),
        fields=(
            Field(
                key=SECOND_OWNER,
                label=Sentence("E-mail address of a second owner"),
                optional=True,
                hint=Sentence(
                    "An invitation goes there. You can invite somebody later as well, on the page of the team."
                ),
                kind="email",
            ),
        ),
    ),
    Section(
        code="dates",
        title=Sentence("Dates"),
        help=Sentence("On the clock of the time zone above."),
        fields=tuple(_OF_SETTINGS[key] for key in ("opens", "deadline")),
    ),
    Section(
        code="approvers",
        title=Sentence("Who approves it before it is sent"),
        help=Sentence("Two people, who get a link by e-mail and need no account."),
        fields=(
            Field(key="approver1.name", label=Sentence("First approver: name")),
            Field(key="approver1.email", label=Sentence("First approver: e-mail address"), kind="email"),
            Field(key="approver2.name", label=Sentence("Second approver: name")),
            Field(key="approver2.email", label=Sentence("Second approver: e-mail address"), kind="email"),
            _OF_SETTINGS["solo"],
        ),
    ),
)

FIELDS = tuple(field for section in SECTIONS for field in section.fields)
