"""What the pages of deliveries are about: the very large letter proposed, and then released, with a roll of so many names."""

from dataclasses import replace

from sqlmodel import col, select

from benchmarks.desk_objects import BY, SLUG
from benchmarks.installation import Installation
from service.campaigns import life
from service.campaigns.queries import approvers_of, get_campaign, latest_edition, present_recipients
from service.delivery.propose import freeze_edition
from service.delivery.steps import move_delivery
from service.foundation.clock import now
from service.letter.edition import Signatory
from service.model.delivery import Delivery
from service.model.dossier import Dossier
from service.model.edition import Approval, Decision
from service.model.states import DeliveryState
from service.signing.roll import letter_without_roll
from service.store.transaction import transaction

_CODE = "0" * 64
_BY_HAND = ("hand_over", "post")


def propose_many(installation: Installation, *, names: int) -> None:
    """Close the letter, and freeze it with a roll of so many that all its approvers have approved.

    Its names are made up: nearly all sign-ons of the letter were sealed by nobody, and open for nobody.
    """
    services, moment = installation.services, now()
    with transaction(services.engine) as session:
        life.close(session, SLUG, by=BY, now=moment)
        campaign = get_campaign(session, SLUG)
        bare = letter_without_roll(session, services.keyring, campaign, now=moment)
        letter = replace(bare, number=1, roll=tuple(_signatory(number) for number in range(names)))
        edition = freeze_edition(session, services.keyring, campaign, letter, now=moment).id
        for approver in approvers_of(session, campaign):
            session.add(
                Approval(
                    campaign_id=campaign.id,
                    edition_id=edition,
                    approver_id=approver.id,
                    decision=Decision.APPROVED,
                    decided_at=moment,
                )
            )


def release_many(installation: Installation) -> None:
    """Release it as far as its pages see: one copy waits to be brought, one was, and a dossier was made."""
    services, moment = installation.services, now()
    with transaction(services.engine) as session:
        campaign = get_campaign(session, SLUG)
        edition, office = latest_edition(session, campaign), present_recipients(session, campaign)[0]
        assert edition is not None
        edition.released_at, edition.released_by = moment, BY
        for channel in _BY_HAND:
            row = Delivery(
                campaign_id=campaign.id,
                edition_id=edition.id,
                recipient_id=office.id,
                channel=channel,
                copy_kind=office.copy_kind,
                check_code=_CODE,
                created_at=moment,
            )
            session.add(row)
            session.flush()
            move_delivery(session, row, DeliveryState.READY, evidence="released", now=moment)
        session.add(
            Dossier(
                campaign_id=campaign.id,
                edition_id=edition.id,
                asked_by=BY,
                asked_at=moment,
                made_at=moment,
                listed_sha256=_CODE,
            )
        )


def editions_of(installation: Installation) -> dict[str, list[str]]:
    """Give the letter's editions and sendings, by their names in an address of the desk."""
    with transaction(installation.services.engine) as session:
        campaign = get_campaign(session, SLUG)
        edition = latest_edition(session, campaign)
        sendings = select(Delivery.id).where(Delivery.campaign_id == campaign.id)
        return {
            "edition": [edition.id] if edition is not None else [],
            "sending": list(session.exec(sendings.order_by(col(Delivery.id))).all()),
        }


def _signatory(number: int) -> Signatory:
    return Signatory(
        kind="organization" if number % 10 == 0 else "person",
        shown="public",
        name=f"Gauge Keeper {number:07}",
        country="IS",
        salt=f"{number:064x}",
    )
