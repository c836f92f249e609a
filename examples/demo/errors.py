"""What stops the demonstration."""


class DemoFailed(Exception):
    """The demonstration could not be shown to the end; its message is one sentence for the person watching."""
