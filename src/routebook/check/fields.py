"""Names as fields: of the lead, computed, of the rep, or of `now`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from routebook.check import kinds
from routebook.check.conditions import Computed, FieldRef, Scope
from routebook.check.names import NOW, Names, noun
from routebook.check.report import Report
from routebook.countries import is_country
from routebook.syntax import tree as t
from routebook.text import fold, nearest
from routebook.types import (
    CountryType,
    EmailType,
    IdType,
    OneOfType,
    RepType,
    Schema,
    TextType,
    Type,
    parts_of,
)


@dataclass(frozen=True, slots=True)
class Slip:
    """What somebody who wrote an unknown name may have meant instead; `sure` where nothing else makes sense."""

    help: str
    sure: bool


def unquoted(name: str, type_: Type, in_list: bool = False) -> Slip | None:
    """The slip of writing a text of this type without its quotes; None where the type has no texts."""
    written = f'["{name}"]' if in_list else f'"{name}"'
    match type_:
        case OneOfType(members):
            fits = fold(name) in {fold(member) for member in members}
        case CountryType():
            fits = is_country(name.upper())
        case TextType() | IdType() | EmailType() | RepType():
            fits = False
        case _:
            return None
    return Slip(f"a text stands in quotes: `{written}`", fits)


_HELP: Final = {
    "list": "lists stand after `in`, `not in`, `has any`, `has all` and `has none`",
    "define": "a define is a condition, true or false: use it bare",
}


@dataclass(frozen=True)
class Fields:
    """Resolves names. `computed` holds the derives and points read so far."""

    names: Names
    computed: Mapping[str, Computed]
    report: Report

    def ref(self, node: t.Name, with_rep: bool, slip: Slip | None = None) -> FieldRef | None:
        """The field that a name stands for, or None, reported, where it stands for none.

        `slip` is what else may have been meant where the name stands.
        """
        name = node.text
        if name in self.names.unsure or name.rpartition(".")[0] in self.names.unsure:
            return None
        found = self._lead(name) or self._computed(name) or self._now(name)
        if found is None and name.startswith("rep."):
            if not with_rep:
                self._outside_where(node)
                return None
            found = self._in(self.names.rep_schema, name, name.removeprefix("rep."), Scope.REP)
        if found is None:
            self._unknown(node, with_rep, slip)
        return found

    def _lead(self, name: str) -> FieldRef | None:
        return self._in(self.names.schema, name, name, Scope.LEAD)

    def _in(self, schema: Schema, name: str, local: str, scope: Scope) -> FieldRef | None:
        found = self.names.field_type(local, schema)
        return FieldRef(name, scope, *found) if found is not None else None

    def _computed(self, name: str) -> FieldRef | None:
        if name in self.computed:
            computed = self.computed[name]
            return FieldRef(name, Scope.COMPUTED, name, None, computed.type, computed.optional)
        base, _, part = name.rpartition(".")
        if base in self.computed:
            computed = self.computed[base]
            type_ = parts_of(computed.type).get(part)
            if type_ is not None:
                return FieldRef(name, Scope.COMPUTED, base, part, type_, computed.optional)
        return None

    def _now(self, name: str) -> FieldRef | None:
        if name == "now":
            return FieldRef(name, Scope.NOW, "now", None, NOW, False)
        base, _, part = name.rpartition(".")
        type_ = parts_of(NOW).get(part) if base == "now" else None
        return FieldRef(name, Scope.NOW, "now", part, type_, False) if type_ is not None else None

    def _outside_where(self, node: t.Name) -> None:
        self.report.add(
            kinds.UNKNOWN_NAME,
            node.span,
            f"`{node.text}` is known only inside `where`",
            "no rep is chosen yet here",
            help="ask about reps in the target: `assign pool … where …`",
        )

    def _unknown(self, node: t.Name, with_rep: bool, slip: Slip | None) -> None:
        name = node.text
        if self.names.tolerates(name) or self.names.tolerates(name.rpartition(".")[0]):
            return
        item = self.names.definitions.get(name)
        if item is not None:
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{name}` is a {noun(item)}, not a field",
                f"a {noun(item)}",
                help=_HELP.get(noun(item)),
            )
            return
        meant = nearest(name, self.names.visible(with_rep))
        owner = "rep" if name.startswith("rep.") else "lead"
        message = f"there is nothing called `{name}`"
        label = f"neither a field of the {owner} nor a definition"
        if slip is not None and (slip.sure or not meant):
            self.report.add(kinds.UNKNOWN_NAME, node.span, message, label, help=slip.help)
        elif meant:
            self.report.add(kinds.UNKNOWN_NAME, node.span, message, label, help=f"did you mean `{meant}`?")
        else:
            # a field that is not declared is one mistake, however often it is used
            self.report.add_once(name, kinds.UNKNOWN_NAME, node.span, message, label, self._advice(name))

    def _advice(self, name: str) -> str:
        base, _, part = name.rpartition(".")
        found = self.names.field_type(base, self.names.schema)
        if found is not None:
            whole = found[0] if found[1] is not None else base
            type_ = self.names.schema[whole].type
            if whole != base and part in parts_of(type_):
                return f"parts have no parts: write `{whole}.{part}`"
            known = ", ".join(f"`{whole}.{part}`" for part in parts_of(type_))
            return f"`{whole}` has {known}" if known else f"`{base}` has no parts such as `{part}`"
        if name.startswith("rep."):
            return f"declare it in the policy: `rep {{ {name.removeprefix('rep.')}: text }}`"
        return f"declare it in `lead {{ … }}`, for example `{name}: text optional`"
