"""What each state of a message means in plain words, with what to do about it."""

from collections.abc import Mapping

from service.model.message import AfterState
from service.model.states import MessageState

STATES: Mapping[MessageState, str] = {
    MessageState.QUEUED: "Waits for its turn or for its next try. Nothing to do: it goes by itself.",
    MessageState.CLAIMED: "A sender has just taken it and not sent it yet. Nothing to do.",
    MessageState.SUBMITTING: "On its way to our relay at this moment. Nothing to do.",
    MessageState.ACCEPTED: (
        "Our relay took it. That is no proof that it was delivered; what was heard later stands further down."
    ),
    MessageState.REFUSED: (
        "The other side said no for good. Look at its answer, mend what is wrong (often the address), then `retry`."
    ),
    MessageState.UNCERTAIN: (
        "The connection broke at the last moment: nobody can know whether it arrived. Ask the relay's log for its"
        " Message-ID, or the recipient; `retry` may make it arrive twice."
    ),
    MessageState.HELD: "Stopped until a person has looked. Its reason says why; `retry` lets it go.",
    MessageState.CANCELLED: "No longer wanted, and not sent. Nothing to do.",
    MessageState.EXPIRED: (
        "Never got through, and its time is over. `retry` gives it a new end, where it is still wanted."
    ),
    MessageState.SUPPRESSED: (
        "Not sent: the mailbox unsubscribed, complained or does not exist. Reach them in another way."
    ),
}

AFTERWARDS: Mapping[AfterState, str] = {
    AfterState.DELIVERED: "The recipient's server says that it is in the mailbox.",
    AfterState.BOUNCED: "It came back. Look at the code, and reach them in another way.",
    AfterState.COMPLAINED: "It was marked as spam; that mailbox is left alone from now on.",
    AfterState.DELAYED: "A server on the way is still trying. Nothing to do.",
    AfterState.RELAYED: "It went on to a server that never reports back. Nothing to do.",
    AfterState.ANSWERED: "A machine answered, such as an out-of-office note. Nothing to do.",
    AfterState.ABSENT: (
        "Our relay's log proves that it never took it. It does not go again by itself: `retry`, where it is still wanted."
    ),
}
