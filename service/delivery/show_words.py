"""What is said of the steps of a run of show: why each stands where it does, and what a person is asked."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from service.foundation.sentence import Sentence
from service.i18n.moments import write_moment
from service.model.campaign import Campaign
from service.model.show import Reason, Step

STEPS: Mapping[Step, Sentence] = {
    Step.DELIVERED: Sentence("the letter is handed over", context="a step of the run of show"),
    Step.RECEIPT: Sentence("a receipt is seen", context="a step of the run of show"),
    Step.COPY: Sentence("the final copy to signatories", context="a step of the run of show"),
    Step.KITS: Sentence("kits to members", context="a step of the run of show"),
    Step.PRESS: Sentence("copies to the press", context="a step of the run of show"),
    Step.PAGE: Sentence("the page becomes public", context="a step of the run of show"),
}
REASONS: Mapping[Reason, str] = {
    Reason.EARLIER: "waits for the steps before it",
    Reason.ON_ITS_WAY: "copies are on their way",
    Reason.AWAITED: "waits for a receipt",
    Reason.POSTING: "its mails are leaving",
    Reason.ITS_TIME: "waits for the minute of publication",
    Reason.BY_HAND: "waits until you make the letter public: undersigned campaign publish",
    Reason.AT_RISK: "steps before it are not done, and its minute comes soon",
    Reason.NOT_CONFIGURED: "a copy has to go a way that is not set up here",
    Reason.REFUSED: "a copy cannot go the way that it should",
    Reason.FAILED: "a copy was not sent, or came back",
    Reason.UNCERTAIN: "nobody can know whether a copy arrived",
    Reason.CANCELLED: "a copy was stopped",
    Reason.NOT_LEAVING: "for an hour its mails have not left",
    Reason.WAS_STOPPED: "its mails were stopped",
    Reason.HELD: "some of its mails are held",
    Reason.MISSED: "its minute has passed while steps before it were not done",
    Reason.NOT_SENT: "the letter has not been sent to every addressee",
    Reason.COULD_NOT: "it could not be done; undersigned show go says why",
    Reason.HANDED_OVER: "handed over",
    Reason.SEEN: "receipts came",
    Reason.NOT_EXPECTED: "no receipt is to be expected: a server on the way reports nothing back",
    Reason.NONE_CAME: "no receipt came in the time that you chose; not every server sends one",
    Reason.NOBODY: "there is nobody to send it to",
    Reason.PUBLISHED: "the page is public",
    Reason.WORD: "by a person's word",
}

_WHY: Mapping[Reason, Sentence] = {
    Reason.NOT_CONFIGURED: Sentence("a copy has to go a way that is not set up here, so nobody sends it"),
    Reason.REFUSED: Sentence("a copy cannot go the way that it should"),
    Reason.FAILED: Sentence("a copy was not sent, or came back"),
    Reason.UNCERTAIN: Sentence("nobody can know whether a copy arrived"),
    Reason.CANCELLED: Sentence("a copy was stopped before it left"),
    Reason.NOT_LEAVING: Sentence("for an hour, mails of this step have not left"),
    Reason.WAS_STOPPED: Sentence("mails of this step were stopped"),
    Reason.HELD: Sentence("some mails of this step are held"),
    Reason.NOT_SENT: Sentence("the letter has not been sent to every addressee"),
    Reason.COULD_NOT: Sentence("it could not be done, and is tried again every few minutes"),
}
_STOPPED = Sentence(
    "What is to follow the release of this letter has stopped at the step “{step}”: {why}. All that comes after"
    " it waits, and nothing of it is sent or made public.\n\n{how}"
)
_ABOUT_COPIES = Sentence(
    "`undersigned campaign show {slug}` shows the copies. Once each has arrived, it goes on by itself; to go on as they"
    ' are:\n\nundersigned show skip {slug} {code} --why "…"'
)
_ABOUT_LEAVING = Sentence(
    "`undersigned campaign show {slug}` shows the copies. Once each has left, it goes on by itself; to stop those that have"
    " not:\n\nundersigned deliver {slug} --stop"
)
_ABOUT_MAILS = Sentence(
    "`undersigned outbox show` shows them. Once they have left, it goes on by itself; to go on at once:"
    "\n\nundersigned show go {slug} {code}"
)
_AT_RISK = Sentence(
    "This letter is to become public on {moment}, and steps before that are not done. If they are not done by then, it does"
    " not become public, and you are asked. To go on without one of them:\n\n"
    'undersigned show skip {slug} STEP --why "…"\n\n'
    "What each waits for:\n\nundersigned show list {slug}"
)
_MISSED = Sentence(
    "This letter was to become public on {moment}, and steps before that were not done in time. By itself it does not"
    " become public any more. To go on with this step now:\n\n"
    "undersigned show go {slug} {code}\n\n"
    "What each step waits for:\n\nundersigned show list {slug}"
)
_ABOUT_FAILURE = Sentence(
    "To try at once, and to read why it cannot be done:\n\nundersigned show go {slug} {code}"
)
_OF_MAILS = frozenset({Reason.NOT_LEAVING, Reason.WAS_STOPPED, Reason.HELD})
_POSTING = frozenset({Step.COPY, Step.KITS})


def show_alert(campaign: Campaign, step: Step, reason: Reason, *, language: str) -> Sentence:
    """Say what the secretariat is asked of a step, with the command that goes on (pure)."""
    if reason in {Reason.AT_RISK, Reason.MISSED}:
        at = campaign.publish_at or campaign.created_at
        moment = write_moment(at.astimezone(ZoneInfo(campaign.time_zone)), language)
        told = _AT_RISK if reason is Reason.AT_RISK else _MISSED
        return told.with_values(moment=moment, slug=campaign.slug, code=step.value)
    how, code = _how(step, reason)
    return _STOPPED.with_values(
        step=STEPS[step], why=_WHY[reason], how=how.with_values(slug=campaign.slug, code=code.value)
    )


def _how(step: Step, reason: Reason) -> tuple[Sentence, Step]:
    """Give how a person goes on, and the step that the command names."""
    if reason is Reason.COULD_NOT:
        return _ABOUT_FAILURE, step
    if reason is Reason.NOT_LEAVING and step is Step.DELIVERED:
        # Nobody takes copies as they are that have still to leave.
        return _ABOUT_LEAVING, step
    if reason in _OF_MAILS and step in _POSTING:
        return _ABOUT_MAILS, step
    # The copies of the letter itself are taken as they are by skipping the step that saw them.
    return _ABOUT_COPIES, step if step is Step.PRESS else Step.DELIVERED
