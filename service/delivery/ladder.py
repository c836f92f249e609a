"""How far a sending has come, in words: the exact rung that was reached, and never more (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.foundation.sentence import Sentence
from service.model.delivery import Proof
from service.model.states import DeliveryState

WORDS: Mapping[DeliveryState, Sentence] = {
    DeliveryState.PLANNED: Sentence("Planned", context="where a sending stands"),
    DeliveryState.NOT_CONFIGURED: Sentence(
        "Not sent: this way is not set up here", context="where a sending stands"
    ),
    DeliveryState.REFUSED: Sentence("Not sent: it cannot go this way", context="where a sending stands"),
    DeliveryState.READY: Sentence("Waits: released, has not left", context="where a sending stands"),
    DeliveryState.CARRYING: Sentence("About to leave", context="where a sending stands"),
    DeliveryState.HANDED_OVER: Sentence("Handed over", context="where a sending stands"),
    DeliveryState.ACCEPTED: Sentence("Passed on", context="where a sending stands"),
    DeliveryState.DELIVERED: Sentence("Delivered", context="where a sending stands"),
    DeliveryState.ANSWERED: Sentence("Answered", context="where a sending stands"),
    DeliveryState.UNCERTAIN: Sentence(
        "In doubt: nobody can know whether it left", context="where a sending stands"
    ),
    DeliveryState.FAILED: Sentence("Did not arrive", context="where a sending stands"),
    DeliveryState.CANCELLED: Sentence("Stopped: it was never on its way", context="where a sending stands"),
}
"""What each state of a sending is called."""

NEXT: Mapping[DeliveryState, Sentence] = {
    DeliveryState.PLANNED: Sentence("Nothing to do yet."),
    DeliveryState.NOT_CONFIGURED: Sentence(
        "Send this copy yourself, or ask who runs the service to set this way up."
    ),
    DeliveryState.REFUSED: Sentence("Send this copy another way; the reason stands below."),
    DeliveryState.READY: Sentence(
        "It leaves by itself once its moment has come; until then it can be stopped."
    ),
    DeliveryState.CARRYING: Sentence("It leaves by itself; until then it can be stopped."),
    DeliveryState.HANDED_OVER: Sentence(
        "Somebody took it over from us. Whether it reached the office nobody has said yet: call, and note the receipt."
    ),
    DeliveryState.ACCEPTED: Sentence(
        "A further server took it and reports nothing back. Whether it reached the office nobody will say: call."
    ),
    DeliveryState.DELIVERED: Sentence("It is reported to have arrived. Whether it was read nobody knows."),
    DeliveryState.ANSWERED: Sentence("Decide who is told of the answer."),
    DeliveryState.UNCERTAIN: Sentence(
        "Nothing is sent again by itself. Ask the office; then keep that it arrived, or send it again."
    ),
    DeliveryState.FAILED: Sentence(
        "Read why, then send it again, or bring it another way and keep that it arrived."
    ),
    DeliveryState.CANCELLED: Sentence("Propose the letter again to send it after all."),
}
"""What a person can do next about a sending in each state."""

RUNGS: tuple[tuple[DeliveryState | Proof, Sentence], ...] = (
    (DeliveryState.READY, Sentence("released", context="a rung of the ladder of evidence")),
    (DeliveryState.CARRYING, Sentence("in our outbox", context="a rung of the ladder of evidence")),
    (DeliveryState.HANDED_OVER, Sentence("handed over", context="a rung of the ladder of evidence")),
    (
        Proof.AT_MX,
        Sentence("taken by the office's own mail server", context="a rung of the ladder of evidence"),
    ),
    (
        DeliveryState.ACCEPTED,
        Sentence("passed on to a further server", context="a rung of the ladder of evidence"),
    ),
    (DeliveryState.DELIVERED, Sentence("reported as delivered", context="a rung of the ladder of evidence")),
    (Proof.DISPLAYED, Sentence("displayed to a reader", context="a rung of the ladder of evidence")),
    (DeliveryState.ANSWERED, Sentence("answered", context="a rung of the ladder of evidence")),
)
"""The rungs, from the lowest to the highest."""

_GOOD = frozenset(
    {DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.ANSWERED}
)
# After these nothing that was known of an earlier copy counts.
_ANEW = frozenset({DeliveryState.CARRYING.value, DeliveryState.FAILED.value})
# What this house does itself: it holds of whichever copy.
_OF_THE_SENDING = frozenset({DeliveryState.READY, DeliveryState.CARRYING})
_GRAVE = frozenset(
    {
        DeliveryState.NOT_CONFIGURED,
        DeliveryState.REFUSED,
        DeliveryState.FAILED,
        DeliveryState.UNCERTAIN,
        DeliveryState.CANCELLED,
    }
)


@dataclass(frozen=True, kw_only=True)
class StepSeen:
    """One step of a sending that was kept: a move, or evidence that moved nothing; `proof` is what it proves beyond."""

    at: datetime
    was: str
    became: str
    evidence: str
    proof: Proof | None = None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One rung: when it was reached and how that is known; `at` is None where it was not."""

    state: DeliveryState | Proof
    word: Sentence
    at: datetime | None
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """How far a sending has come, and what a person can do next."""

    word: Sentence
    next: Sentence
    look: str
    rungs: Sequence[Rung]


