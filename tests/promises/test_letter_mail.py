"""What the mail that brings a letter holds, and that one which is too large is never lost."""

from email import policy
from email.parser import BytesParser

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.delivery.letter_mail import Making, too_large
from service.delivery.messages import delivery_composers, mail_sizes
from service.delivery.rehearse import rehearse
from service.letter.fonts import Fonts
from service.mail.postman import Sender, deliver_due
from service.model.delivery import Delivery, DeliveryEvent
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition, letter_file

WORD = 'channels = ["email"]\nformats = ["pdf", "docx"]'


@pytest.fixture
def released(engine, root, noon):
    """Give a letter on its way to an office that wants a Word file, too."""
    file = letter_file(more='admit = "everyone"').replace(b'channels = ["email"]', WORD.encode())
    coalition = Coalition(engine=engine, root=root, now=noon).open(file)
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    return coalition


def attached(coalition):
    data = next(one.data for one in coalition.postbox.kept if one.rcpt_to == "president@office.example")
    message = BytesParser(policy=policy.default).parsebytes(data)
    return len(data), [(part.get_filename(), part.get_content_type()) for part in message.iter_attachments()]


def test_an_office_that_wants_word_gets_the_pdf_and_a_word_file(released):
    sizes = sizes_of(released)

    released.deliver_mail()

    size, files = attached(released)
    assert files == [
        ("clean-river-edition-1-full.pdf", "application/pdf"),
        (
            "clean-river-edition-1-full.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ]
    # What was weighed before is what went, but for a few lines of headers.
    assert 0 <= size - sizes < 2_000


def sizes_of(coalition):
    with reading(coalition.engine) as session:
        (size,) = mail_sizes(
            session,
            coalition.keyring,
            get_campaign(session, SLUG),
            public_url=PUBLIC_URL,
            making=Making(fonts=Fonts()),
            now=coalition.now,
        ).values()
    return size


def test_a_mail_that_is_too_large_is_held_and_said_so_never_dropped(released):
    composers = delivery_composers(released.keyring, public_url=PUBLIC_URL, fonts=Fonts(), most_bytes=10_000)
    sender = Sender(site_key=b"k" * 32, mail_from=OUTWARD.mail_from, domain="rivers.example")
    while deliver_due(
        released.engine,
        transport=released.postbox,
        composers=composers,
        sender=sender,
        clock=lambda: released.now,
        owner="test",
    ):
        pass
    with transaction(released.engine) as session:
        follow_deliveries(session, now=released.now)

    with reading(released.engine) as session:
        (delivery,) = session.exec(select(Delivery)).all()
        evidence = session.exec(select(DeliveryEvent.evidence).order_by(DeliveryEvent.id)).all()
    assert delivery.state is DeliveryState.FAILED
    assert "UNDERSIGNED_LETTER_MAIL_MB" in evidence[-1]
    released.deliver_mail()
    told = next(mail for mail in released.mails() if mail.to == "letter@rivers.example")
    assert "was not sent" in " ".join(told.text.split())


@pytest.mark.parametrize("domain", ["bounces.rivers.example", ""])
def test_of_the_letter_alone_a_display_is_asked_for_at_its_own_return_path(released, domain):
    keyring = released.keyring
    composers = delivery_composers(keyring, public_url=PUBLIC_URL, fonts=Fonts(), bounce_domain=domain)
    sender = Sender(
        site_key=keyring.site_key,
        mail_from=OUTWARD.mail_from,
        domain="rivers.example",
        bounce_domain=domain,
    )
    with transaction(released.engine) as session:
        rehearse(session, keyring, SLUG, by="test", now=released.now)
    while deliver_due(
        released.engine,
        transport=released.postbox,
        composers=composers,
        sender=sender,
        clock=lambda: released.now,
        owner="test",
    ):
        pass

    asked = {
        one.rcpt_to: BytesParser(policy=policy.default).parsebytes(one.data)["Disposition-Notification-To"]
        for one in released.postbox.kept[-2:]
    }
    paths = {one.rcpt_to: one.mail_from for one in released.postbox.kept}
    office, ourselves = "president@office.example", "letter@rivers.example"
    assert asked == {office: paths[office] if domain else None, ourselves: None}


@pytest.mark.parametrize(
    ("size", "most", "said"),
    [
        (7_000_000, 7_000_000, ""),
        (7_000_001, 7_000_000, "7.1 MB"),
        (12_340_000, 7_000_000, "12.4 MB"),
    ],
)
def test_what_is_too_large_is_said_with_what_to_do(size, most, said):
    sentence = too_large(size, most)

    assert bool(sentence) is bool(said)
    assert said in sentence
    if said:
        assert "UNDERSIGNED_LETTER_MAIL_MB" in sentence
        assert "attach the PDF alone" in sentence
