"""Things of a letter that the pages about its sign-ons name: a sign-on, a second look, an export."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from service.campaigns.queries import get_campaign
from service.coordinators.second_look import ask_second
from service.model.export import ExportForm
from service.model.signature import Kind, Provenance, Signature, Visibility
from service.model.states import SignatureState
from service.signing.party import SignOn, email_index, name_index, write_party
from service.signing.secretariat.exports import ask_export
from service.signing.secretariat.filters import Filter
from tests.coalition import Coalition


def make_sign_on(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    keys = coalition.keyring.of(session, campaign.id)
    row = Signature(
        campaign_id=campaign.id,
        kind=Kind.ORGANIZATION,
        state=SignatureState.CONFIRMED,
        provenance=Provenance.FORM,
        visibility=Visibility.PUBLIC,
        name_index=name_index(keys, Kind.ORGANIZATION, "Quiet Quay"),
        email_index=email_index(keys, "quay@members.example"),
        name=b"",
        details=b"",
        created_at=coalition.now,
    )
    sign_on = SignOn(
        kind=row.kind, name="Quiet Quay", email="quay@members.example", visibility=row.visibility
    )
    write_party(keys, row, sign_on)
    session.add(row)
    session.flush()
    return row.id


def make_look(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    return ask_second(
        session,
        campaign_id=campaign.id,
        act="signatures.batch",
        thing={"does": "hold", "ids": []},
        by="coordinator:other",
        now=coalition.now,
    ).id


def make_export(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    return ask_export(
        session, campaign, ExportForm.CSV, Filter(), by="coordinator:other", now=coalition.now
    ).id


OF_SIGNATORIES: Mapping[str, Callable[[Session, Coalition, str], str]] = {
    "sign_on": make_sign_on,
    "look": make_look,
    "export": make_export,
}
