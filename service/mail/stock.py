"""The sender's stock: mails taken from the outbox ahead of time, made and signed while others are carried."""

import contextlib
import hashlib
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, select

from service.foundation.errors import ServiceError, Transient
from service.mail.book import Ready, Register, ready_of
from service.mail.brakes.mailbox_days import count_mailboxes, share_of
from service.mail.brakes.share import OVER, Goes, WaitsUntil, after_counting
from service.mail.compose import make_envelope
from service.mail.destinations import destination_of
from service.mail.envelope import Draft, Envelope
from service.mail.halted import EMERGENCY, IN_TRIAL, NEVER_DIVERTED, Halted, halted_letters
from service.mail.headers import make_message_id
from service.mail.mould import Filled
from service.mail.moves import into_hands, note_moves
from service.mail.no_mail import NO_MAIL, TO_OFFICES, to_no_mail
from service.mail.outbox import move_message
from service.mail.pace import URGENT, Go, Scope
from service.mail.sender import BulkComposer, Composers, GatheringComposer, Makes, Sender, Unwanted
from service.mail.sending import why_held
from service.mail.transport import Mail
from service.mail.workshop import Finished, Order, Workshop, is_of_use
from service.model.message import Message
from service.model.states import MessageState
from service.store.claim import Taken, claim_messages, expired_messages
from service.store.transaction import reading, transaction

_log = logging.getLogger(__name__)

LEAST, MOST = 50, 400
"""So many mails are taken at a time: few where the relay is slow, so that an urgent one need not wait long."""

STOCK_SECONDS = 0.25
"""The stock lasts for about so long; as often it is looked for mail that is more urgent than what lies in it."""

_LONGEST_WAIT_SECONDS = 5.0
_PACE_SECONDS = 0.05
_SIGNED_AT_ONCE = 32
# While one chunk is heard, the next is asked for already.
_ASKING = 2

_Made = tuple[Taken, "Envelope | Filled"]
"""A row and its mail: its bytes, or what is to be put into a mould."""


