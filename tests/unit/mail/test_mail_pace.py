"""How fast mail goes, by a clock that the test moves: limits hold, groups are spared alone, the urgent go first."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.mail.pace import GO, Pace, Rates, Scope, Sign, WaitUntil, make_rates, sign_of
from service.mail.transport import Answer, Receipt, Stage

RELAY, OTHER_RELAY = "mail.example:587", "spare.example:587"
CONFIRMING, BULK = 0, 3
TAKEN = Receipt(relay=RELAY, reply_code=250, enhanced_code="2.0.0", remote_queue_id="", tls="TLSv1.3")
TOO_FAST = Answer(stage=Stage.RCPT, code=421, enhanced="4.7.28")
GREYLISTED = Answer(stage=Stage.RCPT, code=450, enhanced="4.7.1")
RELAY_TOO_FAST = Answer(stage=Stage.GREETING, code=421, enhanced="4.7.0")


class Road:
    """Mail on its way by a clock of its own."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.pace = Pace(rates or Rates())
        self.now = 1000.0

    def ask(self, group: str = "google", *, priority: int = BULK, relay: str = RELAY) -> object:
        return self.pace.may_go(relay=relay, group=group, priority=priority, now=self.now)

    def wait(self, group: str = "google", *, priority: int = BULK, relay: str = RELAY) -> float:
        answer = self.ask(group, priority=priority, relay=relay)
        return answer.moment - self.now if isinstance(answer, WaitUntil) else 0.0

    def note(self, answer: Answer | Receipt, group: str = "google", *, relay: str = RELAY) -> object:
        return self.pace.note(relay=relay, group=group, answer=answer, now=self.now)

    def run(self, seconds: float, group: str = "google", *, priority: int = BULK, step: float = 0.05) -> int:
        """Let as many mails go as may, each taken at once; gives how many."""
        gone = 0
        for _ in range(round(seconds / step)):
            while self.ask(group, priority=priority) is GO and gone < 10_000:
                self.note(TAKEN, group)
                gone += 1
            self.now += step
        return gone


# What an answer says


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "sign"),
    [
        (Stage.CONNECT, 421, "", Sign.RELAY),
        (Stage.GREETING, 421, "4.7.0", Sign.RELAY),
        (Stage.GREETING, 421, "4.3.2", Sign.RELAY),
        (Stage.LOGIN, 454, "4.7.0", Sign.RELAY),
        (Stage.MAIL, 421, "", Sign.RELAY),
        (Stage.MAIL, 450, "4.7.1", Sign.RELAY),  # Postfix: too much mail from this client
        (Stage.MAIL, 452, "4.3.1", Sign.RELAY),
        (Stage.END, 454, "", Sign.RELAY),  # Amazon: maximum sending rate exceeded
        (Stage.RCPT, 421, "4.7.28", Sign.GROUP),  # Gmail
        (Stage.RCPT, 421, "4.7.1", Sign.GROUP),
        (Stage.END, 421, "4.7.0", Sign.GROUP),
        (Stage.END, 421, "4.16.55", Sign.GROUP),  # Yahoo
        (Stage.RCPT, 451, "4.7.650", Sign.GROUP),  # Microsoft
        (Stage.RCPT, 450, "4.7.0", Sign.GROUP),
        (Stage.DATA, 451, "4.3.2", Sign.GROUP),
        (Stage.RCPT, 451, "4.4.5", Sign.GROUP),
        (Stage.RCPT, 450, "4.7.1", Sign.UNCLEAR),
        (Stage.END, 451, "4.7.1", Sign.UNCLEAR),
        (Stage.RCPT, 450, "4.2.0", Sign.NOTHING),  # Postgrey
        (Stage.RCPT, 450, "4.2.1", Sign.NOTHING),  # Gmail, of one mailbox that gets too much
        (Stage.RCPT, 452, "4.2.2", Sign.NOTHING),
        (Stage.RCPT, 450, "", Sign.NOTHING),
        (Stage.RCPT, 451, "", Sign.NOTHING),
        (Stage.MAIL, 421, "4.4.2", Sign.NOTHING),  # we were silent for too long
        (Stage.RCPT, 550, "5.7.1", Sign.NOTHING),
        (Stage.RCPT, 550, "5.1.1", Sign.NOTHING),
        (Stage.CONNECT, None, "", Sign.NOTHING),
    ],
)
def test_an_answer_is_read_by_stage_and_code(
    stage: Stage, code: int | None, enhanced: str, sign: Sign
) -> None:
    assert sign_of(Answer(stage=stage, code=code, enhanced=enhanced)) is sign


