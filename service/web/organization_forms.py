"""Read the forms of organizations: a second officer, and what somebody asks about (pure)."""

from collections.abc import Mapping

from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, fold_name
from service.signing.organizations.countersign import Officer
from service.web.forms import LONGEST_LINE, Reader


def read_officer(entries: Mapping[str, str]) -> Officer:
    """Read whom an organization asks to countersign; raises Misfilled."""
    reader = Reader(entries)
    missing = Sentence("Enter the name of the second officer.")
    name = reader.line("officer_name", Sentence("The second officer's name"), missing=missing)
    title = reader.line("officer_title", Sentence("The second officer's role"))
    email = reader.read(
        "officer_email", lambda text: normal_address(text, what=Sentence("The e-mail address")), ""
    )
    reader.refuse_if_wrong()
    return Officer(name=name, title=title, email=email)


def read_asked_about(entries: Mapping[str, str]) -> str:
    """Read the organization that somebody asks about; raises Misfilled."""
    reader = Reader(entries)

    def organization(text: str) -> str:
        found = clean_line(text, what=Sentence("The name"), longest=LONGEST_LINE)
        if not fold_name(found):
            raise Refused(Sentence("Enter the organization's name, or its website."))
        return found

    found = reader.read("organization", organization, "")
    reader.refuse_if_wrong()
    return found
