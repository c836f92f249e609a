"""As the secretariat I want the letter as plain files, so that it stays readable where our own server cannot be reached."""

import hashlib
import json

import pytest

from examples.demo.forms import visible_text
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused
from service.letter.fonts import Fonts
from service.signing.mirror import MANIFEST, SUMS, make_mirror
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, file_open_now, letter_file
from tests.operator import Operator
from tests.stories.test_a_letter_speaks_several_languages import ARABIC, FRENCH

PAGE = f"{PUBLIC_URL}/letters/{SLUG}"


@pytest.fixture
def engine(sqlite_url):
    """Stay on one database: files do not depend on it."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def coalition(engine, root, noon):
    opened = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    return opened.sign_and_confirm("Lake Alliance").sign_and_confirm("Hidden Spring", visibility="recipient")


def mirror(coalition, *, names=False):
    with reading(coalition.engine) as session:
        made = make_mirror(
            session, coalition.keyring, SLUG, names=names, address=PAGE, fonts=Fonts(), now=coalition.now
        )
    return made.files


def publish(coalition):
    coalition.close()
    coalition.propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()


def test_a_letter_that_is_not_public_is_not_mirrored(coalition):
    with pytest.raises(Refused, match="not public yet"):
        mirror(coalition)


def test_a_published_letter_is_mirrored_without_names_unless_they_are_asked_for(coalition):
    publish(coalition)

    nameless, named = mirror(coalition), mirror(coalition, names=True)

    readable = [name for name in nameless if not name.endswith(".pdf")]
    assert not any(b"Lake Alliance" in nameless[name] for name in readable)
    assert not any(b"Hidden Spring" in files[name] for files in (nameless, named) for name in readable)
    for name in ("index.html", "letter.txt", "letter.json"):
        assert b"Lake Alliance" in named[name]
    assert b"On behalf of 2 organizations" in nameless["index.html"]
    assert b"The names are left out of this copy." in nameless["letter.txt"]
    assert nameless["letter.pdf"].startswith(b"%PDF-")
    assert json.loads(nameless[MANIFEST])["names"] is False


def test_a_letter_of_several_languages_is_mirrored_in_each_and_says_which_is_signed(engine, root, noon):
    opened = Coalition(engine=engine, root=root, now=noon).open(
        letter_file(more='admit = "everyone"', tables=FRENCH + ARABIC)
    )
    opened.sign_and_confirm("Lake Alliance")
    publish(opened)

    for names in (False, True):
        files = mirror(opened, names=names)
        pages = {name: files[name].decode() for name in ("index.html", "index-fr.html", "index-ar.html")}
        assert "Keep the river open" in pages["index.html"]
        assert '<html lang="fr" dir="ltr">' in pages["index-fr.html"]
        assert "Au nom de 1 organisation" in pages["index-fr.html"]
        assert '<html lang="ar" dir="rtl">' in pages["index-ar.html"]
        for page in pages.values():
            words = visible_text(page)
            assert all(f'href="{name}"' in page for name in pages)
            assert page.count('aria-current="true"') == 1
            assert ("Lake Alliance" in words) is names
        # Of a translation no copy is kept with its code, so it has none that nobody could check.
        assert [name for name in pages if 'class="check-code"' in pages[name]] == ["index.html"]
        assert "What is signed is the text in English." in visible_text(pages["index.html"])
        listed = {one["name"] for one in json.loads(files[MANIFEST])["files"]}
        assert listed >= pages.keys()


def test_every_file_is_in_the_manifest_with_its_hash(coalition):
    publish(coalition)

    files = mirror(coalition)

    listed = {one["name"]: one["sha256"] for one in json.loads(files[MANIFEST])["files"]}
    assert listed.keys() == files.keys() - {MANIFEST, SUMS}
    assert all(hashlib.sha256(files[name]).hexdigest() == listed[name] for name in listed)
    sums = dict(line.split("  ")[::-1] for line in files[SUMS].decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != SUMS}


def test_its_page_stands_by_itself(coalition):
    publish(coalition)

    page = mirror(coalition)["index.html"].decode()

    assert page.count("<h1") == 1
    assert "<script" not in page
    assert "style=" not in page
    assert PAGE in page
    assert 'src="' not in page


def test_the_command_writes_files_that_others_may_read(tmp_path):
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    file = file_open_now().replace(b"count_shown_from", b'access = "public"\ncount_shown_from')
    (tmp_path / "letter.toml").write_bytes(file)
    operator.does("init")
    for command in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *command)

    assert "7 files" in operator.does("campaign", "mirror", SLUG, "--out", "mirror")
    operator.does("campaign", "mirror", SLUG, "--out", "mirror")

    assert (tmp_path / "mirror" / "index.html").stat().st_mode & 0o777 == 0o644
    refused = operator.run("campaign", "mirror", SLUG, "--out", "other", "--names")
    assert (refused.returncode, (tmp_path / "other").exists()) == (2, False)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine")
    refused = operator.run("campaign", "mirror", SLUG, "--out", "full")
    assert refused.returncode == 2
    assert "choose an empty folder" in refused.stderr
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["diary.txt"]
