"""What taking back promises, on each database: what two have done is taken back once, however many press at one moment."""

import threading

from service.coordinators.second_look import ask_second, decide_look, look_to_take_back, take_approved
from service.foundation.errors import Refused
from service.model.second_look import Verdict
from service.store.transaction import transaction
from tests.coalition import Coalition
from tests.doubles.house import in_parallel

PRESSES = 8


def test_what_two_have_done_is_taken_back_by_one_of_those_who_press_at_one_moment(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).load()
    letter = coalition.campaign().id
    at = {"campaign_id": letter, "now": noon}
    with transaction(engine) as session:
        look = ask_second(session, act="signatures.batch", thing={"n": 1}, by="ada", **at).id
        decide_look(session, look, verdict=Verdict.APPROVED, by="ben", **at)
        take_approved(session, look, act="signatures.batch", **at)
    together, taken, refused = threading.Barrier(PRESSES), [], []

    def press(place: int) -> None:
        together.wait()
        try:
            with transaction(engine) as session:
                taken.append(look_to_take_back(session, look, by=f"ada{place}", **at).id)
        except Refused:
            refused.append(place)

    in_parallel(PRESSES, press)

    assert (taken, len(refused)) == ([look], PRESSES - 1)
