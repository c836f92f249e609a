"""The routes of the web application, each read once in a process: every test puts together an application of its own."""

from typing import Any

from service.web.routing import LateRule

_READ: dict[tuple[object, ...], dict[str, Any]] = {}
_OF_ITS_TEXT = ("_parts", "_trace", "_converters", "_build", "_build_unknown")


class KnownRule(LateRule):
    """A route that takes over what another one of the same text and defaults has been read as."""

    def compile(self) -> None:
        assert self.map is not None
        by_default = tuple(sorted((self.defaults or {}).items()))
        text = (self.rule, self.subdomain, self.host, self.merge_slashes, self.map.host_matching, by_default)
        if text not in _READ:
            super().compile()
            read = vars(self)
            # What builds an address is bound to the rule that it was made for.
            _READ[text] = {name: getattr(read[name], "__func__", read[name]) for name in _OF_ITS_TEXT}
        for name, value in _READ[text].items():
            setattr(self, name, value.__get__(self) if name.startswith("_build") else value)
        self.arguments.update(self._converters)
