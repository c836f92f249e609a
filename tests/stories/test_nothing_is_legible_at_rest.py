"""As a signatory in danger I want a stolen disk to give away neither my address nor my name."""

import json
import logging
import secrets
from pathlib import Path

from service.model.signature import Kind, Visibility
from service.model.tables import metadata
from service.signing.decide import decide
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, letter_file

NAMES = ("Mahire Canary", "مەھىرە قاناري", "སེར་བྱ་མོ་", "金絲雀")
LISTED = "listed.canary"


def canary(number):
    return f"canary{number}.{secrets.token_hex(4)}@hidden.example"


def carry(coalition, addresses):
    """Carry a letter through all that writes rows: sign-ons, an import, an edition, approvals, the sending."""
    coalition.open(letter_file(more='admit = "everyone"'))
    for number, (name, address) in enumerate(zip(NAMES, addresses, strict=False)):
        visibility = (Visibility.RECIPIENT, Visibility.COUNTED)[number % 2]
        coalition.sign_and_confirm(
            name,
            email=address,
            kind=Kind.PERSON,
            visibility=visibility,
            affiliation=f"Canary Institute {number}",
        )
    listed = f"kind,name,email,phone,note\norganization,Canary Listed,{LISTED}@hidden.example,+0 555 CANARY,canary note\n"
    with transaction(coalition.engine) as session:
        rows = read_signatories(listed.encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)
    coalition.deliver_mail().close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()


def forbidden(addresses):
    """Every address there is, every name that may not be public, and what else was said of a person."""
    own = (
        "president@office.example",
        "ada@lakes.example",
        "letter@rivers.example",
        f"{LISTED}@hidden.example",
    )
    said = (
        "Canary Institute",
        "Canary Listed",
        "+0 555 CANARY",
        "canary note",
        "Ada Approver",
        "Jane Q. Example",
    )
    return (*addresses, *own, *NAMES, *said)


def found_in(data, needles):
    """Give those needles that stand in the bytes, in any of the ways text is commonly kept."""
    ways = (
        lambda text: text.encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: json.dumps(text)[1:-1].encode(),
    )
    lowered = data.lower()
    return [text for text in needles if any(way(text).lower() in lowered for way in ways)]


def bytes_at_rest(engine):
    """Read every value of every table, and on SQLite every byte of its files as well."""
    values = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()
            values += [
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            ]
    if engine.dialect.name == "sqlite":
        database = Path(engine.url.database)
        values += [path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*"))]
    return b"\0".join(values)


def test_neither_database_nor_log_holds_an_address_or_a_withheld_name(coalition, caplog):
    addresses = [canary(number) for number in range(len(NAMES))]
    with caplog.at_level(logging.DEBUG):
        carry(coalition, addresses)

    data = bytes_at_rest(coalition.engine)

    assert found_in(data, [SLUG]) == [SLUG]
    assert found_in(data, forbidden(addresses)) == []
    assert found_in(caplog.text.encode(), forbidden(addresses)) == []
    assert all(address in str([mail.to for mail in coalition.mails()]) for address in addresses)


def test_the_search_itself_finds_what_is_there():
    assert found_in("x CANARY1@hidden.example".encode("utf-16-le"), ["canary1@hidden.example"])
    assert found_in("a مەھىرە b".encode(), ["مەھىرە"])
    assert not found_in(b"nothing", ["canary"])
