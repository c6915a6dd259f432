"""Small matters for tests: as definition documents, and past all checks as values."""

from dataclasses import replace

from builder.model import Field, Lens, Limit, Matter

WORDS = {"zh-CN": "x", "en": "x"}


def words(text):
    return {"zh-CN": text, "en": text}


def form_document(properties, required=()):
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def matter_document(id_, department, fields, **more):
    """Return a definition; a field without a label is called by its path."""
    limit = {"workdays": 5, "text": words("five days")}
    return {
        "id": id_,
        "label": words(id_),
        "department": department,
        "type": "20",
        "form": words(f"form of {id_}"),
        "legal_basis": words("an act"),
        "result": words("a result"),
        "limits": {"legal": limit, "promised": limit},
        "fields": {p: {"label": words(p), **field} for p, field in fields.items()},
    } | more


def matter_of(id_, fields, schema):
    limit = Limit(workdays=None, text=WORDS)
    return Matter(
        id=id_,
        label=WORDS,
        department=id_,
        form=WORDS,
        legal_basis=WORDS,
        result=WORDS,
        legal_limit=limit,
        promised_limit=limit,
        schema=schema,
        fields=fields,
    )


def slot_matter(name, slot, *, lens=None, field=None, required=False, **more):
    """Return a matter whose one field /x holds the fact f."""
    held = field or Field(label=WORDS, fact="f", lens=lens or Lens())
    needed = {"required": ["x"]} if required else {}
    schema = {"type": "object", "properties": {"x": slot}, **needed, **more}
    return matter_of(name, {"/x": held}, schema)


def slot_matters(*slots, required=False):
    """Return matters A, B, ... with these slots, or as they are."""
    return [
        slot if isinstance(slot, Matter) else slot_matter(name, slot, required=required)
        for name, slot in zip("ABCDEFGH", slots, strict=False)
    ]


def bound(matter, fields):
    """Return the matter with other fields."""
    return replace(matter, fields=fields)
