"""The definition folder of foreign forms: what stands in each of its files.

One matter and one department for each form, pages in the forms' own order: a page for
each outermost group, and one for what stands in none. What only people can know (legal
basis, limits, fee) is said to be unknown, in words.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder import pointer
from builder.fact_ids import element_of, role_of
from builder.importers.elements import element
from builder.importers.fields import Found
from builder.model import FactId, MatterId, Pointer
from builder.places import fact_pointer, field_pointer

#: A person answers about six questions in a minute; only to say how long it takes.
_QUESTIONS_A_MINUTE = 6
_NOT_SAID = {"zh-CN": "来表未说明", "en": "not said by the imported form"}


@dataclass(frozen=True, slots=True)
class Form:
    """One foreign form, its fields, and the fact of each that is bound."""

    id: MatterId
    schema: Mapping[str, Any]
    fields: Sequence[Found]
    facts: Mapping[str, FactId]

    def label(self) -> dict[str, str]:
        """Return its title, or its id where it has none."""
        title = self.schema.get("title")
        return _words(title if isinstance(title, str) else "", self.id)


def documents(forms: Sequence[Form], affair: str) -> dict[str, Any]:
    """Return every definition but the forms themselves, by file."""
    bound: dict[str, list[Found]] = {}
    for form in forms:
        for field in form.fields:
            if field.path in form.facts:
                name = element_of(form.facts[field.path])
                bound.setdefault(name, []).append(field)
    elements = {name: element(found) for name, found in bound.items()}
    refused = {name: reason for name, (_, reason) in elements.items()}
    made: dict[str, Any] = {
        "elements.json": {"elements": {n: told for n, (told, _) in elements.items()}},
        "departments.json": {"departments": {f.id: _department(f) for f in forms}},
        f"affairs/{affair}.json": _affair(affair, forms),
    }
    for form in forms:
        described = dict(_fields(form, refused))
        made[f"matters/{form.id}/matter.json"] = _matter(form, described)
    return made


def written(document: Any) -> bytes:
    """Return a definition as a person can read it."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _department(form: Form) -> dict[str, Any]:
    return {"label": form.label(), "kind": "authority"}


def _matter(form: Form, described: Mapping[str, Any]) -> dict[str, Any]:
    limit = {"workdays": None, "text": _NOT_SAID}
    return {
        "id": form.id,
        "label": form.label(),
        "department": form.id,
        "type": "",
        "imported": True,
        "form": form.label(),
        "legal_basis": _NOT_SAID,
        "result": _NOT_SAID,
        "limits": {"legal": limit, "promised": limit},
        "fields": described,
    }


def _fields(
    form: Form, refused: Mapping[str, str | None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for field in form.fields:
        entry: dict[str, Any] = {
            "label": _words(field.label()),
            "input": field.input,
        }
        fact = form.facts.get(field.path)
        if fact is not None:
            entry["fact"] = fact
        if field.hint is not None:
            entry["hint"] = _words(field.hint)
        if field.in_branch:
            entry["branch"] = True
        reason = field.unserved or (fact and refused[element_of(fact)])
        if reason:
            entry["unserved"] = reason
        yield field.path, entry


def _affair(id_: str, forms: Sequence[Form]) -> dict[str, Any]:
    pages = _pages(forms)
    count = sum(len(page["questions"]) for page in pages)
    facts = (fact for form in forms for fact in form.facts.values())
    roles = sorted({role_of(fact) for fact in facts} - {""})
    return {
        "id": id_,
        "label": _words(id_),
        "summary": _words(" + ".join(form.id for form in forms)),
        "audience": _NOT_SAID,
        "lead_department": forms[0].id,
        "area": "00",
        "minutes": max(1, math.ceil(count / _QUESTIONS_A_MINUTE)),
        "fee": _NOT_SAID,
        "who_may_act": _NOT_SAID,
        "roles": {role: _words(role) for role in roles},
        "situations": [],
        "matters": [{"matter": form.id} for form in forms],
        "pages": pages,
    }


def _pages(forms: Sequence[Form]) -> list[dict[str, Any]]:
    """Return a page for each outermost group, and one for what stands in none."""
    seen: set[Pointer] = set()
    pages: list[dict[str, Any]] = []
    for form in forms:
        groups: dict[str, list[Found]] = {}
        for field in form.fields:
            if "/*/" not in field.path:
                first, *inside = pointer.parts(field.path)
                single = not inside and field.input != "rows"
                groups.setdefault("" if single else first, []).append(field)
        for name, found in groups.items():
            questions = [
                where
                for field in found
                if (where := _question(form, field)) not in seen
            ]
            questions = list(dict.fromkeys(questions))
            seen.update(questions)
            if questions:
                title = found[0].titles[0] if name else ""
                label = form.label() if not title else _words(title)
                page = {"id": f"p{len(pages) + 1}", "label": label}
                pages.append(page | {"questions": questions})
    return pages


def _question(form: Form, field: Found) -> Pointer:
    fact = form.facts.get(field.path)
    if fact is None:
        return field_pointer(form.id, field.path)
    return fact_pointer(fact)


def _words(*texts: str) -> dict[str, str]:
    text = next(text for text in texts if text.strip())
    return {"zh-CN": text, "en": text}
