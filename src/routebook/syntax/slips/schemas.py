"""Slips in schemas: types of other languages, and the parts of a field in another order."""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Recognise, Slip
from routebook.text import nearest

_TYPE = ("BOOL",)
_ENDS = ("OPTIONAL",)
_WORDS: Final = {
    "bool": "boolean flag checkbox yesno",
    "integer": "int number num count long numeric",
    "decimal": "float double money currency amount real percent percentage",
    "text": "string str varchar char phone url name",
    "id": "uuid guid identifier key",
    "datetime": "timestamp instant moment date_time",
    "rep": "user owner agent person",
    "one of": "enum oneof choice select picklist option any_of",
    "set of": "list array tags multi multiselect setof lists sets",
}
_TYPES: Final = (
    "bool",
    "integer",
    "decimal",
    "text",
    "id",
    "country",
    "email",
    "date",
    "time",
    "datetime",
    "rep",
)


def _other_type(context: Context) -> Diagnostic | None:
    token = context.token
    if not context.could_be("BOOL") or not token.isidentifier():
        return None
    for word, others in _WORDS.items():
        if token.lower() in others.split():
            return _no_type(context, word)
    meant = nearest(token, _TYPES)
    if meant is not None:
        return _no_type(context, meant)
    if token == "optional":
        return None
    return context.say(
        f"there is no type `{token}`",
        "types are `one of […]`, `set of […]`, " + _listed(),
        label="expected a type",
    )


def _listed() -> str:
    return ", ".join(f"`{word}`" for word in _TYPES[:-1]) + f" and `{_TYPES[-1]}`"


def _no_type(context: Context, word: str) -> Diagnostic:
    example = f"{word} […]" if word in ("one of", "set of") else word
    fix = None if word in ("one of", "set of") else word
    following = context.following[0].text if context.following else ""
    if word == "set of" and following == "of":
        fix, example = "set", "set of …"
    elif word in ("one of", "set of") and following in ("[", "("):
        fix = word
    return context.say(
        f"there is no type `{context.token}`", f"write `{example}`", label="expected a type", fix=fix
    )


SCHEMAS: Final[tuple[Recognise, ...]] = (
    Slip(
        "optional",
        "`optional` stands after the type",
        "write `TYPE optional`",
        wants=_TYPE,
    ),
    _other_type,
    Slip(
        r"[0-9\"\[].*|true|false|missing",
        "`{token}` is a value, and a type belongs here",
        "a lead's fields are declared with their types, as `score: integer 0..100`; values stand in tests",
        wants=_TYPE,
        label="expected a type",
    ),
    Slip(
        "=",
        "a field's type follows a `:`",
        "write `:` for `=`",
        wants=("STRING",),
        lacks=("EQ", "EQUAL", "LBRACE", "DOTS", "WHEN", "FROM", "TRUE"),
        fix=":",
    ),
    Slip(
        r"\?",
        "a field that may be missing is declared with `optional`",
        "write `optional` after its type, for the `?`",
        wants=("COLON", "OPTIONAL"),
    ),
    Slip(
        "required|mandatory|notnull|unique",
        "every field is required that does not say `optional`",
        "leave `{token}` out",
        wants=_ENDS,
        fix="",
    ),
    Slip(
        "default|=",
        "a field has no default",
        "declare it `optional` and say in the rules what holds where it is missing, or give a source a `default`",
        wants=_ENDS,
    ),
    Slip(
        r".*",
        "every field is required that does not say `optional`",
        "leave `{previous}` out",
        before="required|mandatory|notnull|unique",
        wants=("COLON",),
        missing=True,
    ),
    Slip(
        r"-?[0-9].*",
        "the bounds of a number are written as a range",
        "write them after the type, as `integer 0..100`",
        before="(min|max|from|between|range|minimum|maximum)",
        wants=("COLON",),
    ),
    Slip(",", "fields are not set apart by `,`", "leave it out", wants=_ENDS, fix=""),
    Slip(";", "fields are not set apart by `;`", "leave it out", wants=_ENDS, fix=""),
    Slip(
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"',
        "a description stands before the `:`",
        "write `NAME {token}: TYPE`",
        wants=_ENDS,
    ),
    Slip(
        "of",
        "`{previous}` has no `of` after it",
        wants=_ENDS,
    ),
    Slip(
        "integer|decimal|bool|id|email|date|time|datetime|rep|one|set",
        "a set holds texts or countries, not `{token}`",
        'write `set of text`, `set of country` or `set of ["…"]`',
        before="set of",
    ),
    Slip(
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\(|{',
        "the members of `one of` stand in square brackets",
        'write `one of ["…", "…"]`',
        before="one of",
    ),
    Slip(
        r"text|country|\[",
        "`set` is followed by `of`",
        "write `set of {token}`",
        before=": set",
        fix="of ",
        insert=True,
    ),
    Slip(
        r"bool|integer|decimal|text|id|country|email|date|time|datetime|rep|one|set|boolean|string|int|number|float",
        "a `:` is missing after `{previous}`",
        "write `{previous}: {token}`",
        wants=("COLON",),
        lacks=("EQ",),
        after="(?!:)",
        fix=": ",
        insert=True,
    ),
    Slip(
        r":",
        "`{name}` has no type",
        "write its type after the `:`",
        before=r"(?P<name>[\w.]+) : [\w.]+",
        wants=_ENDS,
        label="this belongs to the next field",
    ),
)
