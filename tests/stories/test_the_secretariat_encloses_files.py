"""As the secretariat I want our logos and the documents we speak of to go with the letter, signed and checked like its text."""

import hashlib
import io
import zipfile
from email import policy
from email.parser import BytesParser

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.kit.pack import pack_for
from service.kit.send import send_kits
from service.letter.fonts import Fonts
from service.model.delivery import DeliveryEvent
from service.schedules.opening import invite_at_opening
from service.signing.invite import import_signatories
from service.signing.mirror import make_mirror
from service.signing.roll_file import read_signatories
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.changing import revised
from tests.coalition import PUBLIC_URL, SLUG, Coalition, database_bytes, file_open_now
from tests.doubles.relay import free_port
from tests.enclosing import ANNEXES, BESIDE, CASES, CHARTER, HEAD, enclosing_file, make_pdf, make_png
from tests.operator import Operator
from tests.stories.visitor import letter_page, same, words_of

# Drawing an SVG takes a process; the terminal's story does it once.
FILES = {**BESIDE, "rivers.svg": make_png((240, 80))}
ANNEX = f"/letters/{SLUG}/annexes/1.pdf"
LOGO = f"/letters/{SLUG}/logos/2.png"


@pytest.fixture
def opened(coalition):
    return coalition.open(enclosing_file(), FILES)


@pytest.fixture
def sent(opened):
    opened.sign_and_confirm("Lake Alliance").close().propose()
    opened.approve_all().release()
    opened.deliver_mail()
    with transaction(opened.engine) as session:
        follow_deliveries(session, now=opened.now)
    return opened


def with_key(coalition, path):
    return f"{path}?k={coalition.key()}"


def test_whoever_may_read_the_text_may_read_its_annexes_and_nobody_else(opened, visitor):
    nothing = visitor.open("/letters/never-was")
    for path in (
        *(ANNEX, LOGO, f"/letters/{SLUG}/annexes/9.pdf", f"/letters/{SLUG}/annexes/cases.pdf"),
        f"{ANNEX}?k={opened.key()[:-1]}_",
        f"/letters/{SLUG}/annexes/..%2f1.pdf",
        *(
            with_key(opened, f"/letters/{SLUG}/{path}")
            for path in ("annexes/3.pdf", "annexes/0.pdf", "logos/3.png")
        ),
        *(
            with_key(opened, f"/letters/{SLUG}/{path}")
            for path in ("annexes/01.pdf", "annexes/1.png", "logos/1.svg")
        ),
    ):
        assert same(visitor.open(path), nothing), path

    annex, logo = visitor.open(with_key(opened, ANNEX)), visitor.open(with_key(opened, LOGO))

    assert annex.data == CASES
    assert annex.mimetype == "application/pdf"
    assert annex.headers["Content-Disposition"] == f'inline; filename="{SLUG}-annex-1.pdf"'
    assert logo.data.startswith(b"\x89PNG")
    for answer in (annex, logo):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")


def test_a_draft_has_no_files_for_anybody(coalition, visitor):
    coalition.load(enclosing_file(), FILES)

    assert same(visitor.open(with_key(coalition, ANNEX)), visitor.open("/letters/never-was"))


def test_page_form_and_invitation_lead_to_the_annexes(opened, visitor):
    page = visitor.open(letter_page(opened))
    form = visitor.open(letter_page(opened, "/sign", kind="organization"))

    for answer in (page, form):
        assert f"{ANNEX}?k=" in answer.text
        assert "Cases (PDF, 12 pages)" in words_of(answer)
        assert "2 annexes belong to the text" in words_of(answer)
    assert f'<img src="{LOGO}?k=' in page.text
    assert 'alt="Coalition for Open Rivers"' in page.text


def test_an_approver_reads_exactly_what_would_be_sent(opened, visitor):
    opened.sign_and_confirm("Lake Alliance").close().propose()
    opened.deliver_mail()
    token = opened.newest_token("approve")

    page = visitor.open(opened.approval(token))
    query = opened.approval(token).partition("?")[2]
    annex = visitor.open(f"/approve/{token}/annexes/2.pdf?{query}")

    assert f'href="/approve/{token}/annexes/2.pdf?{query}"' in page.text
    assert annex.data == CHARTER
    for path in (
        f"/approve/{token}/annexes/2.pdf",
        f"/approve/{token}/annexes/3.pdf?{query}",
        f"/approve/{token}/annexes/x?{query}",
        "/approve/nothing/annexes/1.pdf",
    ):
        assert visitor.open(path).status_code == 404


