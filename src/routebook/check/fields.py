"""Names as fields: of the lead, computed, of the rep, or of `now`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routebook.check import kinds
from routebook.check.conditions import Computed, FieldRef, Scope
from routebook.check.names import NOW, Names, noun
from routebook.check.report import Report
from routebook.syntax import tree as t
from routebook.text import nearest
from routebook.types import Schema, parts_of


@dataclass(frozen=True)
class Fields:
    """Resolves names. `computed` holds the derives and points read so far."""

    names: Names
    computed: Mapping[str, Computed]
    report: Report

    def ref(self, node: t.Name, with_rep: bool) -> FieldRef | None:
        """The field that a name stands for, or None, reported, where it stands for none."""
        name = node.text
        found = self._lead(name) or self._computed(name) or self._now(name)
        if found is None and name.startswith("rep."):
            if not with_rep:
                self._outside_where(node)
                return None
            found = self._in(self.names.rep_schema, name, name.removeprefix("rep."), Scope.REP)
        if found is None:
            self._unknown(node, with_rep)
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

    def _unknown(self, node: t.Name, with_rep: bool) -> None:
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
                help="lists stand after `in`, `not in`, `has any`, `has all` and `has none`"
                if noun(item) == "list"
                else None,
            )
            return
        meant = nearest(name, self.names.visible(with_rep))
        help = f"did you mean `{meant}`?" if meant else self._advice(name)
        owner = "rep" if name.startswith("rep.") else "lead"
        self.report.add(
            kinds.UNKNOWN_NAME,
            node.span,
            f"there is nothing called `{name}`",
            f"neither a field of the {owner} nor a definition",
            help=help,
        )

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
