"""One thing done with many sign-ons: what is said of it, and how it waits for a second coordinator."""

from collections.abc import Callable
from dataclasses import replace

from service.coordinators.permissions import Act
from service.coordinators.second_acts import Doing, SecondAct, Thing, register
from service.coordinators.second_look import OVER
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.signing.secretariat.acts import Does
from service.signing.secretariat.by_two import BATCH, TAKES_OUT, as_they_stood, taken_out
from service.signing.secretariat.doing import Done, do_many

WAITS = Sentence("Another coordinator has to look at this first; it was asked for.")
MOST_AT_ONCE = 1_000

_WOULD: dict[Does, Callable[[int], Sentence]] = {
    Does.ACCEPT: lambda n: Sentence(
        "Accept {n} sign-on: it then counts.", "Accept {n} sign-ons: they then count.", n=n
    ),
    Does.RELEASE: lambda n: Sentence(
        "End the check of {n} sign-on: it then counts.",
        "End the check of {n} sign-ons: they then count.",
        n=n,
    ),
    Does.SETTLE: lambda n: Sentence(
        "Say that the condition of {n} sign-on is settled: it then counts.",
        "Say that the conditions of {n} sign-ons are settled: they then count.",
        n=n,
    ),
    Does.HOLD: lambda n: Sentence(
        "Hold {n} sign-on for a check: it does not count until then.",
        "Hold {n} sign-ons for a check: they do not count until then.",
        n=n,
    ),
    Does.DECLINE: lambda n: Sentence(
        "Decline {n} sign-on: it does not count, and its mailbox is told in a courteous mail.",
        "Decline {n} sign-ons: they do not count, and each mailbox is told in a courteous mail.",
        n=n,
    ),
    Does.INVALIDATE: lambda n: Sentence(
        "Invalidate {n} sign-on: it does not count, and nobody is told.",
        "Invalidate {n} sign-ons: they do not count, and nobody is told.",
        n=n,
    ),
    Does.RESTORE: lambda n: Sentence(
        "Bring back {n} sign-on: it then needs a check.",
        "Bring back {n} sign-ons: they then need a check.",
        n=n,
    ),
}
_DONE: dict[Does, Callable[[int], Sentence]] = {
    Does.ACCEPT: lambda n: Sentence("{n} sign-on accepted.", "{n} sign-ons accepted.", n=n),
    Does.RELEASE: lambda n: Sentence(
        "The check of {n} sign-on is over.", "The check of {n} sign-ons is over.", n=n
    ),
    Does.SETTLE: lambda n: Sentence("{n} condition settled.", "{n} conditions settled.", n=n),
    Does.ANOTHER: lambda n: Sentence(
        "{n} sign-on now stands by itself.", "{n} sign-ons now stand by themselves.", n=n
    ),
    Does.HOLD: lambda n: Sentence("{n} sign-on held for a check.", "{n} sign-ons held for a check.", n=n),
    Does.DECLINE: lambda n: Sentence(
        "{n} sign-on declined; the mail that says so leaves in a minute.",
        "{n} sign-ons declined; the mails that say so leave in a minute.",
        n=n,
    ),
    Does.INVALIDATE: lambda n: Sentence("{n} sign-on invalidated.", "{n} sign-ons invalidated.", n=n),
    Does.RESTORE: lambda n: Sentence(
        "{n} sign-on is back and needs a check.", "{n} sign-ons are back and need a check.", n=n
    ),
}


def said_of(does: Does, report: Done) -> Sentence:
    """Say what was done, and that others were left as they are, where some were."""
    is_silent = does is Does.DECLINE and report.number and not report.told
    done = _declined_in_silence(report.number) if is_silent else _DONE[does](report.number)
    if not report.left:
        return done
    left = Sentence("{n} was left as it is.", "{n} were left as they are.", n=report.left)
    return Sentence("{done} {left}", done=done, left=left)


def _declined_in_silence(number: int) -> Sentence:
    return Sentence(
        "{n} sign-on declined. Nothing was signed, or no address is kept, so nobody is told by mail.",
        "{n} sign-ons declined. Nothing was signed, or no address is kept, so nobody is told by mail.",
        n=number,
    )


def would_do(does: Does, number: int) -> Sentence:
    """Say what would be done with so many."""
    return _WOULD[does](number)


def _says(thing: Thing) -> Sentence:
    return would_do(Does(thing["does"]), len(thing["ids"]))


def _do(doing: Doing) -> Sentence:
    does, asked = Does(doing.thing["does"]), doing.thing["ids"]
    ids = as_they_stood(doing.session, doing.slug, doing.thing)
    report = do_many(
        doing.session,
        doing.keyring,
        doing.slug,
        ids,
        does,
        by=doing.approved_by,
        now=doing.now,
    )
    return said_of(does, replace(report, left=report.left + len(asked) - len(ids)))


def _back(doing: Doing) -> Sentence:
    # Whoever is brought back needs a check: nobody counts by it, so one person may.
    session, slug = doing.session, doing.slug
    ids = taken_out(session, slug, doing.look_id)
    if not ids:
        raise Refused(OVER)
    report = do_many(session, doing.keyring, slug, ids, Does.RESTORE, by=doing.approved_by, now=doing.now)
    return said_of(Does.RESTORE, replace(report, left=report.left + len(doing.thing["ids"]) - len(ids)))


register(
    BATCH,
    SecondAct(
        act=Act.MODERATE,
        says=_says,
        does=_do,
        names=lambda thing: tuple(thing["ids"]),
        back=_back,
        has_way_back=lambda thing: Does(thing["does"]) in TAKES_OUT,
    ),
)
