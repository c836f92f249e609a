"""What is said on one connection and what the relay's answers mean, without a socket: tables of cases."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.mail.dialogue import Asked, Dialogue, Incapable, Lost, Offers
from service.mail.envelope import Envelope
from service.mail.transport import Deferred, InDoubt, Mail, Receipt, Rejected, Stage, Told

PLAIN = Offers()
PIPELINED = Offers(pipelining=True)
BOTH = pytest.mark.parametrize("offers", [PLAIN, PIPELINED], ids=["stop and wait", "pipelined"])

MAIL, RCPT, DATA = b"MAIL FROM:<us@rivers.example>\r\n", b"RCPT TO:<zoe@lakes.example>\r\n", b"DATA\r\n"
HELLO = b"Subject: Rivers\r\n\r\nHello.\r\n"
ASKS = (b"250 2.1.0 ok", b"250 2.1.5 ok", b"354 go on")
TAKEN = b"250 2.0.0 Ok: queued as 4XyZab12"


def mail(body: bytes = b"Hello.\r\n", *, to: str = "zoe@lakes.example", notify: str = "") -> Mail:
    return Mail(
        envelope=Envelope(
            mail_from="us@rivers.example",
            rcpt_to=to,
            message_id="<id=1+2@rivers.example>",
            data=b"Subject: Rivers\r\n\r\n" + body,
            notify=notify,
        )
    )


class Line:
    """A dialogue, and a wire that takes in all it says."""

    def __init__(self, offers: Offers) -> None:
        self.dialogue = Dialogue(relay="relay:25", offers=offers, tls="TLSv1.3")
        self.said = b""

    def listen(self) -> bytes:
        """Take what was said since it was last asked."""
        said = bytes(self.dialogue.unwritten)
        self.dialogue.wrote(len(said))
        self.said += said
        return said

    def offer(self, one: Mail | None = None) -> Mail:
        one = one or mail()
        assert self.dialogue.may_offer
        self.dialogue.offer(one)
        return one

    def answer(self, *replies: bytes) -> list[Told | Asked]:
        """Answer what it says, one reply after the other; all of it is written by then."""
        events: list[Told | Asked] = []
        for reply in replies:
            self.listen()
            events += self.dialogue.hear(reply + b"\r\n")
        return events

    def submit(self) -> bytes:
        self.dialogue.submit()
        return self.listen()

    def carry(self, one: Mail | None = None) -> list[Told | Asked]:
        """Bring a mail to the relay's yes."""
        self.offer(one)
        self.answer(*ASKS)
        self.submit()
        return self.answer(TAKEN)


def told(*events: Told | Asked) -> Told:
    (one,) = events
    assert isinstance(one, Told)
    return one


# Offering and handing over


def test_with_pipelining_a_mail_is_offered_in_one_breath() -> None:
    line = Line(PIPELINED)
    line.offer()

    assert line.listen() == MAIL + RCPT + DATA


def test_without_pipelining_each_command_waits_for_the_answer_to_the_last() -> None:
    line = Line(PLAIN)
    line.offer()
    steps = [line.listen()]
    for reply in ASKS:
        line.dialogue.hear(reply + b"\r\n")
        steps.append(line.listen())

    assert steps == [MAIL, RCPT, DATA, b""]


@BOTH
def test_the_bytes_go_when_the_relay_asks_and_its_yes_is_kept(offers: Offers) -> None:
    line = Line(offers)
    one = line.offer()

    asked = line.answer(*ASKS)
    bytes_of_it = line.submit()
    end = told(*line.answer(TAKEN))

    assert [(type(event), event.mail) for event in asked] == [(Asked, one)]
    assert bytes_of_it == HELLO + b".\r\n"
    assert end.mail is one
    assert end.outcome == Receipt(
        relay="relay:25",
        reply_code=250,
        enhanced_code="2.0.0",
        remote_queue_id="4XyZab12",
        tls="TLSv1.3",
    )
    assert (line.dialogue.is_idle, line.dialogue.is_over, line.dialogue.carried) == (True, False, 1)


