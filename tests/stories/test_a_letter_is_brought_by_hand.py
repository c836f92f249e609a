"""As the secretariat I release a letter that goes by post and in person, save its packet, bring it, and note that with a picture."""

import hashlib
import io
import re
import subprocess
import zipfile
from email import message_from_bytes, policy

import pytest
from PIL import Image
from sqlmodel import select

from service.delivery.follow import follow_deliveries
from service.model.delivery import Delivery
from service.model.delivery_file import DeliveryFile
from service.model.states import CampaignState, DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.required import tool
from tests.stories.visitor import Door, words_of

CC = """
[[recipients]]
role = "cc"
name = "Ministère du Lac"
address = ["9 Rue du Lac", "1201 Genève"]
country = "CH"
channels = ["post"]
"""


def released(coalition: Coalition, *channels: str, cc: str = "") -> Coalition:
    ways = ", ".join(f'"{channel}"' for channel in channels)
    file = letter_file(more='admit = "everyone"', tables=cc).replace(
        b'channels = ["email"]', f"channels = [{ways}]".encode()
    )
    coalition.open(file).sign_and_confirm("Lake Alliance").close()
    coalition.propose()
    coalition.approve_all().release()
    return coalition


def follow(coalition: Coalition) -> None:
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)


def sending(coalition: Coalition, channel: str) -> Delivery:
    with reading(coalition.engine) as session:
        return session.exec(select(Delivery).where(Delivery.channel == channel)).one()


def page(coalition: Coalition, channel: str) -> str:
    return f"sendings/{sending(coalition, channel).id}/by-hand"


def photo() -> bytes:
    """Take a picture as a telephone does, with the place in it."""
    picture = Image.new("RGB", (60, 40), "white")
    exif = Image.Exif()
    exif[0x010F] = "Secret Phones"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    written = io.BytesIO()
    picture.save(written, format="JPEG", exif=exif)
    return written.getvalue()


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    released(coalition, "email", "post", "hand_over")
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def packet(olga: AtTheDesk, coalition: Coalition, channel: str) -> zipfile.ZipFile:
    answer = olga.open(f"sendings/{sending(coalition, channel).id}/packet.zip")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.data))


def written(data: bytes) -> str:
    """Read what stands on the pages of a PDF."""
    read = [tool("pdftotext", package="poppler-utils"), "-layout", "-", "-"]
    return subprocess.run(read, input=data, capture_output=True, check=True).stdout.decode()


