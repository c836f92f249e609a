"""The contender that fires: the job of the product, until all that is due has been posted."""

from collections.abc import Mapping
from typing import Any

from benchmarks.child import Work, take_part
from benchmarks.order import settings_of
from service.foundation.identity import make_id
from service.wiring import make_services
from service.worker.jobs import fire_schedules


def prepare(order: Mapping[str, Any]) -> Work:
    """Put the service together, and give what fires until nothing is due."""
    services = make_services(settings_of(order))
    owner = make_id()

    def work() -> Mapping[str, Any]:
        return {"done": fire_schedules(services, owner)}

    return work


if __name__ == "__main__":
    take_part(prepare)
