"""Ask those of their printed line who confirmed only after their letter's proof round had begun."""

from service.schedules.proof_later import ask_later_ones, rounds_with_later_ones
from service.store.transaction import reading, transaction
from service.wiring import Services


def ask_later_proofs(services: Services, owner: str) -> int:
    """Post their line to all who came to be printed since a round that is open; gives how many mails.

    It looks by reading alone, and nearly always finds nothing.
    """
    del owner
    with reading(services.engine) as session:
        rounds = rounds_with_later_ones(session, services.keyring, now=services.clock())
    done = 0
    for occurrence_id in rounds:
        while not services.wake.is_stopping():
            with transaction(services.engine) as session:
                posted = ask_later_ones(session, services.keyring, occurrence_id, now=services.clock())
            if not posted:
                break
            done += posted
    if done:
        services.wake.ring()
    return done