def test_what_goes_by_hand_waits_for_a_person_and_the_letter_does_not(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    follow(coalition)

    assert sending(coalition, "post").state is DeliveryState.READY
    assert sending(coalition, "email").state is DeliveryState.HANDED_OVER
    assert coalition.campaign().state is CampaignState.SENT
    shown = words_of(olga.open(page(coalition, "post")))
    assert "Waits: somebody has to bring it" in shown
    assert "Fold it so that the address of the office shows in the window" in shown
    assert len([mail for mail in coalition.mails() if "office.example" in mail.to]) == 1


def test_the_packet_holds_the_letter_behind_its_window_and_says_what_to_do(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    with packet(olga, coalition, "post") as post, packet(olga, coalition, "hand_over") as hand:
        names = post.namelist()
        sheet = post.read(names[0]).decode()
        letter = post.read(names[1])
        other = hand.read(hand.namelist()[1])

    assert names[0].endswith("/0-what-to-do.txt")
    assert "1 Palace Square" in sheet
    assert f"{hashlib.sha256(letter).hexdigest()}  {names[1].rpartition('/')[2]}" in sheet
    assert sending(coalition, "post").check_code in sheet
    assert letter.startswith(b"%PDF")
    assert letter != other


def test_the_packet_of_a_cc_has_its_own_address_on_top_and_the_letter_as_its_addressee_has_it(
    coalition: Coalition, door: Door
) -> None:
    released(coalition, "email", cc=CC)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    with packet(olga, coalition, "post") as post:
        steps, on_top, letter = (post.read(name) for name in post.namelist())
        names = post.namelist()

    assert names[1].endswith("-address-sheet.pdf")
    assert "9 Rue du Lac" in steps.decode()
    assert "an address sheet that the packet holds lies on top" in steps.decode()
    assert ("9 Rue du Lac" in written(on_top), "1 Palace Square" in written(on_top)) == (True, False)
    assert ("9 Rue du Lac" in written(letter), "1 Palace Square" in written(letter)) == (False, True)


def test_the_same_packet_has_the_same_bytes(coalition: Coalition, olga: AtTheDesk) -> None:
    path = f"sendings/{sending(coalition, 'post').id}/packet.zip"

    one = olga.open(path).data
    coalition.wait(minutes=20)

    assert olga.open(path).data == one


def test_it_is_kept_that_it_was_brought_on_a_persons_word_with_the_picture_and_no_place(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    values = {
        "on": "2026-11-24",
        "how": "registered letter, posted by Noor",
        "number": "RR 123",
        "picture": (io.BytesIO(photo()), "photo.jpg"),
    }

    done = words_of(olga.follow(olga.send(page(coalition, "post"), values, having="on")))

    assert "It is kept that the copy was brought." in done
    assert sending(coalition, "post").state is DeliveryState.HANDED_OVER
    shown = olga.open(page(coalition, "post"))
    assert "registered letter, posted by Noor; number RR 123; picture, SHA-256" in words_of(shown)
    assert "Delivered" not in words_of(shown)
    kept = olga.open(re.findall(r'href="([^"]*/pictures/[^"]*)"', shown.text)[0])
    assert (kept.mimetype, b"Secret Phones" in kept.data) == ("image/jpeg", False)
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert not picture.getexif()
    with reading(coalition.engine) as session:
        row = session.exec(select(DeliveryFile)).one()
        assert row.sha256 == hashlib.sha256(kept.data).hexdigest()
        assert kept.data[:200] not in row.file


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"on": "", "how": "by hand"}, "Give the day like 2026-12-01."),
        ({"on": "2026-11-24", "how": ""}, "Say how it was brought, by whom, and who took it."),
        ({"on": "2026-11-26", "how": "by hand"}, "That day is still to come"),
        (
            {"on": "2026-11-24", "how": "by hand", "picture": b"%PDF no picture"},
            "That is no whole JPEG or PNG picture",
        ),
    ],
)
def test_what_cannot_be_kept_loses_nothing(
    coalition: Coalition, olga: AtTheDesk, values: dict[str, object], sentence: str
) -> None:
    if isinstance(given := values.get("picture"), bytes):
        values = {**values, "picture": (io.BytesIO(given), "x.jpg")}

    answer = olga.send(page(coalition, "post"), {**values, "number": "RR 77"}, having="on")

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert 'value="RR 77"' in answer.text
    assert sending(coalition, "post").state is DeliveryState.READY


def test_a_second_click_notes_nothing_twice(coalition: Coalition, olga: AtTheDesk) -> None:
    path = page(coalition, "hand_over")
    entries = {"csrf": olga.mark(), "on": "2026-11-24", "how": "at the door"}
    olga.post(path, entries)

    again = olga.post(path, entries)

    assert again.status_code == 422
    assert "does not wait to be brought any more" in words_of(again)
    assert words_of(olga.open(path)).count("at the door") == 1


def test_until_it_is_brought_it_can_be_stopped(coalition: Coalition, olga: AtTheDesk) -> None:
    follow(coalition)
    edition = sending(coalition, "post").edition_id

    olga.post(f"editions/{edition}/stop", {"csrf": olga.mark()})

    assert sending(coalition, "post").state is DeliveryState.CANCELLED
    assert sending(coalition, "email").state is DeliveryState.HANDED_OVER
    assert (
        olga.post(page(coalition, "post"), {"csrf": olga.mark(), "on": "2026-11-24", "how": "x"}).status_code
        == 422
    )


