"""Why a department's form, or a field of it, cannot be used."""

from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors.base import BuilderError
from builder.errors.words import meant, shown


@dataclass(eq=False)
class FormSchemaError(BuilderError):
    """A department's form is not a usable JSON Schema."""

    reason: str
    code: ClassVar[str] = "E_SCHEMA"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"This is no usable JSON Schema. {self.reason[:1].upper()}{self.reason[1:]}"
        )


@dataclass(eq=False)
class DialectError(BuilderError):
    """A form is written in a dialect of JSON Schema that is not known here."""

    told: str
    code: ClassVar[str] = "E_DIALECT"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.told!r} is no known `$schema`. Name draft-04, 06, 07, 2019-09 or "
            f"2020-12 by its own address, once, at the root."
        )


@dataclass(eq=False)
class BrokenReferenceError(BuilderError):
    """A reference leads nowhere in its own file, or out of it."""

    reference: str
    reason: str
    code: ClassVar[str] = "E_REF"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.reference!r} {self.reason}. Bundle everything into this one file "
            f"and refer to it by a JSON Pointer, such as '#/$defs/name'."
        )


@dataclass(eq=False)
class UnresolvedPathError(BuilderError):
    """A field's path leads nowhere in the department's form."""

    path: str
    code: ClassVar[str] = "E_UNRESOLVED_PATH"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The form beside this file has no {self.path!r}. Write the path as the "
            f"property names of schema.json, from its root."
        )


@dataclass(eq=False)
class UndescribedFieldError(BuilderError):
    """The department's form has a field that the definition does not name."""

    path: str
    code: ClassVar[str] = "E_UNDESCRIBED_FIELD"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"schema.json has {self.path!r}, but `fields` does not name it, so nobody "
            f"would ask for it. Add it to `fields`."
        )


@dataclass(eq=False)
class NestedBindingError(BuilderError):
    """One bound field lies inside another, or inside a list."""

    path: str
    inside: str
    code: ClassVar[str] = "E_NESTED_BINDING"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.path!r} holds a fact but lies inside {self.inside!r}. "
            f"Bind only one of them."
        )


@dataclass(eq=False)
class RecursiveSlotError(BuilderError):
    """A bound field lies inside a part of the form that holds itself again."""

    path: str
    inside: str
    code: ClassVar[str] = "E_SLOT_IN_RECURSION"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.path!r} holds a fact but lies inside {self.inside!r}, where the "
            f"form begins again, without end. Bind the field where it stands first, or "
            f"{self.inside!r} as a whole."
        )


@dataclass(eq=False)
class DuplicateSlotError(BuilderError):
    """A warning: one fact stands in two fields of one form."""

    fact: str
    paths: tuple[str, str]
    #: A value of each field, which the form accepts although they differ; or nothing.
    witness: tuple[Any, ...]
    code: ClassVar[str] = "E_DUP_SLOT"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        one, other = self.paths
        such = f", such as {' and '.join(map(shown, self.witness))}" * bool(
            self.witness
        )
        return (
            f"{self.fact!r} stands in {one!r} and in {other!r}. Both get its value; a "
            f"document in which they differ{such} cannot be read back. If they are two "
            f"things, bind two facts; if not, mark one lens `one_way`."
        )


@dataclass(eq=False)
class RegexError(BuilderError):
    """A pattern cannot be read as a regular expression of ECMA-262."""

    pattern: str
    code: ClassVar[str] = "E_REGEX"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{shown(self.pattern)} cannot be read as a regular expression of "
            f"ECMA-262, the kind JSON Schema has. Write it without what only other "
            f"languages know, such as `\\Z`, `(?P<name>…)` or `(?i)`."
        )


@dataclass(eq=False)
class ClassRegexError(BuilderError):
    """A warning: a pattern uses a class of characters that validators read apart."""

    pattern: str
    #: The escapes, such as "\\d".
    classes: tuple[str, ...]
    #: It looks around, and the judge then takes these of every script.
    every_script: bool
    code: ClassVar[str] = "W_REGEX"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        read = (
            "beside a look-ahead, a look-behind or a reference back, of every script"
            if self.every_script
            else "as in ECMA-262, of ASCII only"
        )
        return (
            f"{shown(self.pattern)} has {', '.join(self.classes)}, read here {read}; "
            f"other validators may differ. Name the characters, such as `[0-9]`."
        )


