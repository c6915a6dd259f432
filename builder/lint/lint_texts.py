"""Lint of words: translations that are missing, codes, jargon, long sentences.

Only what an applicant may read is held to plain words. The names of forms, laws and
results are quoted, the labels of bound fields and codes are those of their owners.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, TypeAlias

from builder import lists, pointer
from builder.model import Affair, Catalogue, Choice, Field, Matter, Text

Kind: TypeAlias = Literal[
    "asked-twice",
    "never-used",
    "no-legal-basis",
    "no-retention",
    "late-promise",
    "unreachable",
    "missing-translation",
    "code-in-label",
    "jargon",
    "long-sentence",
    "not-merged",
]

#: Characters of a Chinese sentence that can be read at a glance.
LONGEST_SENTENCE = 40
#: Words of software and of offices, and what to say instead.
JARGON: Mapping[str, str] = {
    "字段": "栏",
    "枚举": "选项",
    "数据元": "信息",
    "主键": "编号",
    "外键": "编号",
    "校验": "检查",
    "回填": "自动填好",
    "回显": "显示",
    "落库": "保存",
    "报文": "文件",
    "入参": "填的内容",
    "置空": "留空",
    "映射": "对应",
    "勾稽": "核对",
    "办件": "申请",
    "要件": "材料",
    "容缺": "材料可以后补",
    "推送": "发送",
    "颗粒度": "详细程度",
    "赋能": "帮助",
    "抓手": "办法",
    "闭环": "办完",
    "payload": "what is sent",
    "schema": "form",
    "boolean": "yes or no",
    "enum": "choice",
    "codelist": "list of choices",
    "data element": "detail",
    "backend": "office",
    "frontend": "page",
    "prefill": "fill in for you",
    "prefilled": "filled in for you",
    "utilize": "use",
    "utilise": "use",
    "leverage": "use",
    "commence": "begin",
    "prior to": "before",
    "pursuant to": "under",
    "in respect of": "about",
    "aforementioned": "this",
    "hereby": "leave it out",
}

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile("[A-Za-z]*[a-z]{2}")
#: An abbreviation, a number or a sign is the same in every language.
_SAME_EVERYWHERE = re.compile("[^a-z\u3400-\u9fff]*|[A-Za-z]")
_CODES = re.compile(
    r"(?<![\w.@/])(?!www\.)(?:"
    r"[A-Za-z0-9]+_[A-Za-z0-9_]+"  # snake_case
    r"|[a-z]{2,}(?:\.[a-z]{3,})+"  # dotted
    r"|[a-z]{2,}[A-Z][a-z]+[A-Za-z]*"  # camelCase
    r"|[A-Z]{2,}[0-9]{3,}"  # AAC003
    r")(?![\w.@/])",
    re.ASCII,
)
_CODED_NAME = re.compile("[A-Z][A-Z0-9_]{2,}|[A-Za-z]+_[A-Za-z0-9_]+")
_SENTENCE_END = re.compile("[。！？；\n]")
#: Words that stand beside a question, to be read while filling in.
_HINTS = frozenset(["hint", "lead", "note"])
#: Quoted from others, or written for people who write definitions.
_QUOTED = frozenset(
    ["form", "legal_basis", "result", "legal_limit", "promised_limit", "decisions"]
)
_NO_TEXTS = frozenset(["schema", "when", "lens", "prefill"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that should be mended, though a form can be made."""

    kind: Kind
    #: The file and the pointer in it.
    place: str
    text: str
    repair: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text} {self.repair} [{self.kind}]"


@dataclass(frozen=True, slots=True)
class _Words:
    """A text, where it stands, and in what."""

    text: Text
    place: str
    #: What it is called there: label, hint, note, ...
    name: str
    #: Whose text it is.
    holder: Any
    #: Words of ours, which an applicant may read.
    ours: bool
    #: A field's own path.
    key: str = ""


