"""The contender's side of benchmarks/processes.py."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[[], Mapping[str, Any]]


def take_part(prepare: Callable[[Mapping[str, Any]], Work]) -> None:
    """Prepare by the order, say so, wait for the word, work, tell, and stay until the input ends."""
    work = prepare(json.loads(sys.argv[-1]))
    print("ready", flush=True)
    sys.stdin.readline()
    told = work()
    print("done", json.dumps(told), flush=True)
    sys.stdin.read()
