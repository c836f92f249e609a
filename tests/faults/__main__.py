"""Run the proof by crashes: `python -m tests.faults`, or `make crash`."""

import sys

from tests.faults.crash import main

# A module of this name is not imported again by every process that is started.
sys.exit(main(sys.argv[1:]))
