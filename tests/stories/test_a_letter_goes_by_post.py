"""As the secretariat I want the address behind the window of the right envelope, without knowing envelopes."""

from tests.coalition import SLUG, file_open_now
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