def text_findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what is wrong with the words of the definitions, file by file."""
    for words in _texts(catalogue):
        yield from _untranslated(words)
        yield from _coded(words)
        if words.ours:
            yield from _jargon(words)
        if words.name in _HINTS:
            yield from _long(words)


def _texts(catalogue: Catalogue) -> Iterator[_Words]:
    for name in ("elements", "codelists", "departments"):
        for id_, entry in getattr(catalogue, name).items():
            place = f"{name}.json#{pointer.join([name, id_])}"
            yield from _inside(entry, place, ours=name == "elements")
    for matter in catalogue.matters.values():
        fields = {p: replace(f, rows=None) for p, f in lists.flat(matter.fields)}
        told = replace(matter, fields=fields)
        yield from _inside(told, f"matters/{matter.id}/matter.json#", ours=False)
    for affair in catalogue.affairs.values():
        yield from _inside(affair, f"affairs/{affair.id}.json#", ours=True)


def _inside(holder: Any, place: str, *, ours: bool, key: str = "") -> Iterator[_Words]:
    for each in fields(holder):
        if each.name in _NO_TEXTS:
            continue
        value = getattr(holder, each.name)
        below = place if isinstance(holder, Affair) and each.name == "guide" else ""
        below = below or place + pointer.join(_STEPS.get(each.name, (each.name,)))
        read = each.name not in _QUOTED and (
            ours or (not isinstance(holder, Matter) and each.name in _HINTS)
        )
        if isinstance(holder, Field):
            read = not holder.held or each.name in _HINTS
        for inner, at, name in _spread(value, below, each.name):
            if is_dataclass(inner):
                yield from _inside(inner, at, ours=read, key=name)
            else:
                yield _Words(inner, at, each.name, holder, read, key)


_STEPS = {
    "legal_limit": ("limits", "legal"),
    "promised_limit": ("limits", "promised"),
}


def _spread(value: Any, place: str, name: str) -> Iterator[tuple[Any, str, str]]:
    """Yield the texts and the things with texts that a value holds."""
    if is_dataclass(value) or (isinstance(value, Mapping) and "zh-CN" in value):
        yield value, place, name
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _spread(inner, place + pointer.join([key]), str(key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _spread(inner, f"{place}/{index}", str(index))


def _untranslated(words: _Words) -> Iterator[Finding]:
    chinese, english = words.text.get("zh-CN", ""), words.text.get("en", "")
    if not chinese.strip() or not english.strip():
        text = "A language is missing."
    elif chinese == english and not _SAME_EVERYWHERE.fullmatch(chinese):
        text = f"Both languages say {chinese!r}."
    elif not _HAN.search(chinese) and _WORD.search(chinese):
        text = f"The Chinese text is not Chinese: {chinese!r}."
    elif _HAN.search(english) and not _LATIN.search(english):
        text = f"The English text is not English: {english!r}."
    else:
        return
    yield Finding(
        kind="missing-translation",
        place=words.place,
        text=text,
        repair="Write it in both languages.",
    )


def _coded(words: _Words) -> Iterator[Finding]:
    if words.name != "label":
        return
    for text in words.text.values():
        found = _code(words, text)
        if found is not None:
            yield Finding(
                kind="code-in-label",
                place=words.place,
                text=f"The label holds the code {found!r}: {text!r}.",
                repair="Say in words what it means.",
            )
            return


def _code(words: _Words, text: str) -> str | None:
    if isinstance(words.holder, Choice):
        value = str(words.holder.value)
        after = text.removeprefix(value)
        if after != text and re.match(r"\s*[-:：.、]\s*\D|\s+\D", after):
            return value
    if isinstance(words.holder, Field):
        own = pointer.parts(words.key)[-1]
        if _CODED_NAME.fullmatch(own) and re.search(rf"\b{own}\b", text, re.ASCII):
            return own
    found = _CODES.search(text)
    return found[0] if found else None


def _jargon(words: _Words) -> Iterator[Finding]:
    for text in words.text.values():
        for word, plainer in JARGON.items():
            latin = word.isascii()
            pattern = rf"\b{word}\b" if latin else word
            if re.search(pattern, text, re.IGNORECASE):
                yield Finding(
                    kind="jargon",
                    place=words.place,
                    text=f"{word!r} is no everyday word: {text!r}.",
                    repair=f"Say {plainer!r}.",
                )


def _long(words: _Words) -> Iterator[Finding]:
    for sentence in _SENTENCE_END.split(words.text.get("zh-CN", "")):
        if len(sentence.strip()) > LONGEST_SENTENCE:
            yield Finding(
                kind="long-sentence",
                place=words.place,
                text=f"A sentence of {len(sentence.strip())} characters: {sentence!r}.",
                repair=f"Make two of it, of at most {LONGEST_SENTENCE} characters.",
            )