@BOTH
def test_nothing_is_offered_while_another_mail_is(offers: Offers) -> None:
    line = Line(offers)
    line.offer()

    assert not line.dialogue.may_offer
    line.answer(*ASKS)
    assert not line.dialogue.may_offer


def test_only_with_pipelining_the_next_is_offered_behind_the_dot() -> None:
    for offers, may in ((PIPELINED, True), (PLAIN, False)):
        line = Line(offers)
        line.offer()
        line.answer(*ASKS)
        line.dialogue.submit()

        assert line.dialogue.may_offer is may


def test_the_next_follows_the_dot_in_the_same_breath() -> None:
    line = Line(PIPELINED)
    first = line.offer()
    line.answer(*ASKS)
    line.dialogue.submit()
    second = line.offer()

    assert line.listen() == HELLO + b".\r\n" + MAIL + RCPT + DATA
    end, asked = line.answer(TAKEN, *ASKS)
    assert (end.mail, asked.mail) == (first, second)
    assert isinstance(asked, Asked)


@BOTH
@pytest.mark.parametrize(
    "replies",
    [
        (b"250-2.1.0 Hello,\r\n250-2.1.0 sender,\r\n250 2.1.0 ok", *ASKS[1:]),
        (b"250", b"251 will forward", b"354"),
        (*ASKS[:2], b"354-go\r\n354 on"),
    ],
)
def test_a_reply_of_several_lines_is_one_answer(offers: Offers, replies: tuple[bytes, ...]) -> None:
    line = Line(offers)
    one = line.offer()

    assert [event.mail for event in line.answer(*replies)] == [one]


def test_the_code_of_a_reply_is_that_of_its_last_line_and_its_words_are_read_from_all() -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(*ASKS)
    line.submit()

    outcome = told(*line.answer(b"250-2.6.0 taken\r\n250-queued as 9AbCdEf\r\n250 bye")).outcome

    assert isinstance(outcome, Receipt)
    assert (outcome.enhanced_code, outcome.remote_queue_id) == ("2.6.0", "9AbCdEf")


@pytest.mark.parametrize("code", [b"250", b"251", b"200", b"299"])
def test_any_yes_is_a_yes(code: bytes) -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(*ASKS)
    line.submit()

    assert isinstance(told(*line.answer(code + b" fine")).outcome, Receipt)


# Refusals


REFUSALS = [
    ((b"451 4.3.0 later",), Deferred, Stage.MAIL, 451, "4.3.0"),
    ((b"550 5.7.1 you not",), Deferred, Stage.MAIL, 550, "5.7.1"),
    ((b"552 5.3.4 too big",), Rejected, Stage.MAIL, 552, "5.3.4"),
    ((b"250 ok", b"450 4.7.1 greylisted"), Deferred, Stage.RCPT, 450, "4.7.1"),
    ((b"250 ok", b"550 5.1.1 unknown"), Rejected, Stage.RCPT, 550, "5.1.1"),
    ((b"250 ok", b"354 what?"), Deferred, Stage.RCPT, 354, ""),
    ((b"250 ok", b"250 ok", b"452 4.3.1 full"), Deferred, Stage.DATA, 452, "4.3.1"),
    ((b"250 ok", b"250 ok", b"554 5.6.0 no"), Rejected, Stage.DATA, 554, "5.6.0"),
    ((b"250 ok", b"250 ok", b"250 ok"), Deferred, Stage.DATA, 250, ""),
]
NAMES = [f"{stage.value} {code}" for _, _, stage, code, _ in REFUSALS]


@BOTH
@pytest.mark.parametrize(("replies", "outcome", "stage", "code", "enhanced"), REFUSALS, ids=NAMES)
def test_the_first_refusal_counts_and_the_next_mail_begins_with_a_reset(
    offers: Offers,
    replies: tuple[bytes, ...],
    outcome: type[Deferred],
    stage: Stage,
    code: int,
    enhanced: str,
) -> None:
    line = Line(offers)
    one = line.offer()
    following = [b"503 5.5.1 out of order"] * (3 - len(replies)) if offers.pipelining else []

    end = told(*line.answer(*replies, *following))

    assert end.mail is one
    assert type(end.outcome) is outcome
    assert (end.outcome.answer.stage, end.outcome.answer.code) == (stage, code)
    assert end.outcome.answer.enhanced == enhanced
    assert (line.dialogue.is_over, line.dialogue.is_idle) == (False, True)

    second = line.offer()
    assert line.listen().startswith(b"RSET\r\n")
    (asked,) = line.answer(b"250 forgotten", *ASKS)
    assert (type(asked), asked.mail) == (Asked, second)
    assert line.said.count(b"RSET") == 1


