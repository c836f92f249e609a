"""Holds JSON against schemas of an OpenAPI 3.0 document: as much of the language as the documents here speak."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def faults(value: Any, schema: Schema, document: Schema, *, at: str = "it") -> list[str]:
    """Name every place where a value breaks a schema of the document, and how."""
    return list(_faults(value, schema, document, at))


def resolved(reference: str, document: Schema) -> Schema:
    """Find what a reference within the document leads to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _faults(value: Any, schema: Schema, document: Schema, at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = resolved(schema["$ref"], document)
    for part in schema.get("allOf", ()):
        yield from _faults(value, part, document, at)
    yield from _choices(value, schema, document, at)
    if value is not None or not schema.get("nullable"):
        yield from _of_kind(value, schema, document, at)


def _choices(value: Any, schema: Schema, document: Schema, at: str) -> Iterator[str]:
    for word, most in (("anyOf", None), ("oneOf", 1)):
        if word in schema:
            tried = [faults(value, one, document, at=at) for one in schema[word]]
            fits = sum(not one for one in tried)
            if not fits:
                yield f"{at} fits none of the {len(tried)} forms that it may have: {min(tried, key=len)}"
            elif most and fits > most:
                yield f"{at} fits {fits} of the {len(tried)} forms that it may have, not one"


def _of_kind(value: Any, schema: Schema, document: Schema, at: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} must be one of {', '.join(map(str, schema['enum']))}"
    kind = schema.get("type")
    # To Python a truth value is a number.
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at} must be of the type {kind}"
    elif isinstance(value, str):
        yield from _of_text(value, schema, at)
    elif isinstance(value, dict):
        yield from _of_record(value, schema, document, at)
    elif isinstance(value, list):
        yield from _of_list(value, schema, document, at)


def _of_text(value: str, schema: Schema, at: str) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
    if not least <= len(value) <= most:
        yield f"{at} must have {least} to {most} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at} must be of the form {schema['pattern']}"


def _of_record(value: dict[str, Any], schema: Schema, document: Schema, at: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}.{name} is required"
    named = schema.get("properties", {})
    rest = schema.get("additionalProperties", {})
    for name, each in value.items():
        inside = named.get(name, rest if isinstance(rest, dict) else {})
        yield from _faults(each, inside, document, f"{at}.{name}")


def _of_list(value: list[Any], schema: Schema, document: Schema, at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at} must have at most {schema['maxItems']} items"
    for place, each in enumerate(value):
        yield from _faults(each, schema.get("items", {}), document, f"{at}[{place}]")
