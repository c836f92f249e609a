"""The family of processes that are killed: what any of them needs is imported once, and each is there in milliseconds."""

import multiprocessing

FAMILY = multiprocessing.get_context("forkserver")
# There is one list for all: a second one would be in place of the first.
FAMILY.set_forkserver_preload(["tests.faults.sender", "tests.faults.carried", "tests.faults.decided"])
