"""Holds JSON against schemas of an OpenAPI document: as much of the language as the documents at hand speak."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schemas = Mapping[str, Mapping[str, Any]]
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def faults(value: Any, schema: Mapping[str, Any], schemas: Schemas, *, at: str = "") -> list[str]:
    """Name every place where a value breaks a schema, and how."""
    return list(_faults(value, schema, schemas, at))


def _faults(value: Any, schema: Mapping[str, Any], schemas: Schemas, at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    for part in schema.get("allOf", ()):
        yield from _faults(value, part, schemas, at)
    yield from _choices(value, schema, schemas, at)
    if value is not None or not schema.get("nullable"):
        yield from _of_kind(value, schema, schemas, at)


def _of_kind(value: Any, schema: Mapping[str, Any], schemas: Schemas, at: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {len(schema['enum'])} words"
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at}: {type(value).__name__} is no {kind}"
    elif isinstance(value, str):
        yield from _of_text(value, schema, at)
    elif isinstance(value, dict):
        yield from _of_record(value, schema, schemas, at)
    elif isinstance(value, list):
        yield from _of_list(value, schema, schemas, at)


def _choices(value: Any, schema: Mapping[str, Any], schemas: Schemas, at: str) -> Iterator[str]:
    for word, most in (("anyOf", None), ("oneOf", 1)):
        if word in schema:
            tried = [list(_faults(value, one, schemas, at)) for one in schema[word]]
            fits = sum(not one for one in tried)
            if not fits:
                yield f"{at}: fits none of {len(tried)}: {min(tried, key=len)}"
            elif most and fits > most:
                yield f"{at}: fits {fits} of {len(tried)}, where one may"


def _of_list(value: list[Any], schema: Mapping[str, Any], schemas: Schemas, at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    for place, each in enumerate(value):
        yield from _faults(each, schema.get("items", {}), schemas, f"{at}[{place}]")


def _of_text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} is not of the form {schema['pattern']}"


def _of_record(value: dict[str, Any], schema: Mapping[str, Any], schemas: Schemas, at: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    named = schema.get("properties", {})
    for name, each in value.items():
        rest = schema.get("additionalProperties", {})
        inside = named.get(name, rest if isinstance(rest, dict) else {})
        yield from _faults(each, inside, schemas, f"{at}.{name}")
