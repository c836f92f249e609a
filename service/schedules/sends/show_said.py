"""How the desk speaks of a run of show: where each step stands and why (pure)."""

from collections.abc import Mapping

from service.foundation.sentence import Sentence
from service.model.show import Reason
from service.model.states import ShowState

STATES: Mapping[ShowState, Sentence] = {
    ShowState.WAITING: Sentence("Waits"),
    ShowState.UNDER_WAY: Sentence("Under way"),
    ShowState.ASKING: Sentence("Waits for your word"),
    ShowState.DONE: Sentence("Done"),
    ShowState.SKIPPED: Sentence("Left out"),
    ShowState.STOPPED: Sentence("Stopped"),
}
WHY: Mapping[Reason, Sentence] = {
    Reason.EARLIER: Sentence("It waits for the steps before it."),
    Reason.ON_ITS_WAY: Sentence("Copies are on their way."),
    Reason.AWAITED: Sentence("It waits for a receipt."),
    Reason.POSTING: Sentence("Its mails are leaving."),
    Reason.ITS_TIME: Sentence("It waits for the minute of publication."),
    Reason.BY_HAND: Sentence("It waits until you make the letter public."),
    Reason.AT_RISK: Sentence("Steps before it are not done, and its minute comes soon."),
    Reason.NOT_CONFIGURED: Sentence("A copy has to go a way that is not set up here."),
    Reason.REFUSED: Sentence("A copy cannot go the way that it should."),
    Reason.FAILED: Sentence("A copy was not sent, or came back."),
    Reason.UNCERTAIN: Sentence("Nobody can know whether a copy arrived."),
    Reason.CANCELLED: Sentence("A copy was stopped."),
    Reason.NOT_LEAVING: Sentence("For an hour its mails have not left."),
    Reason.WAS_STOPPED: Sentence("Its mails were stopped."),
    Reason.HELD: Sentence("Some of its mails are held."),
    Reason.MISSED: Sentence("Its minute has passed while steps before it were not done."),
    Reason.NOT_SENT: Sentence("The letter has not been sent to every addressee."),
    Reason.COULD_NOT: Sentence("It could not be done, and is tried again every few minutes."),
    Reason.HANDED_OVER: Sentence("Handed over."),
    Reason.SEEN: Sentence("Receipts came."),
    Reason.NOT_EXPECTED: Sentence("No receipt is to be expected: a server on the way reports nothing back."),
    Reason.NONE_CAME: Sentence("No receipt came in the time that you chose; not every server sends one."),
    Reason.NOBODY: Sentence("There is nobody to send it to."),
    Reason.PUBLISHED: Sentence("The page is public."),
    Reason.WORD: Sentence("By a person's word."),
}
