"""A changed text for tests: revise, ask, let time pass."""

from collections.abc import Mapping
from datetime import timedelta

from service.campaigns.enclosures import enclose
from service.campaigns.file import read_campaign_file
from service.campaigns.revise import Change, revise
from service.model.letter_revision import LetterRevision
from service.signing.ask import ask_about_changes
from service.signing.calls import call_list
from service.signing.change import answer_change, look_at_change
from service.signing.earlier_text import keep_unopposed
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file

TAKES_ALL = 'admit = "everyone"'
NEW_WORDS = (b"we write to you about the river.", b"we write to you about the old river and its mouth.")


def file_of(*changes: tuple[bytes, bytes], more: str = TAKES_ALL, tables: str = "") -> bytes:
    """Write the campaign file with some of its words changed."""
    data = letter_file(more=more, tables=tables)
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    return data


def revised(
    coalition: Coalition,
    file: bytes = b"",
    *,
    hours: float = 48,
    reason: str = "",
    asking: bool = True,
    beside: Mapping[str, bytes] | None = None,
) -> LetterRevision:
    """Change the letter's text and, unless the clock is to do it, put it to those who signed."""
    read = enclose(read_campaign_file(file or file_of(NEW_WORDS), now=coalition.now), beside or {})
    until = coalition.now + timedelta(hours=hours)
    change = Change(file=read.file, files=read.files, objections_until=until, reason=reason)
    with transaction(coalition.engine) as session:
        revision = revise(session, coalition.keyring, SLUG, change, by="test", now=coalition.now)
    if asking:
        asked(coalition)
    return revision


def asked(coalition: Coalition) -> int:
    with transaction(coalition.engine) as session:
        return ask_about_changes(session, coalition.keyring, now=coalition.now)


def kept(coalition: Coalition) -> int:
    with transaction(coalition.engine) as session:
        return keep_unopposed(session, coalition.keyring, now=coalition.now)


def answered(coalition: Coalition, token: str, answer: str) -> str:
    """Answer as somebody who has just looked; give the state that the page then shows."""
    with transaction(coalition.engine) as session:
        seen = look_at_change(session, coalition.keyring, token=token, now=coalition.now).seen
        view = answer_change(
            session, coalition.keyring, token=token, answer=answer, seen=seen, now=coalition.now
        )
    return view.state


def reasons_to_call(coalition: Coalition) -> dict[str, str]:
    with reading(coalition.engine) as session:
        rows = call_list(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    return {row["name"]: row["reason"] for row in rows}
