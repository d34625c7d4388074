"""The evaluation tree as JSON, for other languages. `docs/schemas/tree.json` is its schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    Derive,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Pattern,
    Points,
)
from routebook.plan.tree import Leaf, RuleNode, Tree
from routebook.types import (
    EmailType,
    NumberType,
    OneOfType,
    Schema,
    SetType,
    TextType,
    Type,
    show_number,
)

VERSION: Final = 1


def tree_json(tree: Tree) -> dict[str, Any]:
    """The tree as plain JSON values: lists, dicts, texts, bools. Numbers are texts, for they are exact."""
    return _Writer(tree).whole()


class _Writer:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.defines: list[dict[str, Any]] = []
        self._places: dict[int, int] = {}

    def whole(self) -> dict[str, Any]:
        computed = [self._computed(each) for each in self.tree.computed.values()]
        rules = [self._rule(node) for node in self.tree.rules]
        return {
            "version": VERSION,
            "policy": self.tree.digest,
            "name": self.tree.name,
            "timezone": self.tree.timezone.key,
            "fields": _fields(self.tree.schema),
            "defines": self.defines,
            "computed": computed,
            "rules": rules,
        }

    def _rule(self, node: RuleNode) -> dict[str, Any]:
        shown: dict[str, Any] = {"rule": node.rule, "description": node.description}
        shown["when"] = self._condition(node.condition) if node.condition is not None else None
        if isinstance(node, Leaf):
            return shown | {"plan": list(node.plan.texts), "sla": node.plan.sla}
        return shown | {"rules": [self._rule(inner) for inner in node.rules]}

    def _computed(self, computed: Derive | Points) -> dict[str, Any]:
        if isinstance(computed, Derive):
            cases = [{"when": self._condition(c.condition), "value": _value(c.value)} for c in computed.cases]
            return {
                "name": computed.name,
                "type": _type(computed.type),
                "cases": cases,
                "else": _value(computed.otherwise),
            }
        entries = [
            {
                "add": entry.amount,
                "when": self._condition(entry.condition) if entry.condition is not None else None,
                "per": self._operand(entry.per) if entry.per is not None else None,
                "up_to": entry.up_to,
            }
            for entry in computed.entries
        ]
        return {"name": computed.name, "low": computed.low, "high": computed.high, "entries": entries}

    def _condition(self, condition: Condition) -> Any:
        match condition:
            case Comparison():
                row = condition.row
                shown = {
                    "is": row.negates or row.name,
                    "left": self._operand(condition.left),
                    "right": [self._operand(operand) for operand in condition.right],
                }
                return shown if row.negates is None else {"not": shown}
            case AllOf(parts):
                return {"all": self._conditions(parts)}
            case AnyOf(parts):
                return {"any": self._conditions(parts)}
            case Not(part):
                return {"not": self._condition(part)}
            case Named(name, inner):
                return {"define": self._define(name, inner)}
            case Always(value):
                return value
            case _:
                assert_never(condition)

    def _conditions(self, parts: Sequence[Condition]) -> list[Any]:
        return [self._condition(part) for part in parts]

    def _define(self, name: str, inner: Condition) -> int:
        """The place of a define in the list of them: each is written once, after those that it uses."""
        if id(inner) not in self._places:
            shown = {"name": name, "when": self._condition(inner)}
            self._places[id(inner)] = len(self.defines)
            self.defines.append(shown)
        return self._places[id(inner)]

    def _operand(self, operand: Operand) -> dict[str, Any]:
        match operand:
            case FieldRef():
                element = operand.type.element if isinstance(operand.type, SetType) else operand.type
                return {
                    "field": operand.base,
                    "of": operand.scope.value,
                    "part": operand.part,
                    "fold": isinstance(element, TextType | EmailType),
                }
            case Constant(_, _, key):
                return {"value": _value(key)}
            case Members(_, keys):
                return {"values": sorted(keys)}
            case Pattern(text, fold_case):
                return {"pattern": text, "ignore_case": fold_case}
            case Arithmetic(first, rest):
                steps = [{"sign": sign, "by": self._operand(further)} for sign, further in rest]
                return {"start": self._operand(first), "then": steps}
            case _:
                assert_never(operand)


def _fields(schema: Schema) -> list[dict[str, Any]]:
    return [{"name": each.name, "type": _type(each.type), "optional": each.optional} for each in schema]


def _type(type_: Type) -> dict[str, Any]:
    match type_:
        case NumberType(integer, low, high):
            return {
                "kind": "integer" if integer else "decimal",
                "low": None if low is None else show_number(low),
                "high": None if high is None else show_number(high),
            }
        case OneOfType(members):
            return {"kind": "one of", "members": list(members)}
        case SetType(element):
            return {"kind": "set", "of": _type(element)}
        case _:
            return {"kind": type(type_).__name__.removesuffix("Type").lower()}


def _value(value: Any) -> Any:
    """A constant: bools and texts as they are, the rest as an object that says what it is."""
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal() | Fraction():
            exact = Fraction(value)
            return {
                "number": f"{exact.numerator}/{exact.denominator}" if exact.denominator != 1 else str(exact)
            }
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case frozenset():
            return {"set": sorted(value)}
    raise TypeError(f"no constant of {type(value).__name__}")