# Limits


def test_without_limits_everything_goes() -> None:
    road = Road()

    assert all(road.ask() is GO for _ in range(10_000))
    assert road.pace.room(relay=RELAY, priority=BULK, most=500, now=road.now) == 500


@pytest.mark.parametrize("limit", [0.5, 1, 5, 300])
def test_a_limit_is_used_to_the_full_and_not_beyond(limit: float) -> None:
    road = Road(Rates(overall=limit))

    gone = road.run(20)

    assert 20 * limit - 2 <= gone <= 20 * limit + max(2, limit)


@given(
    limit=st.floats(min_value=0.1, max_value=50),
    asked=st.lists(
        st.tuples(st.floats(min_value=0, max_value=2), st.sampled_from([CONFIRMING, 1, BULK])), max_size=120
    ),
)
def test_in_no_window_more_goes_than_the_limit_and_one_second_of_it(limit, asked) -> None:
    road, gone = Road(Rates(overall=limit)), list[float]()
    for pause, priority in asked:
        road.now += pause
        if road.ask(priority=priority) is GO:
            gone.append(road.now)

    for first, began in enumerate(gone):
        for last in range(first, len(gone)):
            assert last - first + 1 <= limit * (gone[last] - began) + max(2, limit) + 1e-6


@given(limit=st.floats(min_value=0.1, max_value=50), priority=st.sampled_from([CONFIRMING, BULK]))
def test_a_mail_goes_at_the_moment_it_is_told(limit: float, priority: int) -> None:
    road = Road(Rates(overall=limit))
    while road.ask(priority=priority) is GO:
        pass

    road.now += road.wait(priority=priority)

    assert road.ask(priority=priority) is GO


@given(limit=st.floats(min_value=0.2, max_value=100), most=st.integers(min_value=0, max_value=200))
def test_there_is_room_for_as_many_as_go(limit: float, most: int) -> None:
    road = Road(Rates(overall=limit))
    room = road.pace.room(relay=RELAY, priority=BULK, most=most, now=road.now)

    gone = 0
    while gone < most and road.ask() is GO:
        gone += 1

    assert room == gone


def test_each_relay_has_its_own_limit() -> None:
    road = Road(Rates(by_relay={RELAY: 2}))
    while road.ask() is GO:
        pass

    assert road.wait() > 0
    assert road.wait(relay=OTHER_RELAY) == 0
    assert road.pace.room(relay=OTHER_RELAY, priority=BULK, most=50, now=road.now) == 50


@pytest.mark.parametrize("limit", [0.5, 5, 100])
def test_in_the_middle_of_a_bulk_send_a_confirmation_goes_at_once(limit: float) -> None:
    road = Road(Rates(overall=limit))
    for _ in range(20):
        road.run(3.7)

        assert road.ask(priority=CONFIRMING) is GO


# Back-off


@pytest.mark.parametrize("answer", [TOO_FAST, GREYLISTED])
def test_a_group_that_asks_for_less_is_slowed_and_no_other(answer: Answer) -> None:
    road = Road()
    road.run(2)
    road.note(answer)

    assert road.wait() > 0
    assert road.wait("microsoft") == 0
    assert road.wait("microsoft", priority=CONFIRMING) == 0
    assert road.pace.room(relay=RELAY, priority=BULK, most=50, now=road.now) == 50


def test_the_rate_halves_and_recovers() -> None:
    road = Road(Rates(by_relay={RELAY: 20}))
    road.run(30)
    lowered = road.note(TOO_FAST)
    assert (lowered.scope, lowered.name, lowered.rests) == (Scope.GROUP, "google", 15)
    assert 9 <= lowered.rate <= 11

    road.now += 15
    slow, later = road.run(10), road.run(60)

    assert 10 * lowered.rate <= slow <= 13 * lowered.rate + 10
    assert later / 60 > slow / 10


def test_the_same_trouble_is_met_by_many_and_counts_once() -> None:
    road = Road()
    road.run(5)

    slowed = [road.note(TOO_FAST) for _ in range(16)]

    assert [one is None for one in slowed] == [False] + [True] * 15


def test_the_rest_grows_with_each_trouble_and_is_short_again_after_calm() -> None:
    road, rests = Road(), list[float]()
    for _ in range(7):
        rests.append(road.note(TOO_FAST).rests)
        road.now += rests[-1]

    assert rests == [15, 30, 60, 120, 240, 480, 900]
    road.now += 900
    assert road.note(TOO_FAST).rests == 15