def test_what_is_published_does_not_mail_what_somebody_is_to_bring(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    follow(coalition)
    coalition.publish()
    follow(coalition)

    assert sending(coalition, "post").state is DeliveryState.READY
    assert len([mail for mail in coalition.mails() if "office.example" in mail.to]) == 1


def test_a_letter_that_only_a_person_brings_is_sent_once_it_was_brought(
    coalition: Coalition, door: Door
) -> None:
    released(coalition, "via")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    follow(coalition)
    assert coalition.campaign().state is CampaignState.CLOSED

    olga.post(page(coalition, "via"), {"csrf": olga.mark(), "on": "2026-11-24", "how": "through the embassy"})
    follow(coalition)

    assert coalition.campaign().state is CampaignState.SENT


def test_the_draft_for_ones_own_mailbox_is_to_the_office_with_the_letter_on_it(
    coalition: Coalition, door: Door
) -> None:
    released(coalition, "own_mailbox")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    with packet(olga, coalition, "own_mailbox") as held:
        [name] = [one for one in held.namelist() if one.endswith(".eml")]
        draft = message_from_bytes(held.read(name), policy=policy.default)

    assert (draft["To"], draft["X-Unsent"], draft["From"]) == ("president@office.example", "1", None)
    assert [part.get_content_type() for part in draft.iter_attachments()] == ["application/pdf"]
    assert "we write to you about the river" in draft.get_body(("plain",)).get_content()
    assert [mail for mail in coalition.mails() if "office.example" in mail.to] == []


def test_what_leaves_by_itself_has_no_packet(coalition: Coalition, olga: AtTheDesk) -> None:
    path = f"sendings/{sending(coalition, 'email').id}"

    assert olga.open(f"{path}/packet.zip").status_code == 404
    assert olga.open(f"{path}/by-hand").status_code == 404


def test_a_copy_for_the_press_is_brought_no_sooner_than_the_letter_is_public(
    coalition: Coalition, door: Door
) -> None:
    press = """
[[recipients]]
role = "press"
name = "The Basin Herald"
channels = ["hand_over"]
"""
    coalition.open(letter_file(more='admit = "everyone"', tables=press)).sign_and_confirm("Lake Alliance")
    coalition.close().propose()
    coalition.approve_all().release()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    follow(coalition)
    path, entries = (
        page(coalition, "hand_over"),
        {"csrf": olga.mark(), "on": "2026-11-24", "how": "at the gate"},
    )

    early = olga.post(path, entries)

    assert "once the letter is public" in words_of(early)
    assert "It was brought" not in words_of(olga.open(path))
    coalition.publish()
    assert olga.post(path, entries).status_code == 303
    assert sending(coalition, "hand_over").state is DeliveryState.HANDED_OVER


def test_an_address_too_long_for_a_window_still_has_a_packet(coalition: Coalition, door: Door) -> None:
    lines = ", ".join(f'"{number} Lantern Quay, Old Town"' for number in range(1, 9))
    file = letter_file(more='admit = "everyone"').replace(b'channels = ["email"]', b'channels = ["post"]')
    file = file.replace(b'address = ["1 Palace Square", "Capital City"]', f"address = [{lines}]".encode())
    coalition.open(file).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    with packet(olga, coalition, "post") as post:
        sheet, letter = (post.read(name) for name in post.namelist()[:2])

    assert letter.startswith(b"%PDF")
    assert "2. The address is too long for an envelope's window" in sheet.decode()
    assert "shows in the window" not in sheet.decode()


def test_a_packet_names_nobody_who_has_left_and_is_made_anew_by_a_press(
    coalition: Coalition, door: Door
) -> None:
    file = letter_file(more='admit = "everyone"').replace(
        b'channels = ["email"]', b'channels = ["email", "post"]'
    )
    coalition.open(file).sign_and_confirm("Lake Alliance").sign_and_confirm("River Watch").close().propose()
    coalition.approve_all().release()
    follow(coalition)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    coalition.leave()
    there = sending(coalition, "post")

    refused = olga.open(f"sendings/{there.id}/packet.zip")
    assert (refused.status_code, "Somebody has left the letter" in words_of(refused)) == (422, True)
    answer = olga.send(page(coalition, "post"), {}, to=f"sendings/{there.id}/again")

    assert "made anew" in words_of(olga.follow(answer))
    assert sending(coalition, "post").state is DeliveryState.READY
    with packet(olga, coalition, "post") as post:
        sheet = next(post.read(name) for name in post.namelist() if name.endswith("what-to-do.txt")).decode()
    assert sending(coalition, "post").check_code in sheet
    assert sending(coalition, "post").check_code != there.check_code


def test_what_could_not_go_its_way_has_no_packet(coalition: Coalition, olga: AtTheDesk) -> None:
    with transaction(coalition.engine) as session:
        row = session.get_one(Delivery, sending(coalition, "post").id)
        row.state = DeliveryState.REFUSED
        session.add(row)

    assert olga.open(f"sendings/{row.id}/packet.zip").status_code == 422
