"""What a letter sets up to write to a chamber: who delivers, by which key, and what the campaign says (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.delivery.congress.chamber import LIVE, TEST, Chamber, set_up
from service.delivery.congress.letter import Agent, Organization, Plea
from service.delivery.congress.limits import TOPICS
from service.delivery.setting import Setting, faults_in
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

MODES: Mapping[str, Sentence] = {
    LIVE: Sentence("Live: each message goes to the office of the Member."),
    TEST: Sentence("Test: messages go to the chamber's test system, and no office gets any."),
}
"""What each mode is called wherever it is shown."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="mode",
        word=Sentence("Where messages go"),
        helps=Sentence(
            "With the test system nobody is asked for a home address, but for those who sign a letter in trial."
        ),
        one_of=(TEST, LIVE),
        words=MODES,
    ),
    Setting(
        key="key",
        word=Sentence("Key of the delivery agent"),
        helps=Sentence("As the chamber gave it to whom it lets send."),
        secret=True,
    ),
    Setting(
        key="agent",
        word=Sentence("Name of the delivery agent"),
        helps=Sentence("Exactly as it is registered with the chamber for this key."),
    ),
    Setting(
        key="acknowledge_to",
        word=Sentence("Address for acknowledgements"),
        helps=Sentence("An e-mail address of the delivery agent."),
    ),
    Setting(
        key="contact_name",
        word=Sentence("Contact of the delivery agent"),
        helps=Sentence("Whom an office asks where something is wrong: first and last name."),
    ),
    Setting(
        key="contact_email",
        word=Sentence("E-mail address of the contact"),
        helps=Sentence("Every office sees it."),
    ),
    Setting(
        key="contact_phone",
        word=Sentence("Telephone number of the contact"),
        helps=Sentence("Like 202-555-0100. Every office sees it."),
    ),
    Setting(
        key="organization",
        word=Sentence("Name of the coalition"),
        helps=Sentence("As offices see whose campaign it is."),
    ),
    Setting(
        key="about",
        word=Sentence("About the coalition"),
        helps=Sentence("One sentence for the offices."),
        optional=True,
    ),
    Setting(
        key="subject",
        word=Sentence("Subject of the messages"),
        helps=Sentence("The same for all constituents."),
    ),
    Setting(
        key="topics",
        word=Sentence("Topics"),
        helps=Sentence(
            "One on each line, as the Library of Congress calls them: {topics}.", topics="; ".join(TOPICS)
        ),
        is_long=True,
    ),
    Setting(
        key="statement",
        word=Sentence("Statement of the coalition"),
        helps=Sentence(
            "What the coalition says in each message. It is marked as the campaign's text, apart from a constituent's own words."
        ),
        is_long=True,
    ),
    Setting(
        key="more_info",
        word=Sentence("Link to the letter"),
        helps=Sentence("Where an office finds the letter, from https:// on."),
        optional=True,
    ),
)
"""What sets up either chamber, as a form asks for it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Account:
    """Who delivers to a chamber, whose campaign it is, and what that says; `is_test` where no office gets anything."""

    is_test: bool
    agent: Agent
    organization: Organization
    plea: Plea


def read_account(chamber: Chamber, settings: Mapping[str, str], *, slug: str) -> Account:
    """Read the settings of this way for the letter `slug`; raises Refused, in one sentence, where they lack something."""
    if not settings:
        raise Refused(
            Sentence("Letters to {chamber} are off: nothing is set up for them.", chamber=chamber.name)
        )
    setup = set_up(chamber, settings)
    if isinstance(setup, Sentence):
        raise Refused(setup)
    for _, fault in faults_in(SETTINGS, settings):
        raise Refused(fault)
    return Account(
        is_test=setup.is_test,
        agent=Agent(
            name=settings["agent"],
            **{
                part: settings[part]
                for part in ("acknowledge_to", "contact_name", "contact_email", "contact_phone")
            },
        ),
        organization=Organization(name=settings["organization"], about=settings.get("about", "")),
        plea=Plea(
            slug=slug,
            subject=settings["subject"],
            topics=tuple(line.strip() for line in settings["topics"].splitlines() if line.strip()),
            statement=settings["statement"],
            more_info=settings.get("more_info", ""),
        ),
    )