@BOTH
def test_after_a_yes_there_is_nothing_to_reset(offers: Offers) -> None:
    line = Line(offers)
    line.carry()
    line.carry()

    assert b"RSET" not in line.said


@pytest.mark.parametrize("refused", [0, 1], ids=["sender", "recipient"])
def test_where_data_are_asked_for_in_spite_of_a_refusal_only_a_dot_is_said(refused: int) -> None:
    line = Line(PIPELINED)
    one = line.offer()
    replies = [b"250 ok", b"250 ok"]
    replies[refused] = b"550 5.1.1 unknown"

    end = told(*line.answer(*replies, b"354 go on"))

    assert (end.mail, end.outcome.__class__) == (one, Rejected if refused else Deferred)
    assert line.listen() == b".\r\n"
    assert not line.dialogue.is_idle
    assert line.answer(b"554 5.5.1 no valid recipients") == []
    assert line.dialogue.is_idle
    assert HELLO not in line.said


def test_the_answer_to_the_lone_dot_is_not_taken_for_another() -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(b"250 ok", b"550 5.1.1 unknown", b"354 go on")
    second = line.offer()

    assert line.listen() == b".\r\nRSET\r\n" + MAIL + RCPT + DATA
    (asked,) = line.answer(b"250 took nothing", b"250 forgotten", *ASKS)
    assert (type(asked), asked.mail) == (Asked, second)


@pytest.mark.parametrize("code", [b"451 4.2.0 later", b"554 5.7.1 spam"])
@BOTH
def test_a_no_after_the_bytes_is_a_no_and_the_line_goes_on(offers: Offers, code: bytes) -> None:
    line = Line(offers)
    line.offer()
    line.answer(*ASKS)
    line.submit()

    outcome = told(*line.answer(code)).outcome

    assert type(outcome) is (Deferred if code[:1] == b"4" else Rejected)
    assert outcome.answer.stage is Stage.END
    assert isinstance(line.carry()[-1].outcome, Receipt)


# What ends a line


@BOTH
@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_a_goodbye_ends_the_line_and_tells_of_what_was_on_it(offers: Offers, heard: int) -> None:
    line = Line(offers)
    one = line.offer()
    line.answer(*ASKS[:heard])
    if heard == 3:
        line.submit()

    end = told(*line.answer(b"421 4.3.2 bye"))

    assert (end.mail, type(end.outcome)) == (one, Deferred)
    assert (end.outcome.answer.stage, end.outcome.answer.code) == (list(Stage)[4 + heard], 421)
    assert (line.dialogue.is_over, line.dialogue.may_offer) == (True, False)
    assert [*line.dialogue.lost()] == []


@BOTH
@pytest.mark.parametrize("nonsense", [b"hello?", b"", b"25", b"2x0 ok", b"-250 ok", b"\xff\xfe\xfd"])
@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_nonsense_defers_before_the_bytes_and_leaves_doubt_behind_them(
    offers: Offers, nonsense: bytes, heard: int
) -> None:
    line = Line(offers)
    one = line.offer()
    line.answer(*ASKS[:heard])
    if heard == 3:
        line.submit()

    end = told(*line.answer(nonsense))

    assert end.mail is one
    assert type(end.outcome) is (InDoubt if heard == 3 else Deferred)
    assert line.dialogue.is_over


@pytest.mark.parametrize("code", [b"354 go on", b"100 hm", b"999 hm"])
def test_an_answer_to_the_bytes_that_is_neither_yes_nor_no_is_doubt(code: bytes) -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(*ASKS)
    line.submit()

    assert isinstance(told(*line.answer(code)).outcome, InDoubt)
    assert line.dialogue.is_over


