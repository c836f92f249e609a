"""As an office I get the letter in every language in which it was signed, each as a PDF that I can check."""

import io
import zipfile
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from sqlmodel import col, select

from service.campaigns.queries import get_campaign
from service.delivery.dossier.kept import MadeAgain, MailKept, sendings_kept
from service.delivery.messages import delivery_composers
from service.delivery.sendings import sendings_of
from service.delivery.steps import move_delivery, send_on_its_way
from service.letter.fonts import Fonts
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import MessageKind
from service.model.signature import Visibility
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition, letter_file
from tests.letters.pdf_reader import read_letter
from tests.promises.test_letter_mail import sizes_of
from tests.stories.test_a_copy_is_handed_over import GERMAN, olga_at
from tests.stories.test_a_letter_speaks_several_languages import FRENCH
from tests.stories.visitor import Door, Visitor, words_of

OFFICE = "president@office.example"
OWN = "clean-river-edition-1-full-not-for-publication.pdf"
IN_FRENCH = "clean-river-edition-1-full-fr-not-for-publication.pdf"


def proposed(coalition: Coalition, *, ways: bytes = b'["email"]', tables: str = FRENCH + GERMAN) -> Coalition:
    """Give a letter in English, signed in French as well, with a German text that only helps to read it."""
    file = letter_file(more='admit = "everyone"', tables=tables).replace(b'["email"]', ways)
    coalition.open(file).sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Hidden House", visibility=Visibility.RECIPIENT).close().propose()
    return coalition


@pytest.fixture
def sent(coalition: Coalition) -> Coalition:
    """Give such a letter that has gone out by e-mail."""
    proposed(coalition).approve_all().release()
    return coalition.deliver_mail()


def mail_to_the_office(coalition: Coalition) -> EmailMessage:
    data = next(one.data for one in coalition.postbox.kept if one.rcpt_to == OFFICE)
    return BytesParser(policy=policy.default).parsebytes(data)


def files_of(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def evidence_of(coalition: Coalition) -> Sequence[str]:
    with reading(coalition.engine) as session:
        return session.exec(select(DeliveryEvent.evidence).order_by(col(DeliveryEvent.id))).all()


def kept_mail(coalition: Coalition) -> MailKept:
    """Give what a dossier would have of the one mail that was sent."""
    composers = delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=Fonts())
    again = MadeAgain(composer=composers[MessageKind.DELIVERY], mail_from=OUTWARD.mail_from)
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        edition = session.exec(select(Delivery.edition_id).limit(1)).one()
        seen = sendings_of(session, coalition.keyring, campaign, edition)
        kept = list(sendings_kept(session, coalition.keyring, campaign, seen, again))
    (mail,) = (mail for one in kept for mail in one.mails)
    return mail


def test_the_signed_text_hangs_on_the_mail_and_the_courtesy_one_does_not(sent: Coalition, door: Door) -> None:
    mail = mail_to_the_office(sent)

    files = files_of(mail)

    assert list(files) == [OWN, IN_FRENCH]
    french = read_letter(files[IN_FRENCH]).text
    # It is the office's own copy, with the names that only the office may see.
    assert "Gardez le fleuve ouvert" in french
    assert "Hidden House" in french
    told = "signed in these languages as well, and is attached in each of them as a PDF: French."
    assert told in words(mail)
    checked = Visitor(door.app()).check(data=files[IN_FRENCH], name=IN_FRENCH)
    # The answer is in the language of what was checked.
    assert "octet pour octet" in words_of(checked)


def test_its_evidence_names_the_text_and_by_that_the_mail_is_made_again_to_the_byte(sent: Coalition) -> None:
    told = [one for one in evidence_of(sent) if one.startswith("with its text in ")]

    assert [one.partition(",")[0] for one in told] == ["with its text in fr"]
    assert kept_mail(sent).data is not None


def test_a_mail_of_before_texts_went_along_is_still_made_again(coalition: Coalition) -> None:
    """Its evidence names no text, so that none hangs on it."""
    proposed(coalition, ways=b'["post"]').approve_all().release()
    send_as_before(coalition)
    coalition.deliver_mail()

    assert list(files_of(mail_to_the_office(coalition))) == [OWN]
    assert kept_mail(coalition).data is not None


def test_what_goes_along_is_weighed_before_it_goes(coalition: Coalition) -> None:
    proposed(coalition)
    with_it = sizes_of(coalition)
    coalition.approve_all().release()
    coalition.deliver_mail()

    size = len(next(one.data for one in coalition.postbox.kept if one.rcpt_to == OFFICE))

    assert len(files_of(mail_to_the_office(coalition))[IN_FRENCH]) > 10_000
    assert 0 <= size - with_it < 2_000


def test_a_person_sends_it_along_from_the_own_mailbox(coalition: Coalition, door: Door) -> None:
    proposed(coalition, ways=b'["own_mailbox"]').approve_all().release()
    olga, _ = olga_at(coalition, door)
    with reading(coalition.engine) as session:
        sending = session.exec(select(Delivery.id)).one()

    answer = olga.open(f"sendings/{sending}/packet.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as packet:
        names = {name.rpartition("/")[2]: packet.read(name) for name in packet.namelist()}
    draft = BytesParser(policy=policy.default).parsebytes(names["letter.eml"])
    assert files_of(draft)[IN_FRENCH].startswith(b"%PDF")
    assert names[IN_FRENCH] == files_of(draft)[IN_FRENCH]


def test_a_copy_on_paper_is_as_before(coalition: Coalition) -> None:
    proposed(coalition, ways=b'["post"]').approve_all().release()

    assert not [one for one in evidence_of(coalition) if one.startswith("with its text in ")]


def test_an_approver_reads_what_goes_along(coalition: Coalition, visitor: Visitor) -> None:
    """No id stands twice on its page."""
    proposed(coalition).deliver_mail()
    token = coalition.tokens("approve")[0]

    page = visitor.open(coalition.approval(token))

    assert "Signed as well, and attached to its mails: the text in français" in words_of(page)
    assert "Gardez le fleuve ouvert" in page.text
    assert "Haltet den Fluss" not in page.text
    assert 'id="signatories"' in page.text
    assert 'id="fr-signatories"' in page.text
    assert page.text.count('id="ask-1"') == 1


def send_as_before(coalition: Coalition) -> None:
    """Send the copy that went by post by e-mail as well, as an earlier version did: without a word of its texts."""
    now = coalition.now
    with transaction(coalition.engine) as session:
        posted = session.exec(select(Delivery)).one()
        row = Delivery(**posted.model_dump(exclude={"id", "channel", "state"}), channel="email")
        session.add(row)
        session.flush()
        move_delivery(session, row, DeliveryState.READY, evidence="released", now=now)
        send_on_its_way(session, row, due_at=now, now=now)
