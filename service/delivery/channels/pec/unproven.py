"""What is raised where a receipt proves nothing."""

from service.foundation.errors import Permanent


class Unproven(Permanent):
    """A receipt, or what is signed in it, proves nothing; its message says why in one sentence, and names nobody."""