@dataclass(kw_only=True)
class Stock:
    """Mails ready to be carried, the most urgent first; one thread fills it and another takes.

    `most` bounds how many are taken from the outbox altogether. `owner`'s leases are kept: what has lain here for
    too long goes back, and the stock ends with it.
    """

    register: Register
    composers: Composers
    sender: Sender
    most: int
    taken: int = 0
    trouble: Exception | None = None
    _heap: list[tuple[int, int, Mail]] = field(default_factory=list)
    _making: int = 0
    _low: int = 0
    _given: int = 0
    _is_dry: bool = False
    _is_ended: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _relay: str = ""
    _workshop: Workshop | None = None
    _was_workshop_tried: bool = False
    _halted: Halted = field(default_factory=Halted)

    def __post_init__(self) -> None:
        """Prepare the thread that fills it."""
        self._thread = threading.Thread(target=self._fill, daemon=True)

    def open(self) -> None:
        """Begin to fill it."""
        self._began = time.monotonic()
        self._thread.start()

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the most urgent mail; None where none is ready, or, when told to `wait`, where none will come."""
        self._relay = relay
        while (mail := self._pop(wait=wait)) is not None:
            row = ready_of(mail).row
            if self.register.clock() >= row.lease_until:
                self._end_with([mail])
                return None
            here = time.monotonic()
            answer = self.sender.pace.may_go(
                relay=relay, group=ready_of(mail).destination, priority=row.priority, now=here
            )
            if isinstance(answer, Go):
                return mail
            if answer.scope is Scope.GROUP:
                until = self.register.clock() + timedelta(seconds=answer.moment - here)
                try:
                    self.register.postpone(mail, until=until, reason="those who receive it ask for patience")
                except Transient as trouble:
                    # To raise it here would hang up on mails that others wait to hear of.
                    self.trouble = trouble
                    self._end_with([mail])
                    return None
                continue
            self._put([mail], 0)
            if not wait or answer.moment - here > _LONGEST_WAIT_SECONDS:
                if wait:
                    self.end()
                return None
            self._pause(answer.moment - here)
        return None

    def _pop(self, *, wait: bool) -> Mail | None:
        with self._changed:
            while True:
                if self._heap and not self._has_ended():
                    mail = heapq.heappop(self._heap)[2]
                    self._given += 1
                    if len(self._heap) + self._making <= self._low:
                        # To wake the thread that fills for every mail would cost more than the mail.
                        self._changed.notify_all()
                    return mail
                if not wait or self._will_none_come():
                    return None
                self._changed.wait(STOCK_SECONDS)

    def end(self) -> None:
        """Take nothing more out of the outbox, and give nothing more out."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()

    def _end_with(self, mails: Sequence[Mail]) -> None:
        """End it, and leave these with what is given back then."""
        self._put(mails, 0)
        self.end()

    def close(self) -> Sequence[Mail]:
        """End it, and give the mails that were taken and not given out."""
        self.end()
        self._thread.join()
        left = [mail for _, _, mail in self._heap]
        self._heap.clear()
        return left

    def _will_none_come(self) -> bool:
        return self._has_ended() or (self._is_dry and not self._making)

    def _has_ended(self) -> bool:
        return self._is_ended or self.register.is_stopping()

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._has_ended() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, STOCK_SECONDS))

    # The thread that fills it

    def _fill(self) -> None:
        try:
            with ThreadPoolExecutor(_ASKING) as signing:
                self._expire()
                while (above := self._wait_for_room()) is not _NEVER:
                    self._take(signing, above=above)
        except Exception as trouble:  # noqa: BLE001 -- it is raised again by the thread that sends
            self.trouble = trouble
        finally:
            if self._workshop is not None:
                self._workshop.close()
            with self._changed:
                # What was taken and could not be made is freed when its lease has ended.
                self._is_dry, self._making = True, 0
                self._changed.notify_all()

    def _expire(self) -> None:
        """Let what has waited beyond its time end."""
        while self.taken < self.most:
            with transaction(self.register.engine) as session:
                now = self.register.clock()
                # Asked for its lock, as when claiming: no letter is stopped or let go meanwhile.
                why_held(session.connection())
                halted = halted_letters(session)
                rows = expired_messages(session, now=now, most=min(MOST, self.most - self.taken))
                for row in rows:
                    if halted.stops(row):
                        move_message(session, row, MessageState.HELD, reason=EMERGENCY, now=now)
                    else:
                        move_message(
                            session, row, MessageState.EXPIRED, reason="its time had passed", now=now
                        )
            if not rows:
                return
            self.taken += len(rows)

    def _wait_for_room(self) -> int | None:
        """Wait until mails are wanted: None for any, a number for those above that priority only, _NEVER for no more."""
        with self._changed:
            while True:
                if self._has_ended() or self.register.is_stopped or self.taken >= self.most:
                    return _NEVER
                lies = len(self._heap) + self._making
                if self._is_dry and not lies:
                    return _NEVER
                self._low = 0 if self._is_dry else self._batch() // 2
                if not self._is_dry and lies <= self._low:
                    return None
                if not self._changed.wait(STOCK_SECONDS):
                    self._is_dry = False
                    return max((entry[0] for entry in self._heap), default=0)

    def _batch(self) -> int:
        """Give how many mails to take at a time: what is carried within a moment."""
        rate = self._given / max(STOCK_SECONDS, time.monotonic() - self._began)
        return max(LEAST, min(MOST, int(rate * STOCK_SECONDS)))

    def _take(self, signing: Executor, *, above: int | None) -> None:
        most = min(self._batch(), self.most - self.taken)
        rows, room = self._claim(most, above=above)
        with self._changed:
            self.taken += len(rows)
            self._making += len(rows)
            self._is_dry = len(rows) < room if above is None else self._is_dry
            self._changed.notify_all()
            if not room:
                # Who may send no more for now looks again in a moment; whether more waits is not known.
                self._changed.wait(_PACE_SECONDS)
        if rows:
            self._open_workshop(len(rows))
            self._sign(signing, self._compose(rows))

    def _claim(self, most: int, *, above: int | None) -> tuple[Sequence[Taken], int]:
        """Take as many mails as the pace has room for, and give that room; where it is scarce, the urgent for themselves."""
        register, pace, here = self.register, self.sender.pace, time.monotonic()
        urgent, room = (
            pace.room(relay=self._relay, priority=priority, most=most, now=here)
            for priority in (URGENT, URGENT + 1)
        )
        with transaction(register.engine) as session:
            if why_held(session.connection()) is not None:
                self.register.is_stopped = True
                return [], most
            rows: list[Taken] = []
            if room < most:
                rows += self._claim_some(session, urgent, above=URGENT + 1)
            if len(rows) < room:
                rows += self._claim_some(session, room - len(rows), above=above)
            moves = [into_hands(row) for row in rows]
            note_moves(session.connection(), moves, now=register.clock())
            self._halted = halted_letters(session)
            stopped = [row for row in rows if self._halted.stops(row)]
            for row in stopped:
                register.end(session, row, MessageState.HELD, reason=EMERGENCY)
        if not stopped:
            return rows, room
        # Behind what was held others may wait: it is not dry.
        going = [row for row in rows if not self._halted.stops(row)]
        return going, len(going)

    def _claim_some(self, session: Session, most: int, *, above: int | None) -> Sequence[Taken]:
        sender = self.sender
        return claim_messages(
            session,
            owner=self.register.owner,
            now=self.register.clock(),
            lease=sender.leases.claim,
            most=most,
            make_message_id=lambda key: make_message_id(sender.site_key, key, sender.domain),
            above=above,
        )

    def _compose(self, rows: Sequence[Taken]) -> list[_Made]:
        """Make the mails of these rows; what is unwanted, cannot be made or is too much for its mailbox is settled."""
        made: list[_Made] = []
        left: list[Taken] = []
        unwanted: list[tuple[Taken, MessageState, str]] = []
        for row, result in self._made_of(rows):
            if isinstance(result, Unwanted):
                unwanted.append((row, result.there, result.reason))
            elif isinstance(result, _StoppingError):
                left.append(row)
            elif isinstance(result, Exception):
                self.register.park(row, result)
            elif self._differs_from_its_first_copy(row, result):
                reason = "made again it would differ from its first copy"
                unwanted.append((row, MessageState.UNCERTAIN, reason))
            else:
                made.append((row, result))
        with transaction(self.register.engine) as session:
            for row, there, reason in unwanted:
                self.register.end(session, row, there, reason=reason)
            for row in left:
                self.register.give_back_row(session, row, until=None, reason="its sender stopped")
            made = self._within_its_share(session, self._where_mail_goes(session, made))
        self.register.given_back += len(left)
        with self._changed:
            self._making -= len(rows) - len(made)
            self._changed.notify_all()
        return made

    def _differs_from_its_first_copy(self, row: Taken, made: "Envelope | Filled") -> bool:
        return (
            row.possible_duplicate and isinstance(made, Envelope) and row.content_sha256 != _sha256(made.data)
        )

    def _where_mail_goes(self, session: Session, made: Sequence[_Made]) -> list[_Made]:
        """Hold what would go to a domain to which no mail is to go, unless an office is there; here every mail comes by."""
        asked = [one for one in made if one[0].kind not in TO_OFFICES]
        mails = [(row.campaign_id, _to(mail)) for row, mail in asked]
        none_goes = to_no_mail(session, mails, site_key=self.sender.site_key)
        if any(none_goes):
            # Whoever takes a domain off just now frees what is held, and not what would be so a moment later: waited for here.
            why_held(session.connection())
            none_goes = to_no_mail(session, mails, site_key=self.sender.site_key)
        held = {row.id for (row, _), is_none in zip(asked, none_goes, strict=True) if is_none}
        for row, _ in made:
            if row.id in held:
                self.register.end(session, row, MessageState.HELD, reason=NO_MAIL)
        return [one for one in made if one[0].id not in held]

    def _within_its_share(self, session: Session, made: Sequence[_Made]) -> list[_Made]:
        """Keep back what is more than its mailbox is to get in a day; a mail counts at its first try."""
        now = self.register.clock()
        first = [one for one in made if one[0].attempt == 1]
        places = count_mailboxes(
            session,
            [(_to(made), share_of(row.kind)) for row, made in first],
            now=now,
            site_key=self.sender.site_key,
        )
        over: set[str] = set()
        for (row, _), place in zip(first, places, strict=True):
            verdict = after_counting(share_of(row.kind), place, now=now, expires_at=row.expires_at)
            if isinstance(verdict, Goes):
                continue
            over.add(row.id)
            if isinstance(verdict, WaitsUntil):
                self.register.give_back_row(session, row, until=verdict.at, reason=OVER)
            else:
                there = MessageState.EXPIRED if verdict.expires else MessageState.CANCELLED
                self.register.end(session, row, there, reason=OVER)
        return [one for one in made if one[0].id not in over]

    def _made_of(self, rows: Sequence[Taken]) -> Iterator[tuple[Taken, "Envelope | Filled | Exception"]]:
        for kind in dict.fromkeys(row.kind for row in rows):
            mine = [row for row in rows if row.kind is kind]
            composer = self.composers.get(kind)
            if isinstance(composer, BulkComposer):
                tried = [row for row in mine if self._halted.diverts(row)]
                yield from ((row, self._made_alone(row)) for row in tried)
                mine = [row for row in mine if not self._halted.diverts(row)]
            if not isinstance(composer, BulkComposer):
                yield from zip(mine, self._made_one_by_one(mine), strict=True)
                continue
            try:
                with reading(self.register.engine) as session:
                    ways = composer.many(session, mine)
            except ServiceError:
                raise
            except Exception as error:  # noqa: BLE001 -- a fault of one kind must not stop the others
                ways = [error] * len(mine)
            for row, way in zip(mine, ways, strict=True):
                yield row, way if isinstance(way, Exception) else self._made_by(way, row)

    def _made_by(self, way: Makes, row: Taken) -> "Envelope | Filled | Exception":
        try:
            if self._workshop is not None and isinstance(way, Filled) and not row.possible_duplicate:
                # It is left to the workshop, if it fits into a mould at all.
                return way if way.mould(row, self.sender) is not None else way.make(row, self.sender)
            return way.make(row, self.sender)
        except Exception as error:  # noqa: BLE001 -- one corrupt row must never stop the others
            return error

    def _made_one_by_one(self, rows: Sequence[Taken]) -> Sequence[Envelope | Exception]:
        """Make mails of one kind, which have read together what they speak of; where one fails, each reads for itself."""
        composer = self.composers.get(rows[0].kind)
        # Whatever it was, the row that has it is met again alone.
        with contextlib.suppress(Exception), reading(self.register.engine) as session:
            found = select(Message).where(col(Message.id).in_([row.id for row in rows]))
            messages = {message.id: message for message in session.execute(found).scalars()}
            if isinstance(composer, GatheringComposer):
                composer.gather(session, list(messages.values()))
            return [self._made(session, messages[row.id], row) for row in rows]
        return [self._made_alone(row) for row in rows]

    def _made_alone(self, row: Taken) -> Envelope | Exception:
        try:
            with reading(self.register.engine) as session:
                return self._made(session, session.get_one(Message, row.id), row)
        except Exception as error:  # noqa: BLE001 -- one corrupt row must never stop the others
            return error

    def _made(self, session: Session, message: Message, row: Taken) -> Envelope | Exception:
        if self._has_ended():
            return _StoppingError()
        try:
            draft = self._diverted(session, row, self.composers[row.kind](session, message))
        except Unwanted as unwanted:
            return unwanted
        return make_envelope(
            draft,
            kind=row.kind,
            message_id=row.message_id,
            dated_at=row.dated_at,
            mail_from=self.sender.mail_from,
            return_path=self.sender.return_path(row.id),
        )

    def _diverted(self, session: Session, row: Taken, draft: Draft) -> Draft:
        """Turn a mail of a letter that is tried to its team; raises Unwanted where that cannot be done."""
        if not self._halted.diverts(row) or row.campaign_id is None:
            return draft
        divert = self.sender.divert if row.kind not in NEVER_DIVERTED else None
        found = divert(session, row.campaign_id, draft) if divert is not None else None
        if found is None:
            raise Unwanted(MessageState.HELD, IN_TRIAL)
        return found

    # Signing

    def _open_workshop(self, many: int) -> None:
        """Let another process fill moulds and sign, once there is much to do."""
        signer = self.sender.signer
        if many < LEAST or signer is None or self._was_workshop_tried or not is_of_use():
            return
        self._was_workshop_tried = True
        with contextlib.suppress(OSError):
            self._workshop = Workshop(signer)

    def _sign(self, signing: Executor, made: Sequence[_Made]) -> None:
        for first in range(0, len(made), _SIGNED_AT_ONCE):
            chunk = made[first : first + _SIGNED_AT_ONCE]
            if self.sender.signer is None:
                self._finish(chunk)
            else:
                signing.submit(self._finish, chunk)

    def _finish(self, chunk: Sequence[_Made]) -> None:
        """Sign some mails, and put them into the stock."""
        mails: list[Mail] = []
        try:
            filled = [(row, made) for row, made in chunk if isinstance(made, Filled)]
            whole = [(row, made) for row, made in chunk if not isinstance(made, Filled)]
            done = [*self._finished_apart(filled), *(self._finished_here(row, made) for row, made in whole)]
            for (row, _), mail in zip((*filled, *whole), done, strict=True):
                if isinstance(mail, Exception):
                    self.register.park(row, mail)
                else:
                    mails.append(mail)
        except Exception as trouble:  # noqa: BLE001 -- it is raised again by the thread that sends
            self.trouble = trouble
        finally:
            self._put(mails, len(chunk))

    def _finished_apart(self, filled: Sequence[tuple[Taken, Filled]]) -> list[Mail | Exception]:
        workshop = self._workshop
        if workshop is None or not filled:
            return [self._finished_here(row, way) for row, way in filled]
        orders = [
            Order(cast=mould.cast, filling=way.filling(row), dated_at=row.dated_at)
            for row, way in filled
            if (mould := way.mould(row, self.sender)) is not None
        ]
        try:
            done = workshop.make(orders)
        except OSError as error:
            _log.warning("mails are made in this process again: %s", type(error).__name__)
            self._workshop = None
            return [self._finished_here(row, way) for row, way in filled]
        return [
            self._addressed(row, way, finished) for (row, way), finished in zip(filled, done, strict=True)
        ]

    def _addressed(self, row: Taken, way: Filled, finished: Finished | None) -> Mail | Exception:
        mould = way.mould(row, self.sender)
        if finished is None or mould is None:
            return ValueError("The mail cannot be made or signed.")
        envelope = way.envelope(mould, finished.data, row, self.sender)
        return self._mail(row, envelope, finished.content_sha256)

    def _finished_here(self, row: Taken, made: Envelope | Filled) -> Mail | Exception:
        try:
            envelope = made.make(row, self.sender) if isinstance(made, Filled) else made
            return self._mail(row, self.sender.sign(envelope, at=row.dated_at), _sha256(envelope.data))
        except Exception as error:  # noqa: BLE001 -- one mail's trouble must never stop the others
            return error

    def _mail(self, row: Taken, envelope: Envelope, content_sha256: str) -> Mail:
        ready = Ready(
            row=row,
            content_sha256=content_sha256,
            destination=destination_of(envelope.rcpt_to, site_key=self.sender.site_key),
        )
        return Mail(envelope=envelope, ref=ready)

    def _put(self, mails: Sequence[Mail], making: int) -> None:
        with self._changed:
            for mail in mails:
                heapq.heappush(self._heap, (ready_of(mail).row.priority, next(self._order), mail))
            self._making -= making
            self._changed.notify_all()


_NEVER = -1


class _StoppingError(Exception):
    """A mail was not made, because its sender stops."""


def _to(made: Envelope | Filled) -> str:
    return made.to if isinstance(made, Filled) else made.rcpt_to


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
