"""The root of every exception that this service raises on purpose."""


class ServiceError(Exception):
    """Something went wrong that we foresaw; its message is one sentence."""


class Refused(ServiceError):
    """A person asked for something that cannot be done and can mend it: the message is for them.

    `faults` lists every single thing that is wrong where there may be several (a file, a form). `command` is what mends
    it at the terminal; the sentence is for everybody, and names none.
    """

    def __init__(self, message: str, faults: tuple[str, ...] = (), *, command: str = "") -> None:
        """Keep the sentence, the faults behind it, and the command."""
        super().__init__(message)
        self.faults, self.command = faults, command


class NotFound(Refused):
    """What was asked for does not exist, or the one who asks may not know that it does."""


class Transient(ServiceError):
    """It did not work now and may work later, unchanged."""


class Permanent(ServiceError):
    """It will never work as it stands: give up and say so."""


class Uncertain(ServiceError):
    """Nobody can know yet whether it happened: never simply repeat it."""