def test_what_was_under_way_when_trouble_came_raises_nothing() -> None:
    road = Road()
    lowered = road.note(TOO_FAST)
    for _ in range(100):
        road.note(TAKEN)

    road.now += 15
    again = road.note(TOO_FAST)

    assert again.rate == lowered.rate / 2


def test_greylisting_lets_a_group_go_on_at_one_a_second_at_least() -> None:
    road = Road()
    for _ in range(20):
        road.note(GREYLISTED)
        road.now += 3

    assert 55 <= road.run(60) <= 60 * 5


@pytest.mark.parametrize("hours", [0.51, 24.0])
def test_a_group_is_forgiven_after_half_an_hour(hours: float) -> None:
    road = Road()
    road.note(TOO_FAST)
    road.now += hours * 3600

    assert all(road.ask() is GO for _ in range(1000))


def test_when_the_rest_ends_the_urgent_go_first_and_the_others_come_one_by_one() -> None:
    road = Road()
    road.run(1)
    rate = road.note(TOO_FAST).rate

    bulk = [road.wait() for _ in range(5)]
    urgent = road.wait(priority=CONFIRMING)

    assert urgent == 15
    assert bulk == pytest.approx([15 + place / rate for place in range(5)])
    road.now += 15
    assert road.ask(priority=CONFIRMING) is GO


def test_nobody_is_sent_away_for_hours_by_a_long_queue() -> None:
    road = Road()
    road.note(TOO_FAST)

    assert max(road.wait() for _ in range(5000)) <= 15 + 300


def test_a_relay_that_asks_for_less_slows_everything_that_goes_by_it() -> None:
    road = Road()
    road.run(5)
    slowed = road.note(RELAY_TOO_FAST)

    assert (slowed.scope, slowed.rests) == (Scope.RELAY, 5)
    assert road.ask("microsoft", priority=CONFIRMING) == WaitUntil(moment=road.now + 5, scope=Scope.RELAY)
    assert road.pace.room(relay=RELAY, priority=CONFIRMING, most=50, now=road.now) == 0
    assert road.wait(relay=OTHER_RELAY) == 0


def test_a_relay_recovers_to_its_limit_and_no_further() -> None:
    road = Road(Rates(by_relay={RELAY: 10}))
    road.note(RELAY_TOO_FAST)
    road.now += 5
    road.run(600, step=0.2)

    assert 590 <= road.run(60) <= 60 * 10 + 10


def test_a_mail_of_a_resting_group_is_told_of_its_group_though_all_wait() -> None:
    road = Road(Rates(overall=1))
    while road.ask("microsoft") is GO:
        pass
    road.note(TOO_FAST)

    assert road.ask().scope is Scope.GROUP
    assert road.ask("microsoft").scope is Scope.ALL


def test_what_may_not_go_is_not_counted() -> None:
    road = Road(Rates(overall=10))
    road.note(TOO_FAST)
    for _ in range(100):
        road.ask()

    assert road.pace.room(relay=RELAY, priority=CONFIRMING, most=50, now=road.now) == 10


def test_a_receiver_with_a_limit_of_its_own_is_found_by_trying() -> None:
    """A simulated receiver takes 4 a second and answers 421 to the rest: most of what goes must be taken."""
    road, taken, refused = Road(), 0, 0
    for _ in range(1800):
        this_second = 0
        for _ in range(20):
            while road.ask() is GO:
                this_second += 1
                if this_second > 4:
                    refused += 1
                    road.note(TOO_FAST)
                    break
                taken += 1
                road.note(TAKEN)
            road.now += 0.05

    assert taken > 2700
    assert refused < taken / 20


def test_threads_together_keep_the_limit() -> None:
    road, gone = Road(Rates(overall=500)), list[int]()

    def ask() -> None:
        gone.append(sum(road.ask() is GO for _ in range(500)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(gone) == 400  # a fifth of each second is kept for the urgent


# The setting


def test_rates_name_relays_of_ours() -> None:
    assert make_rates({"": 10, RELAY: 5}, relays=[RELAY, OTHER_RELAY]) == Rates(
        overall=10, by_relay={RELAY: 5}
    )
    assert make_rates({}, relays=[]) == Rates()
    with pytest.raises(
        Refused, match=r"SEND_RATE limits mail\.example:25, but SMTP_URL names mail\.example:587"
    ):
        make_rates({"mail.example:25": 5}, relays=[RELAY])
