"""The statement that a letter's public copy makes: who of the signatories submits it, and who shares its views (pure)."""

from collections.abc import Iterator, Mapping

from service.campaigns.file_ways import Council
from service.campaigns.file_ways import Ngo as Named
from service.delivery.channels.unhrc.submission import Ngo, Person, Session, Submission
from service.foundation.written import fold_name
from service.letter.copy import Copy, Line
from service.letter.statement import markdown_of


def submission_of(copy: Copy, council: Council) -> Submission:
    """Make the statement of a copy: its text without salutation and closing, submitted by the NGOs that the office's details name."""
    main, *joint = (Ngo(name=one.name, status=one.status, compared=one.compared) for one in council.ngos)
    contact = copy.contact
    return Submission(
        session=Session(number=council.session, opens=council.opens),
        item=council.item,
        language=copy.text.language.partition("-")[0],
        main=main,
        title=copy.fill(copy.text.title),
        text=markdown_of(copy),
        contact=Person(
            name=contact.name if contact else "",
            phone=contact.phone if contact else "",
            email=contact.email if contact else "",
        ),
        joint=tuple(joint),
        others=tuple(_others(copy, council)) if council.names_others else (),
    )


def not_signed(copy: Copy, council: Council) -> tuple[Named, ...]:
    """Give the NGOs that are to submit the statement and that this copy does not name among its organizations."""
    signed = _organizations(copy)
    return tuple(one for one in council.ngos if fold_name(one.signed_as or one.name) not in signed)


def _others(copy: Copy, council: Council) -> Iterator[str]:
    submitting = {fold_name(one.signed_as or one.name) for one in council.ngos}
    named: set[str] = set()
    for line in copy.lines:
        names = {fold_name(line.name), fold_name(line.name_latin)} - {""}
        if line.kind == "organization" and names.isdisjoint(submitting | named):
            named |= names
            yield line.name_latin or line.name


def _organizations(copy: Copy) -> Mapping[str, Line]:
    return {
        fold_name(name): line
        for line in copy.lines
        if line.kind == "organization"
        for name in (line.name, line.name_latin)
        if name
    }
