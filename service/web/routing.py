"""The routes of the web application, of which no address is built before somebody asks for it."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A route that compiles what builds its address when that is first asked for.

    We write our addresses ourselves, and compiling these functions took nine tenths of putting the application together.
    Where a later Werkzeug calls it otherwise, nothing is lost but that time.
    """

    def _compile_builder(self, *given: Any, **named: Any) -> Callable[..., tuple[str, str]]:
        compile_now, made = super()._compile_builder, list[Callable[..., tuple[str, str]]]()

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compile_now(*given, **named))
            return made[0](rule, **values)

        return build
