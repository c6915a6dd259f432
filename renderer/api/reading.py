"""The description as lines of a page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template

from renderer.api.description import document
from renderer.api.problems import TITLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What kind of value something is."""

    text: str
    #: The name of the schema that says more; "" where there is none.
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of an object, by its path from the object that has a name."""

    name: str
    kinds: tuple[Kind, ...]
    required: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way a call can end."""

    status: str
    text: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, or one message to a department."""

    id: str
    #: Such as "GET /api/v1/affairs", or the type of a message.
    line: str
    summary: str
    text: str
    parameters: tuple[Member, ...]
    body: tuple[Kind, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One kind of value that has a name."""

    name: str
    text: str
    members: tuple[Member, ...]


def docs() -> str:
    """Show the description to a person."""
    told = document()
    return render_template(
        "docs.html",
        heading="API",
        info=told["info"],
        tags=told["tags"],
        calls=calls,
        problems=TITLES,
        schemas=schemas(),
    )


def calls(tag: str) -> list[Call]:
    """Return the calls and messages of one tag, in their order."""
    told = document()
    every = [
        (f"{method.upper()} {told['servers'][0]['url']}{path}", operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    every += [(type_, hook["post"]) for type_, hook in told["webhooks"].items()]
    return [_call(line, each) for line, each in every if tag in each["tags"]]


def schemas() -> list[Schema]:
    """Return every schema that has a name."""
    return [
        Schema(
            name=name,
            text=schema.get("description", ""),
            members=tuple(_members(schema)),
        )
        for name, schema in document()["components"]["schemas"].items()
    ]


def _call(line: str, operation: Mapping[str, Any]) -> Call:
    answers = {status: _named(each) for status, each in operation["responses"].items()}
    parameters = [_named(each) for each in operation.get("parameters", ())]
    return Call(
        id=operation["operationId"],
        line=line,
        summary=operation["summary"],
        text=operation.get("description", ""),
        parameters=tuple(
            Member(
                name=each["name"],
                kinds=_kinds(each["schema"]),
                required=each["required"],
                text=each["description"],
            )
            for each in parameters
        ),
        body=_content(operation.get("requestBody", {})),
        answers=tuple(
            Answer(status=status, text=each["description"], kinds=_content(each))
            for status, each in answers.items()
        ),
    )


def _content(holder: Mapping[str, Any]) -> tuple[Kind, ...]:
    content = holder.get("content", {})
    return tuple(kind for each in content.values() for kind in _kinds(each["schema"]))


def _members(schema: Mapping[str, Any], above: str = "") -> Iterator[Member]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        path = f"{above}{name}"
        yield Member(
            name=path,
            kinds=_kinds(each),
            required=name in required,
            text=each.get("description", ""),
        )
        yield from _members(each, f"{path}.")
        yield from _members(each.get("items", {}), f"{path}[].")


def _kinds(schema: Mapping[str, Any]) -> tuple[Kind, ...]:
    if "oneOf" in schema:
        return tuple(kind for each in schema["oneOf"] for kind in _kinds(each))
    if "items" in schema:
        return (Kind(text="array of"), *_kinds(schema["items"]))
    name = schema.get("$ref", "").rpartition("/")[2]
    text = name or _either(schema)
    return (Kind(text=text, schema=name),) if text else ()


def _either(schema: Mapping[str, Any]) -> str:
    """The values or the types a schema names, side by side."""
    values = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if values:
        return " or ".join(json.dumps(value) for value in values)
    types = schema.get("type", ())
    return types if isinstance(types, str) else " or ".join(types)


def _named(each: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is meant, also where it is only referred to."""
    if "$ref" not in each:
        return each
    kind, name = each["$ref"].split("/")[-2:]
    found: Mapping[str, Any] = document()["components"][kind][name]
    return found