@BOTH
def test_an_answer_that_nobody_asked_for_ends_an_idle_line(offers: Offers) -> None:
    line = Line(offers)
    line.carry()

    assert line.answer(b"421 4.4.2 idle for too long") == []
    assert (line.dialogue.is_over, line.dialogue.may_offer) == (True, False)


def test_an_answer_too_many_ends_the_line_before_the_bytes_leave() -> None:
    line = Line(PIPELINED)
    one = line.offer()
    line.answer(*ASKS)

    assert line.answer(b"250 and more") == []

    assert line.dialogue.is_over
    end = told(*line.dialogue.lost())
    assert (end.mail, type(end.outcome)) == (one, Lost)


def test_what_comes_behind_the_end_of_a_line_is_not_heard() -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(*ASKS)
    line.submit()

    events = line.answer(b"hello?\r\n250 2.0.0 taken after all")

    assert isinstance(told(*events).outcome, InDoubt)
    assert line.answer(TAKEN) == []


@BOTH
@pytest.mark.parametrize(
    "endless", [b"250 " + b"x" * 70_000, b"250-x\r\n" * 10_000], ids=["one line", "many lines"]
)
def test_a_reply_without_an_end_is_no_yes(offers: Offers, endless: bytes) -> None:
    line = Line(offers)
    one = line.offer()
    line.answer(*ASKS)
    line.submit()

    events = [*line.dialogue.hear(endless), *line.dialogue.lost()]

    assert line.dialogue.is_over
    end = told(*events)
    assert (end.mail, type(end.outcome)) == (one, InDoubt)


# A connection that breaks


@BOTH
@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_a_mail_that_was_only_offered_may_go_another_way(offers: Offers, heard: int) -> None:
    line = Line(offers)
    one = line.offer()
    line.answer(*ASKS[:heard])

    end = told(*line.dialogue.lost())

    assert (end.mail, type(end.outcome)) == (one, Lost)
    assert end.outcome.answer.stage is (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DATA)[heard]
    assert line.dialogue.is_over


def test_a_refusal_that_was_heard_outlives_the_line() -> None:
    line = Line(PIPELINED)
    line.offer()
    line.answer(b"250 ok", b"550 5.1.1 unknown")

    outcome = told(*line.dialogue.lost()).outcome

    assert isinstance(outcome, Rejected)
    assert outcome.answer.code == 550


@pytest.mark.parametrize(
    ("left", "outcome", "stage"),
    [
        (len(HELLO) + 3, Deferred, Stage.DATA),
        (3, Deferred, Stage.DATA),
        (1, Deferred, Stage.DATA),
        (0, InDoubt, Stage.END),
    ],
    ids=["nothing", "all but the dot", "all but the last byte", "all"],
)
@pytest.mark.parametrize("behind", [0, 1], ids=["alone", "another behind it"])
def test_doubt_begins_with_the_last_byte(
    left: int, outcome: type[Deferred], stage: Stage, behind: int
) -> None:
    line = Line(PIPELINED)
    first = line.offer()
    line.answer(*ASKS)
    line.dialogue.submit()
    second = [line.offer() for _ in range(behind)]
    line.dialogue.wrote(len(HELLO) + 3 - left)

    ends = [*line.dialogue.lost()]

    assert [end.mail for end in ends] == [first, *second]
    assert type(ends[0].outcome) is outcome
    assert ends[0].outcome.answer.stage is stage
    assert all(type(end.outcome) is Lost for end in ends[1:])


