"""Checks a value against a schema of an OpenAPI 3.0 document: as much of it as the documents here use."""

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}
Schema = Mapping[str, Any]


def faults(value: object, schema: Schema, document: Schema, at: str = "it") -> Iterator[str]:
    """Say what of a value does not fit a schema of the document, each fault with the name of its place."""
    if "$ref" in schema:
        schema = resolved(schema["$ref"], document)
    yield from _parts(value, schema, document, at)
    kind = schema.get("type")
    if kind and not _is_of(value, kind):
        yield f"{at} must be of the type {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} must be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at} must have at most {schema['maxLength']} characters"
    yield from _inside(value, schema, document, at)


def resolved(reference: str, document: Schema) -> Schema:
    """Find what a reference within the document leads to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _parts(value: object, schema: Schema, document: Schema, at: str) -> Iterator[str]:
    for part in schema.get("allOf", ()):
        yield from faults(value, part, document, at)
    if "oneOf" in schema:
        fitting = [one for one in schema["oneOf"] if not list(faults(value, one, document, at))]
        if len(fitting) != 1:
            yield f"{at} fits {len(fitting)} of the forms that it may have, not one"


def _is_of(value: object, kind: str) -> bool:
    # To Python a truth value is a number.
    return isinstance(value, _TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


def _inside(value: object, schema: Schema, document: Schema, at: str) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from faults(item, schema["items"], document, f"{at}[{place}]")
    if isinstance(value, dict):
        yield from (f"{name} is required" for name in schema.get("required", ()) if name not in value)
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from faults(value[name], inner, document, name)
