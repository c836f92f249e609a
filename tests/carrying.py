"""A letter that goes by a way that leaves by itself, released; and what hands it over in a test."""

from collections.abc import Mapping

from sqlmodel import select

from service.delivery.asking import Asking
from service.delivery.carrying.carry import Cart, carry_due
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.delivery.letter_mail import Making
from service.letter.fonts import Fonts
from service.model.carriage import Carriage
from service.model.delivery import Delivery, DeliveryEvent
from service.model.way_setting import WaySetting
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.doubles.lob import LIVE, SECRET
from tests.doubles.pingen import CLIENT, CLIENT_SECRET, ORGANISATION, SIGNING_KEY
from tests.printing import ASKING

FONTS = Fonts()
SENDER = "Coalition for Open Rivers\n12 Quay Street\nWashington, DC 20001"
LOB = {"key": LIVE, "sender": SENDER, "webhook_secret": SECRET}
PINGEN = {
    "client_id": CLIENT,
    "client_secret": CLIENT_SECRET,
    "organisation": ORGANISATION,
    "mode": "production",
    "signing_key": SIGNING_KEY,
}


def file_by(way: str, *, tables: str = "", country: str = "US") -> bytes:
    """Write the campaign file of a letter whose addressee gets it this way alone."""
    file = letter_file(more='admit = "everyone"', tables=tables)
    return (
        file.replace(b'channels = ["email"]', f'channels = ["{way}"]'.encode())
        .replace(b'"Capital City"]', b'"Capital City, DC 20500"]' if country == "US" else b'"3003 Bern"]')
        .replace(b'country = "US"', f'country = "{country}"'.encode())
    )


def set_up(coalition: Coalition, way: str, values: Mapping[str, str]) -> None:
    """Set a way up, with an address at which a test's house answers: no form takes that."""
    with transaction(coalition.engine) as session:
        campaign = coalition.campaign()
        found = select(WaySetting).where(WaySetting.campaign_id == campaign.id, WaySetting.channel == way)
        row = session.exec(found).one_or_none() or WaySetting(
            campaign_id=campaign.id, channel=way, details=b"", set_by="test", set_at=coalition.now
        )
        keys = coalition.keyring.of(session, campaign.id)
        row.details = seal_record(keys, row, "details", dict(values))
        session.add(row)


def released(
    coalition: Coalition, way: str, values: Mapping[str, str], *, file: bytes | None = None
) -> Coalition:
    """Release a letter that goes this way."""
    coalition.open(file or file_by(way))
    set_up(coalition, way, values)
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("River Watch").close().propose()
    coalition.approve_all().release()
    return coalition


def cart(
    coalition: Coalition, owner: str = "test", *, asking: Asking = ASKING, keyring: Keyring | None = None
) -> Cart:
    """Give what hands copies over, by the coalition's clock."""
    return Cart(
        engine=coalition.engine,
        keyring=keyring or coalition.keyring,
        clock=lambda: coalition.now,
        making=Making(fonts=FONTS),
        owner=owner,
        asking=asking,
        wait=lambda _: None,
    )


def carry(coalition: Coalition, *, asking: Asking = ASKING) -> int:
    """Hand over what is due, and let the letter follow."""
    done = carry_due(cart(coalition, asking=asking))
    follow(coalition)
    return done


def follow(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
        send_waiting_press(session, coalition.keyring, now=coalition.now)


def delivery_of(coalition: Coalition, channel: str) -> Delivery:
    with reading(coalition.engine) as session:
        return session.exec(select(Delivery).where(Delivery.channel == channel)).one()


def carriages(coalition: Coalition) -> list[Carriage]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Carriage).order_by(Carriage.number)).all())


def evidence(coalition: Coalition) -> list[str]:
    """Give the evidence of every step of every delivery, the oldest first."""
    with reading(coalition.engine) as session:
        rows = session.exec(select(DeliveryEvent).order_by(DeliveryEvent.id)).all()
        return [row.evidence for row in rows]


def kept_of(coalition: Coalition, carriage: Carriage) -> list[dict[str, object]]:
    """Open what was kept of each try."""
    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, carriage.campaign_id)
        return list(open_record(keys, carriage, "details").get("tries", []))