@dataclass(eq=False)
class LensLawError(BuilderError):
    """A lens loses or invents something for a value."""

    value: Any
    reason: str
    code: ClassVar[str] = "E_LENS_LAW"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The lens does not fit for the value {self.value!r}: {self.reason}"


@dataclass(eq=False)
class ExampleError(BuilderError):
    """An example is none of the values its data element can have."""

    value: Any
    code: ClassVar[str] = "E_EXAMPLE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The element's own `schema` refuses the example {shown(self.value)}. "
            f"Mend one of them."
        )


@dataclass(eq=False)
class LensNotOntoError(BuilderError):
    """A warning: a form accepts a value that its lens never writes."""

    value: Any
    code: ClassVar[str] = "W_LENS_NOT_ONTO"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The department's form accepts {self.value!r}, but no canonical value is "
            f"written so. Let the lens and the data element cover it, or mark the lens "
            f"`normalizes`."
        )


@dataclass(eq=False)
class SlotValueError(BuilderError):
    """A document holds a value that its lens cannot read."""

    path: str
    value: Any
    code: ClassVar[str] = "E_SLOT_VALUE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The lens of {self.path!r} cannot read {shown(self.value)}. Mend the "
            f"document, or let the lens cover the value."
        )


@dataclass(eq=False)
class UnknownKeywordError(BuilderError):
    """A schema or a condition says a word that nobody reads, so it judges nothing."""

    word: str
    #: What could have been meant.
    known: tuple[str, ...]
    #: Of what it is no word.
    of: str = "JSON Schema"
    code: ClassVar[str] = "E_UNKNOWN_KEYWORD"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        repair = meant(self.word, self.known) or " Take it out, or mend it."
        if ":" in self.word:
            repair = " Facts stand under `properties`, and in `required` beside it."
        return f"{self.word!r} is no word of {self.of}, so nothing reads it.{repair}"


@dataclass(eq=False)
class IdleKeywordError(UnknownKeywordError):
    """A warning: a department's form says a word that its dialect does not know."""

    code: ClassVar[str] = "W_UNKNOWN_KEYWORD"


@dataclass(eq=False)
class RefusedFactError(BuilderError):
    """A field accepts nothing that its fact can be."""

    path: str
    element: str
    #: Some values as they are written, with what the form says against each.
    refused: tuple[tuple[Any, str], ...]
    repair: str
    code: ClassVar[str] = "E_SLOT_REFUSES"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        told = " and ".join(f"{shown(v)} ({why})" for v, why in self.refused)
        return (
            f"The field {self.path!r} accepts no value of {self.element!r}: it refuses "
            f"{told}. {self.repair}"
        )


@dataclass(eq=False)
class OtherTypeError(BuilderError):
    """A fact is written as another JSON type than its field takes."""

    path: str
    element: str
    written: str
    taken: str
    code: ClassVar[str] = "E_SLOT_TYPE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The field {self.path!r} takes {self.taken}, but {self.element!r} is "
            f"written as {self.written}. Bind another data element, or write it by a "
            f"lens that makes {self.taken} of it."
        )


@dataclass(eq=False)
class RefusedValueError(BuilderError):
    """A warning: a field refuses some of what its fact can be."""

    path: str
    element: str
    refused: tuple[tuple[Any, str], ...]
    count: int
    code: ClassVar[str] = "W_SLOT_REFUSES"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        told = " and ".join(f"{shown(v)} ({why})" for v, why in self.refused)
        more = self.count - len(self.refused)
        return (
            f"The field {self.path!r} refuses {told}"
            f"{f' and {more} more' if more > 0 else ''} of {self.element!r}. Whoever "
            f"has to answer so cannot use this form: widen it, or map the value by a "
            f"lens."
        )