_WAITS_FOR_A_PERSON = Ladder(
    word=Sentence("Waits: somebody has to bring it", context="where a sending stands"),
    next=Sentence("Save its packet, bring it on its way, and note that here; until then it can be stopped."),
    look="",
    rungs=(),
)
_WAITS_FOR_THE_PAGE = replace(
    _WAITS_FOR_A_PERSON,
    word=WORDS[DeliveryState.READY],
    next=Sentence("It waits until the letter is public; then somebody has to bring it."),
)
# What other ways than mail call the same rung: a printer gives a letter to the post, and has no further server.
_PASSED_ON = Sentence("passed on", context="a rung of the ladder of evidence")
_ON_ITS_WAY = Sentence(
    "Whoever took it has passed it on. Whether it reached the office nobody has said yet: call, and note the receipt."
)
# Rungs that nothing which a person brings can stand on.
_OF_MAIL = frozenset({DeliveryState.CARRYING, DeliveryState.ACCEPTED, *Proof})
# What such a rung says beyond the state that a sending stands in.
_BEYOND: Mapping[tuple[DeliveryState, Proof], tuple[Sentence, Sentence]] = {
    (DeliveryState.ACCEPTED, Proof.AT_MX): (
        Sentence("With the office's own mail server", context="where a sending stands"),
        Sentence(
            "A mail server that the office's own domain names took it, and reports nothing further. Whether it lies in a"
            " mailbox nobody has said: call."
        ),
    ),
    (DeliveryState.DELIVERED, Proof.DISPLAYED): (
        Sentence("Displayed", context="where a sending stands"),
        Sentence(
            "The reader's mail program reports that it was displayed. Whether it was read, and by whom, nobody knows."
        ),
    ),
}
FILED = "filed by its Bcc address"
"""How the evidence of what a person sent begins, where a copy that came to us proves it."""
_BROUGHT = Sentence(
    "It stands on the word of whoever brought it. Whether it reached the office nobody has said yet: call, and note the receipt."
)


def ladder(
    state: DeliveryState,
    steps: Sequence[StepSeen],
    *,
    by_hand: bool = False,
    is_mail: bool = True,
    is_embargoed: bool = False,
) -> Ladder:
    """Say how far a sending in this state has come by the steps that were kept of it, the oldest first.

    What goes `by_hand` a person brings: it never lies in our outbox, and no server passes it on. What else is no mail, such
    as a letter that somebody prints and posts, knows no servers either.

    A rung counts only where a step says so, and only while the sending still stands on it or above: what came back has left
    the house, and has not arrived. What is known of an earlier copy is nothing that is known of the present one; the release,
    and when it last lay in our outbox, are of the sending itself.
    """
    own_words: Mapping[DeliveryState | Proof, Sentence] = (
        {} if is_mail else {DeliveryState.ACCEPTED: _PASSED_ON}
    )
    present = _present(steps)
    rungs = [
        _rung(
            rung,
            own_words.get(rung, word),
            steps if rung in _OF_THE_SENDING else present,
            reached=_reached(state),
        )
        for rung, word in RUNGS
        if not (by_hand and rung in _OF_MAIL) and (is_mail or not isinstance(rung, Proof))
    ]
    if by_hand and state is DeliveryState.READY:
        return replace(_WAITS_FOR_THE_PAGE if is_embargoed else _WAITS_FOR_A_PERSON, rungs=rungs)
    proved = [_BEYOND[state, step.proof] for step in present if step.proof and (state, step.proof) in _BEYOND]
    word, comes_next = proved[-1] if proved else (WORDS[state], NEXT[state])
    return Ladder(
        word=word,
        next=_next(state, comes_next, by_hand=by_hand and not _is_filed(present), is_mail=is_mail),
        look="done" if state in _GOOD else "grave" if state in _GRAVE else "",
        rungs=rungs,
    )


def _present(steps: Sequence[StepSeen]) -> Sequence[StepSeen]:
    """Give the steps since a copy was last set on its way, or came back."""
    anew = [place for place, step in enumerate(steps) if step.was != step.became and step.became in _ANEW]
    return steps[anew[-1] :] if anew else steps


def _is_filed(steps: Sequence[StepSeen]) -> bool:
    return any(step.was != step.became and step.evidence.startswith(FILED) for step in steps)


def _next(state: DeliveryState, otherwise: Sentence, *, by_hand: bool, is_mail: bool) -> Sentence:
    if by_hand and state is DeliveryState.HANDED_OVER:
        return _BROUGHT
    return _ON_ITS_WAY if not is_mail and state is DeliveryState.ACCEPTED else otherwise


def _reached(state: DeliveryState) -> frozenset[DeliveryState | Proof]:
    """Give the rungs that a sending in this state may still be said to stand on or above."""
    places = [rung for rung, _ in RUNGS]
    if state in places:
        end = places.index(state) + 1
        # A proof beyond a state stands just above it.
        beyond = end < len(places) and isinstance(places[end], Proof)
        return frozenset(places[: end + beyond])
    # It may have left once, and what became of it since is told by its state alone.
    return frozenset({DeliveryState.READY, DeliveryState.CARRYING})


def _rung(
    rung: DeliveryState | Proof,
    word: Sentence,
    steps: Sequence[StepSeen],
    *,
    reached: frozenset[DeliveryState | Proof],
) -> Rung:
    if isinstance(rung, Proof):
        moves = [step for step in steps if step.proof is rung]
    else:
        moves = [step for step in steps if step.became == rung.value and step.was != step.became]
    if not moves or rung not in reached:
        return Rung(state=rung, word=word, at=None, evidence="")
    return Rung(state=rung, word=word, at=moves[-1].at, evidence=moves[-1].evidence)
