"""Our own sink takes all that comes, however it is cut into pieces."""

import pytest

from benchmarks.conversation import Conversation

TALK = (
    b"EHLO me\r\n"
    b"MAIL FROM:<a@rivers.example>\r\nRCPT TO:<b@lakes.example>\r\nDATA\r\n"
    b"Subject: one\r\n\r\n..dot\r\n.\r\n"
    b"MAIL FROM:<a@rivers.example>\r\nRCPT TO:<c@lakes.example>\r\nDATA\r\n"
    b"Subject: two\r\n\r\ntext\r\n.\r\n"
    b"QUIT\r\n"
)


@pytest.mark.parametrize("piece", [1, 7, 64, len(TALK)])
def test_every_mail_is_taken_once_and_answered_in_order(piece: int) -> None:
    taken: list[bytes] = []
    talk = Conversation(taken.append)

    replies = b"".join(talk.hear(TALK[start : start + piece]) for start in range(0, len(TALK), piece))

    assert taken == [b"Subject: one\r\n\r\n..dot\r\n", b"Subject: two\r\n\r\ntext\r\n"]
    codes = [line[:3] for line in replies.splitlines() if line[3:4] == b" "]
    assert codes == [b"250", b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert talk.is_over


def test_a_mail_without_its_final_dot_is_not_taken() -> None:
    taken: list[bytes] = []

    Conversation(taken.append).hear(TALK[: TALK.index(b"..dot")])

    assert taken == []
