"""What the desk leaves to the worker: words to find sign-ons by, numbers of large letters, and files that were approved."""

from collections.abc import Iterator, Sequence

from service.coordinators.accounts import actor, team_of
from service.foundation.clock import Clock
from service.model.campaign import Campaign
from service.model.export import Export
from service.model.states import CampaignState
from service.schedules.sends.draft_reach import count_drafts
from service.signing.found_by import (
    begin_after,
    keep_cursor,
    keep_some_domains,
    keep_some_words,
    looked_at_until,
)
from service.signing.secretariat.exports import (
    Watermark,
    exported_rows,
    forget_exports,
    forget_pieces,
    keep_piece,
    pieces,
    say_made,
    to_be_made,
)
from service.signing.secretariat.kept_figures import count_letter, keep_figures, letters_to_count
from service.store.transaction import keep_soon, reading, transaction
from service.wiring import Services


def keep_words_of_new(services: Services, owner: str) -> int:
    """Keep what the sign-ons that came since are found by at the desk; gives how many looks found some."""
    del owner
    now = services.clock()
    with reading(services.engine) as session:
        cursor = looked_at_until(session)
    after, looks = begin_after(cursor, now=now), 0
    while not services.wake.is_stopping():
        with transaction(services.engine) as session:
            keep_soon(session)
            last = keep_some_words(session, services.keyring, after=after)
            if last is None:
                break
            cursor, after, looks = max(cursor, last), last, looks + 1
            keep_cursor(session, cursor, now=now)
    _keep_domains_of_earlier(services)
    return looks


def _keep_domains_of_earlier(services: Services) -> None:
    """Let the sign-ons of an earlier version be found by the domains of their mailboxes: once, part by part."""
    is_left = True
    while is_left and not services.wake.is_stopping():
        with transaction(services.engine) as session:
            keep_soon(session)
            is_left = keep_some_domains(session, services.keyring, now=services.clock())


def count_figures(services: Services, owner: str) -> int:
    """Count the letters of many sign-ons that may have changed, so that no page of the desk has to; gives how many."""
    del owner
    with reading(services.engine) as session:
        waiting = letters_to_count(session, now=services.clock())
    done = 0
    for campaign_id in waiting:
        if services.wake.is_stopping():
            break
        began = services.clock()
        # While it counts nobody waits for it: on SQLite there is one writer at a time.
        with reading(services.engine) as session:
            campaign = session.get_one(Campaign, campaign_id)
            counted = count_letter(session, services.keyring, campaign)
            reaches = count_drafts(session, services.keyring, campaign, now=began)
        took = services.clock() - began
        with transaction(services.engine) as session:
            done += keep_figures(
                session, services.keyring, campaign_id, counted, reaches=reaches, took=took, now=began
            )
    return done


def make_exports(services: Services, owner: str) -> int:
    """Make the files that were approved, and delete those whose day is over; gives how many of both."""
    del owner
    done = 0
    while not services.wake.is_stopping():
        with reading(services.engine) as session:
            row = to_be_made(session, now=services.clock())
        if row is None:
            break
        _make(services, row)
        done += 1
    with transaction(services.engine) as session:
        return done + forget_exports(session, now=services.clock())


def _make(services: Services, row: Export) -> None:
    counted = _Rows(services, row)
    with transaction(services.engine) as session:
        # A process that died in the middle has left some.
        forget_pieces(session, row.id)
    if counted.campaign.state is not CampaignState.PURGED:
        for place, data in enumerate(pieces(row, counted, mark=_mark(services, row))):
            with transaction(services.engine) as session:
                keep_piece(session, services.keyring, row.campaign_id, row.id, place, data)
    clock: Clock = services.clock
    with transaction(services.engine) as session:
        say_made(session, row.id, rows=counted.number, now=clock())


class _Rows:
    """The rows of a file, read some at a time, each time by a transaction of its own."""

    def __init__(self, services: Services, row: Export) -> None:
        self._services, self._row, self.number = services, row, 0
        with reading(services.engine) as session:
            self.campaign = session.get_one(Campaign, row.campaign_id)

    def __iter__(self) -> Iterator[Sequence[str]]:
        before = ""
        while True:
            with reading(self._services.engine) as session:
                rows, before = exported_rows(
                    session, self._services.keyring, self.campaign, self._row, before=before
                )
            self.number += len(rows)
            yield from rows
            if not before:
                return


def _mark(services: Services, row: Export) -> Watermark:
    with reading(services.engine) as session:
        team = team_of(session, services.keyring.desk, row.campaign_id)
    names = {actor(one.person.id): one.person.name for one in team}
    return Watermark(
        asked_by=names.get(row.asked_by, row.asked_by),
        approved_by=names.get(row.approved_by, row.approved_by),
    )
