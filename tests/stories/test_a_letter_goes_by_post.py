"""As the secretariat I want the address behind the window of the right envelope, without knowing envelopes."""

from tests.coalition import SLUG, file_open_now
from tests.letters.pdf_reader import read_letter
from tests.operator import Operator


def compiled(operator, folder, *options):
    operator.does("letter", "compile", SLUG, *options, "--out", "letter.pdf")
    return (folder / "letter.pdf").read_bytes()


def test_an_office_that_gets_post_has_its_address_behind_a_window_unless_told_otherwise(tmp_path):
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    file = file_open_now().replace(b'channels = ["email"]', b'channels = ["email", "post"]')
    (tmp_path / "letter.toml").write_bytes(file)
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)

    chosen = compiled(operator, tmp_path)

    # The office is in the United States.
    assert chosen == compiled(operator, tmp_path, "--layout", "window_us10")
    assert chosen != compiled(operator, tmp_path, "--layout", "classic")
    neither = operator.run("campaign", "reopen", SLUG)
    assert neither.returncode == 2
    assert "--for ID" in neither.stderr


def test_an_address_too_long_for_a_window_is_set_without_one_unless_one_is_asked_for(tmp_path):
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    lines = ", ".join(f'"{number} Lantern Quay"' for number in range(9)).encode()
    file = file_open_now().replace(b'channels = ["email"]', b'channels = ["post"]')
    (tmp_path / "letter.toml").write_bytes(file.replace(b'"1 Palace Square"', lines))
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)

    chosen = compiled(operator, tmp_path)

    assert chosen == compiled(operator, tmp_path, "--layout", "classic")
    refused = operator.run("letter", "compile", SLUG, "--layout", "post", "--out", "other.pdf")
    assert (refused.returncode, "does not fit" in refused.stderr) == (2, True)


def test_each_of_several_offices_has_its_own_copy_behind_its_own_window(tmp_path):
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    second = """
[[recipients]]
name = "Max M. Example"
position = "Minister of Waters"
address = ["2 Palace Square", "Hauptstadt"]
country = "DE"
channels = ["post"]
"""
    (tmp_path / "letter.toml").write_bytes(file_open_now() + second.encode())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)

    by_mail, posted = (compiled(operator, tmp_path, "--recipient", place) for place in ("1", "2"))
    operator.does("letter", "compile", SLUG, "--recipient", "2", "--format", "txt", "--out", "letter.txt")

    assert by_mail == compiled(operator, tmp_path, "--recipient", "1", "--layout", "classic")
    assert posted == compiled(operator, tmp_path, "--recipient", "2", "--layout", "window_din5008b")
    own = (tmp_path / "letter.txt").read_text(encoding="utf-8")
    assert ("Max M." in own, "Jane Q." in own) == (True, False)
    # Of all of them together there is no window.
    together = operator.run("letter", "compile", SLUG, "--layout", "post", "--out", "other.pdf")
    assert (together.returncode, "compile the copy of one office" in together.stderr) == (2, True)
    unknown = operator.run("letter", "compile", SLUG, "--recipient", "3", "--out", "other.pdf")
    assert unknown.returncode == 2
    assert "no recipient 3" in unknown.stderr
    assert "2 (Max M. Example)" in unknown.stderr


def test_a_cc_has_its_address_on_a_sheet_of_its_own_and_never_another_in_the_window(tmp_path):
    operator = Operator(tmp_path, smtp_port=9, web_port=9)
    cc = """
[[recipients]]
role = "cc"
name = "Max M. Example"
address = ["2 Palace Square", "Hauptstadt"]
country = "DE"
channels = ["post"]
"""
    (tmp_path / "letter.toml").write_bytes(file_open_now() + cc.encode())
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)

    chosen = compiled(operator, tmp_path, "--recipient", "2")
    sheet = (tmp_path / "letter-address-sheet.pdf").read_bytes()

    assert chosen == compiled(operator, tmp_path, "--recipient", "2", "--layout", "classic")
    assert chosen == compiled(operator, tmp_path, "--recipient", "2", "--layout", "window_din5008b")
    assert "2 Palace Square" in read_letter(sheet).text
    piped = operator.run("letter", "compile", SLUG, "--recipient", "2", "--out", "-")
    assert (piped.returncode, "--layout classic" in piped.stderr) == (2, True)
