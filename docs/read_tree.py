"""Decides leads by a tree that `routebook compile --to json` wrote: a reader to translate into other languages.

    python docs/read_tree.py tree.json lead.json 2026-03-02T10:00:00+00:00

The lead is valid already: the names of fields to text, whole numbers or decimals as text, true and false, ISO dates,
times and moments, lists of texts. `matches` wants an RE2; this reader lends itself Python's `re`.
"""

from __future__ import annotations

import json
import operator
import re
import sys
import unicodedata
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

COMPARE = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "between": lambda value, low, high: low <= value <= high,
    "in": lambda value, members: value in members,
    "has": lambda members, value: value in members,
    "has any": lambda members, wanted: bool(members & wanted),
    "has all": lambda members, wanted: members >= wanted,
    "starts with": str.startswith,
    "ends with": str.endswith,
    "contains": lambda value, part: part in value,
    "matches": lambda value, pattern: pattern.search(value) is not None,
    "is true": bool,
}


def fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip())
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", decomposed.casefold()))


def typed(type_: dict[str, Any], raw: Any) -> Any:
    """A lead's value by the type that the tree gives its field."""
    match type_["kind"]:
        case "integer" | "decimal":
            return Fraction(raw)
        case "set":
            return frozenset(raw)
        case "date":
            return date.fromisoformat(raw)
        case "time":
            return time.fromisoformat(raw)
        case "datetime":
            return datetime.fromisoformat(raw)
    return raw


def constant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    kinds = {"number": Fraction, "moment": datetime.fromisoformat, "date": date.fromisoformat,
             "time": time.fromisoformat, "set": frozenset}  # fmt: skip
    return kinds[kind](text)


class Lead:
    def __init__(self, tree: dict[str, Any], lead: dict[str, Any], now: datetime) -> None:
        self.tree = tree
        self.zone = ZoneInfo(tree["timezone"])
        types = {field["name"]: field["type"] for field in tree["fields"]}
        self.values = {name: typed(types[name], raw) for name, raw in lead.items() if raw is not None}
        self.now = now
        self.computed = {each["name"]: each for each in tree["computed"]}
        self.known: dict[str, Any] = {}
        self.defines: dict[int, bool] = {}

    def holds(self, when: Any) -> bool:
        if when is None or isinstance(when, bool):
            return when is not False
        if "all" in when:
            return all(self.holds(part) for part in when["all"])
        if "any" in when:
            return any(self.holds(part) for part in when["any"])
        if "not" in when:
            return not self.holds(when["not"])
        if "define" in when:
            number = when["define"]
            if number not in self.defines:
                self.defines[number] = self.holds(self.tree["defines"][number]["when"])
            return self.defines[number]
        left = self.operand(when["left"], folded=when["is"] != "matches")
        if when["is"] == "is known":
            return left is not None
        right = [self.operand(each) for each in when["right"]]
        if left is None or None in right:
            return False
        return bool(COMPARE[when["is"]](left, *right))

    def operand(self, operand: dict[str, Any], folded: bool = True) -> Any:
        if "value" in operand:
            return constant(operand["value"])
        if "values" in operand:
            return frozenset(operand["values"])
        if "pattern" in operand:
            return re.compile(operand["pattern"], re.IGNORECASE if operand["ignore_case"] else 0)
        if "start" in operand:
            return self.calculated(operand)
        value = self.field(operand)
        if value is None or not operand["fold"] or not folded:
            return value
        return frozenset(map(fold, value)) if isinstance(value, frozenset) else fold(value)

    def calculated(self, operand: dict[str, Any]) -> Fraction | None:
        total = self.operand(operand["start"])
        for step in operand["then"]:
            by = self.operand(step["by"])
            if total is None or by is None or (step["sign"] == "/" and by == 0):
                return None
            signs = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
            total = signs[step["sign"]](total, by)
        return total

    def field(self, operand: dict[str, Any]) -> Any:
        match operand["of"]:
            case "now":
                value: Any = self.now
            case "computed":
                value = self.compute(self.computed[operand["field"]])
            case _:
                value = self.values.get(operand["field"])
        if value is None or operand["part"] is None:
            return value
        if operand["part"] == "domain":
            return value.rpartition("@")[2]
        if isinstance(value, datetime):
            value = value.astimezone(self.zone)
        match operand["part"]:
            case "date":
                return value.date()
            case "time":
                return value.time()
            case "hour":
                return Fraction(value.hour)
        return ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[value.weekday()]

    def compute(self, computed: dict[str, Any]) -> Any:
        name = computed["name"]
        if name not in self.known:
            cases = computed.get("cases")
            self.known[name] = self.points(computed) if cases is None else self.derived(computed)
        return self.known[name]

    def derived(self, computed: dict[str, Any]) -> Any:
        for case in computed["cases"]:
            if self.holds(case["when"]):
                return constant(case["value"])
        return constant(computed["else"])

    def points(self, computed: dict[str, Any]) -> Fraction:
        total = Fraction(0)
        for entry in computed["entries"]:
            if entry["per"] is None:
                total += entry["add"] if self.holds(entry["when"]) else 0
                continue
            points = entry["add"] * (self.operand(entry["per"]) or 0)
            limit = entry["up_to"]
            total += points if limit is None else max(-limit, min(limit, points))
        return max(Fraction(computed["low"]), min(Fraction(computed["high"]), total))

    def rule(self, rules: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The first rule that takes the lead; after a block in which none does, trying goes on."""
        for rule in rules:
            if self.holds(rule["when"]):
                found = self.rule(rule["rules"]) if "rules" in rule else rule
                if found is not None:
                    return found
        return None


def decide(tree: dict[str, Any], lead: dict[str, Any], now: datetime) -> tuple[str | None, list[str]]:
    """The rule that takes a lead, None where none does, and its plan."""
    rule = Lead(tree, lead, now).rule(tree["rules"])
    return (rule["rule"], rule["plan"]) if rule is not None else (None, [])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as tree_file, open(sys.argv[2], encoding="utf-8") as lead_file:
        found = decide(json.load(tree_file), json.load(lead_file), datetime.fromisoformat(sys.argv[3]))
    sys.stdout.write(f"{json.dumps(found)}\n")