def test_the_office_gets_the_annexes_after_the_letter_and_the_evidence_names_them(sent):
    mails = [BytesParser(policy=policy.default).parsebytes(kept.data) for kept in sent.postbox.kept]
    [to_office] = [mail for mail in mails if mail["To"] == "president@office.example"]
    attached = list(to_office.iter_attachments())

    assert [part.get_filename() for part in attached[-2:]] == [f"{SLUG}-annex-1.pdf", f"{SLUG}-annex-2.pdf"]
    assert [part.get_content() for part in attached[-2:]] == [CASES, CHARTER]
    assert attached[0].get_content().startswith(b"%PDF-")
    words = to_office.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Enclosures:\n   1. Cases (PDF, 12 pages)" in words
    assert "<img" not in to_office.get_body(("html",)).get_content()
    with reading(sent.engine) as session:
        told = session.exec(select(DeliveryEvent.evidence).order_by(DeliveryEvent.id)).all()
    assert [line for line in told if "annex" in line] == [
        f"with annex {place}, SHA-256 {hashlib.sha256(data).hexdigest()}"
        for place, data in enumerate((CASES, CHARTER), start=1)
    ]


def test_a_stranger_who_holds_an_annex_learns_of_the_letter_only_once_it_is_public(sent, visitor):
    before, other = visitor.check(CASES), visitor.check(make_pdf(pages=5))
    sent.publish()
    after = visitor.check(CASES)

    assert same(before, other)
    assert "Keep the river open" not in before.text
    assert "annex of a letter, byte for byte" in words_of(after)
    assert "1. Cases" in words_of(after)
    assert "Keep the river open" in words_of(after)


def test_a_published_letter_shows_its_annexes_to_everybody(sent, visitor):
    sent.publish()

    answer = visitor.open(ANNEX)

    assert answer.data == CASES
    assert visitor.open(ANNEX, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert f'href="{ANNEX}"' in visitor.open(f"/letters/{SLUG}").text


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    for name, data in BESIDE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "letter.toml").write_bytes(file_open_now() + (HEAD + ANNEXES).encode())
    operator.does("init")
    return operator


def test_the_terminal_takes_lists_and_writes_them(operator, tmp_path):
    operator.does("campaign", "load", "letter.toml")
    shown = operator.does("campaign", "show", SLUG)
    operator.does("campaign", "freeze", SLUG)
    said = operator.does("letter", "compile", SLUG, "--out", "letter.pdf")
    operator.does("letter", "compile", SLUG, "--annexes", "--out", "letter.txt", "--format", "txt")

    assert "Cases, file cases.pdf, pages 12" in shown
    assert "rivers.svg" in shown
    assert "--annexes" in said
    assert (tmp_path / "letter-annex-1.pdf").read_bytes() == CASES
    assert (tmp_path / "letter-annex-2.pdf").read_bytes() == CHARTER
    assert "2. The Charter, article 7 (PDF, 1 page)" in (tmp_path / "letter.txt").read_text()
    assert operator.run("letter", "verify", "cases.pdf").returncode == 1


def test_the_terminal_refuses_what_lies_elsewhere_or_acts(operator, tmp_path):
    (tmp_path / "cases.pdf").unlink()
    (tmp_path / "cases.pdf").symlink_to("/etc/hostname")
    linked = operator.run("campaign", "load", "letter.toml")
    (tmp_path / "cases.pdf").unlink()
    (tmp_path / "cases.pdf").write_bytes(make_pdf(catalog=b"/OpenAction << /S /JavaScript /JS (x) >>"))
    (tmp_path / "rivers.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><script/></svg>"
    )
    acting = operator.run("campaign", "load", "letter.toml")

    assert (linked.returncode, acting.returncode) == (2, 2)
    assert "cases.pdf cannot be read" in linked.stderr
    assert "cases.pdf holds a script" in acting.stderr
    assert "rivers.svg holds a script" in acting.stderr
    assert operator.does("campaign", "list").startswith("There is no letter yet")