@pytest.mark.parametrize(
    ("reply", "first", "ends"),
    [
        (TAKEN, Receipt, 1),
        (b"451 4.2.0 later", Deferred, 1),
        (b"554 5.7.1 spam", Rejected, 1),
        (b"421 4.3.2 bye", Deferred, 2),
        (b"hello?", InDoubt, 2),
    ],
)
def test_the_answer_to_the_dot_is_of_the_first_and_the_second_may_go_another_way(
    reply: bytes, first: type[Deferred], ends: int
) -> None:
    line = Line(PIPELINED)
    mails = [line.offer()]
    line.answer(*ASKS)
    line.dialogue.submit()
    mails.append(line.offer())

    events = line.answer(reply)
    assert (line.dialogue.is_over, len(events)) == (ends == 2, ends)
    events += line.dialogue.lost()

    assert [event.mail for event in events] == mails
    assert [type(event.outcome) for event in events] == [first, Lost]
    assert events[1].outcome.answer.stage is Stage.MAIL


def test_what_is_told_is_told_once() -> None:
    line = Line(PIPELINED)
    line.offer()

    assert len([*line.dialogue.lost()]) == 1
    assert [*line.dialogue.lost()] == []


# However the bytes are cut

REPLIES = st.one_of(
    st.sampled_from(
        [
            *ASKS,
            TAKEN,
            b"250-one\r\n250 two",
            b"354-go\r\n354 on",
            b"451 4.3.0 later",
            b"550-5.1.1 un\r\n550 known",
            b"421 4.3.2 bye",
            b"",
            b"hello?",
        ]
    ),
    st.binary(max_size=6),
)


def play(offers: Offers, turns: list[bytes], cuts: list[int]) -> list[tuple[object, ...]]:
    """Hear a relay turn by turn, each cut into pieces of these lengths; gives what was told and said, in order."""
    line, seen, mails = Line(offers), list[tuple[object, ...]](), list[Mail]()

    def note(event: Told | Asked) -> None:
        outcome = event.outcome if isinstance(event, Told) else None
        what = getattr(outcome, "answer", outcome)
        seen.append((mails.index(event.mail), type(event), type(outcome), what))

    sizes = iter(cuts * 1000)
    for turn in turns:
        if line.dialogue.may_offer:
            mails.append(line.offer())
        seen.append((line.listen(),))
        rest = turn
        while rest:
            size = next(sizes, len(rest))
            events = line.dialogue.hear(rest[:size])
            rest = rest[size:]
            for event in events:
                note(event)
        last = seen[-1]
        if len(last) > 1 and last[1] is Asked and not line.dialogue.is_over:
            line.dialogue.submit()
    for event in line.dialogue.lost():
        note(event)
    ends = [entry[0] for entry in seen if len(entry) > 1 and entry[1] is Told]
    assert sorted(ends, key=str) == [*range(len(mails))], "each mail is told of once"
    return seen


@given(
    st.sampled_from([PLAIN, PIPELINED]),
    st.lists(
        st.lists(REPLIES, max_size=5).map(lambda turn: b"".join(one + b"\r\n" for one in turn)), max_size=8
    ),
    st.lists(st.integers(1, 7), min_size=1, max_size=5),
)
@example(PIPELINED, [b"".join(one + b"\r\n" for one in (TAKEN, *ASKS)[start:]) for start in (1, 0, 0)], [1])
@example(PIPELINED, [b"250 ok\r\n550-5.1.1 un\r\n550 known\r\n354 go\r\n", b"554 no\r\n250 ok\r\n"], [2, 1])
def test_however_the_relays_bytes_are_cut_they_mean_the_same(
    offers: Offers, turns: list[bytes], cuts: list[int]
) -> None:
    assert play(offers, turns, cuts) == play(offers, turns, [1_000_000])


# What goes with a command


