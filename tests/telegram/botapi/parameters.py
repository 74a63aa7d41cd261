"""Checks the parameters of a call against the description and turns them into Python values.

Stricter than Telegram on purpose: Telegram ignores a parameter that it does not know, the double
refuses it, because a bot that sends one has a mistake in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .description import Description, Field
from .refusal import Refusal, bad_request

_INTEGER = re.compile(r"-?\d{1,19}")
_BOOLEANS = {"true": True, "false": False}


class Mismatch(ValueError):
    """A value is not of any of the types that its field allows."""


def checked(description: Description, method: str, raw: Mapping[str, Any], *, form: bool) -> dict[str, Any]:
    """Return the parameters of ``method`` as Python values.

    ``form``: the values are strings of a form or a query, where numbers, booleans and JSON are written
    as text. Raises Refusal: 404 for an unknown method, 400 for anything wrong with a parameter.
    """
    if method not in description.methods:
        raise Refusal(404, "Not Found: method not found")
    try:
        return _members(description, method, description.methods[method], raw, form=form)
    except Mismatch as mismatch:
        raise bad_request(str(mismatch)) from None


def checked_object(description: Description, kind: str, value: Any) -> dict[str, Any]:
    """Return ``value`` if it is an object of type ``kind``; raises Mismatch."""
    return _object(description, kind, value)


def _members(
    description: Description, owner: str, fields: tuple[Field, ...], raw: Mapping[str, Any], *, form: bool
) -> dict[str, Any]:
    known = {field.name: field for field in fields}
    for name in raw:
        if name not in known:
            raise Mismatch(f"unknown parameter {name!r} of {owner}")
    for field in fields:
        if field.required and field.name not in raw:
            raise Mismatch(f"parameter {field.name!r} of {owner} is required")
    return {name: _any_of(description, owner, known[name], value, form=form) for name, value in raw.items()}


def _any_of(description: Description, owner: str, field: Field, value: Any, *, form: bool) -> Any:
    reasons = []
    for kind in field.types:
        try:
            return _one(description, kind, value, form=form)
        except Mismatch as mismatch:
            reasons.append(str(mismatch))
    raise Mismatch(f"parameter {field.name!r} of {owner} must be {' or '.join(field.types)}: {reasons[0]}")


def _one(description: Description, kind: str, value: Any, *, form: bool) -> Any:
    if kind in _PLAIN:
        return _PLAIN[kind](value, form)
    if form:
        value = _json(value)
    if kind.startswith("Array of "):
        return _array(description, kind.removeprefix("Array of "), value)
    return _object(description, kind, value)


def _array(description: Description, kind: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Mismatch(f"{value!r} is not an array")
    return [_one(description, kind, item, form=False) for item in value]


def _object(description: Description, kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Mismatch(f"{value!r} is not an object")
    names = description.subtypes.get(kind) or (kind,)
    field = Field(kind, names)
    if names != (kind,):
        found: dict[str, Any] = _any_of(description, kind, field, value, form=False)
        return found
    if kind not in description.types:
        if description.complete:
            raise Mismatch(f"unknown type {kind}")
        return value
    return _members(description, kind, description.types[kind], value, form=False)


def _json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise Mismatch(f"{value!r} is not JSON") from None


def _integer(value: Any, form: bool) -> int:
    if form and isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Mismatch(f"{value!r} is not an integer")


def _float(value: Any, form: bool) -> float:
    try:
        if isinstance(value, int | float) or (form and isinstance(value, str)):
            return float(value)
    except ValueError:
        pass
    raise Mismatch(f"{value!r} is not a number")


def _boolean(value: Any, form: bool) -> bool:
    if form and isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if isinstance(value, bool):
        return value
    raise Mismatch(f"{value!r} is not a boolean")


def _string(value: Any, _form: bool) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch(f"{value!r} is not a string")


def _file(value: Any, _form: bool) -> Any:
    return value


_PLAIN = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "True": _boolean,
    "String": _string,
    "InputFile": _file,
}