def test_who_signed_sees_that_an_annex_changed(opened, visitor):
    opened.sign_and_confirm("Lake Alliance")
    revised(opened, enclosing_file(), beside={**FILES, "cases.pdf": make_pdf(pages=13)})
    opened.deliver_mail()

    page = visitor.open(f"/change/{opened.newest_token('change')}")

    assert "Annex 1" in words_of(page)
    assert hashlib.sha256(CASES).hexdigest() in page.text
    assert "Cases (PDF, 13 pages)" in words_of(page)
    assert "?k=" not in page.text
    signed = visitor.open(f"/manage/{opened.newest_token('manage')}/text")
    assert "Cases (PDF, 12 pages)" in words_of(signed)
    assert "13 pages" not in words_of(signed)


@pytest.mark.parametrize("page", ["invitation", "confirm", "change"])
def test_a_personal_page_has_annexes_under_its_own_address(opened, visitor, page):
    token = link_to(opened, page)

    shown = visitor.open(f"/{page}/{token}")
    annex = visitor.open(f"/{page}/{token}/annexes/2.pdf")

    assert f'href="/{page}/{token}/annexes/2.pdf"' in shown.text
    assert f"/letters/{SLUG}/annexes" not in shown.text
    assert annex.data == CHARTER
    assert annex.headers["Cache-Control"] == "no-store"
    assert visitor.open(f"/{page}/{token}/annexes/3.pdf").status_code == 404
    assert visitor.open(f"/{page}/nothing/annexes/2.pdf").status_code == 404


def link_to(coalition, page):
    if page == "invitation":
        listed = b"kind,name,email\norganization,Invited One,invited@members.example\n"
        with transaction(coalition.engine) as session:
            rows = read_signatories(listed, attested=False)
            import_signatories(
                session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now
            )
            invite_at_opening(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    elif page == "confirm":
        coalition.sign("Lake Alliance")
    else:
        coalition.sign_and_confirm("Lake Alliance")
        revised(coalition, enclosing_file(), beside={**FILES, "cases.pdf": make_pdf(pages=13)})
    return coalition.deliver_mail().newest_token(page)


def test_mirror_kit_and_the_paper_for_boards_hold_or_name_them(sent, visitor):
    sent.publish()
    with reading(sent.engine) as session:
        mirrored = make_mirror(
            session, sent.keyring, SLUG, names=False, address=PUBLIC_URL, fonts=Fonts(), now=sent.now
        ).files
        pack = pack_for(session, sent.keyring, SLUG, signatory="", language="fr", now=sent.now).pack
    with transaction(sent.engine) as session:
        send_kits(session, sent.keyring, SLUG, under_embargo=False, by="test", now=sent.now)
    kit = visitor.open(f"/kit/{sent.deliver_mail().newest_token('kit')}/kit.zip")
    said = [row.text for section in pack.sections for row in section.rows]

    assert mirrored["annex-1.pdf"] == CASES
    assert mirrored["logo-2.png"].startswith(b"\x89PNG")
    assert b'src="logo-2.png"' in mirrored["index.html"]
    assert b'href="annex-2.pdf"' in mirrored["index.html"]
    assert CHARTER in mirrored.values()
    assert "1. Cases (PDF, 12 pages)" in said
    with zipfile.ZipFile(io.BytesIO(kit.data)) as held:
        assert held.read(f"{SLUG}-kit/annex-2.pdf") == CHARTER
        assert b"annex-2.pdf: annex 2 of the letter" in held.read(f"{SLUG}-kit/README.txt")


def test_nothing_of_an_annex_is_legible_on_a_stolen_disk(tmp_path, noon, root, sqlite_url):
    engine = make_engine(sqlite_url)
    Coalition(engine=engine, root=root, now=noon).open(enclosing_file(), FILES)
    engine.dispose()

    stolen = database_bytes(tmp_path)
    for words in (b"Cases", b"cases.pdf", b"%PDF", b"\x89PNG", hashlib.sha256(CASES).hexdigest().encode()):
        assert words not in stolen
    assert hashlib.sha256(CASES).digest() not in stolen