@pytest.mark.parametrize(
    ("offers", "one", "sender", "recipient"),
    [
        (Offers(), mail(), b"<us@rivers.example>", b"<zoe@lakes.example>"),
        (Offers(size=0), mail(), b"<us@rivers.example> SIZE=27", b"<zoe@lakes.example>"),
        (Offers(size=9999), mail(), b"<us@rivers.example> SIZE=27", b"<zoe@lakes.example>"),
        # RFC 1870: dots that are doubled on the way do not count.
        (Offers(size=0), mail(b".\r\n...\r\n"), b"<us@rivers.example> SIZE=27", b"<zoe@lakes.example>"),
        (Offers(smtputf8=True), mail(), b"<us@rivers.example>", b"<zoe@lakes.example>"),
        (
            Offers(smtputf8=True, size=0),
            mail(to="zoë@lakes.example"),
            b"<us@rivers.example> SIZE=27 SMTPUTF8 BODY=8BITMIME",
            "<zoë@lakes.example>".encode(),
        ),
        (
            Offers(smtputf8=True),
            mail("grüß\r\n".encode()),
            b"<us@rivers.example> SMTPUTF8 BODY=8BITMIME",
            b"<zoe@lakes.example>",
        ),
        (Offers(dsn=True), mail(), b"<us@rivers.example>", b"<zoe@lakes.example>"),
        (Offers(), mail(notify="FAILURE"), b"<us@rivers.example>", b"<zoe@lakes.example>"),
        (
            Offers(dsn=True),
            mail(notify="SUCCESS,FAILURE,DELAY", to="z+e=x@lakes.example"),
            b"<us@rivers.example> RET=HDRS ENVID=id+3D1+2B2@rivers.example",
            b"<z+e=x@lakes.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;z+2Be+3Dx@lakes.example",
        ),
        (
            Offers(dsn=True, smtputf8=True),
            mail(notify="NEVER", to="zoë@lakes.example"),
            b"<us@rivers.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=id+3D1+2B2@rivers.example",
            "<zoë@lakes.example> NOTIFY=NEVER".encode(),
        ),
    ],
    ids=[
        *("plain", "size without a limit", "size", "size with dots", "SMTPUTF8 not needed", "SMTPUTF8"),
        *("letters in the bytes", "DSN not wanted", "DSN not offered", "DSN", "DSN and SMTPUTF8"),
    ],
)
def test_only_what_is_wanted_and_offered_goes_with_a_command(
    offers: Offers, one: Mail, sender: bytes, recipient: bytes
) -> None:
    line = Line(offers)
    line.offer(one)
    mail_from = line.listen()
    line.answer(b"250 ok")

    assert mail_from == b"MAIL FROM:" + sender + b"\r\n"
    assert line.listen() == b"RCPT TO:" + recipient + b"\r\n"


@pytest.mark.parametrize(
    ("offers", "one", "words"),
    [
        (Offers(size=27), mail(), None),
        (Offers(size=26), mail(), "27 bytes and relay:25 takes 26 at most"),
        (Offers(size=0), mail(b"x" * 900 + b"\r\n"), None),
        (Offers(size=None), mail(b"x" * 900 + b"\r\n"), None),
        (Offers(smtputf8=True), mail(to="zoë@lakes.example"), None),
        (Offers(), mail(to="zoë@lakes.example"), "does not offer SMTPUTF8"),
    ],
)
def test_a_mail_beyond_a_relay_is_known_before_it_is_offered(
    offers: Offers, one: Mail, words: str | None
) -> None:
    refusal = Line(offers).dialogue.refusal(one.envelope)

    assert (refusal is None) == (words is None)
    if refusal is not None:
        assert isinstance(refusal, Incapable)
        assert words is not None
        assert words in str(refusal)
        assert "@" not in str(refusal)


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (b"Hello.\r\n", b"Hello.\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"..\r\n.hidden\r\nfine.\r\n", b"...\r\n..hidden\r\nfine.\r\n"),
        (b"\r\n.\r\n\r\n", b"\r\n..\r\n\r\n"),
        (b"a.b\r\n .\r\n", b"a.b\r\n .\r\n"),
    ],
)
def test_a_dot_at_the_beginning_of_a_line_is_doubled(body: bytes, written: bytes) -> None:
    line = Line(PIPELINED)
    line.offer(mail(body))
    line.answer(*ASKS)

    assert line.submit() == b"Subject: Rivers\r\n\r\n" + written + b".\r\n"


def test_a_dot_at_the_very_beginning_is_doubled() -> None:
    line = Line(PIPELINED)
    one = Envelope(mail_from="a@b.c", rcpt_to="a@b.c", message_id="<a@b.c>", data=b".\r\n")
    line.offer(Mail(envelope=one))
    line.answer(*ASKS)

    assert line.submit() == b"..\r\n.\r\n"
