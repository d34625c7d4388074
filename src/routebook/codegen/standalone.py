"""The policy as one Python module that needs nothing but Python (3.11 or newer)."""

from __future__ import annotations

from typing import Final

from routebook.check.conditions import Comparison, Pattern, each_once
from routebook.codegen.emit import PRELUDE, Emitter, conditions_of
from routebook.codegen.patterns import python_pattern
from routebook.plan.tree import Tree

_SUPPORT: Final = '''
def fold(value):
    """The key by which texts compare: without case, surrounding space and ways of writing accents."""
    value = value.strip()
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFD", value)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", decomposed.casefold()))


def computed(memo, compute, lead, now):
    """A computed field, worked out once a lead."""
    if compute not in memo:
        memo[compute] = compute(lead, now, memo)
    return memo[compute]


def pattern(text, fold_case):
    return PATTERNS[text, fold_case]
'''

_END: Final = '''
def decide(lead, now):
    """The rule that takes a lead and its plan, (None, ()) where no rule does.

    `lead` maps the names of fields to valid values: int, Decimal, str, bool, date, time, aware datetime, and
    frozensets of str; texts without surrounding space, in NFC. A missing field is absent. `now` is an aware
    datetime.
    """
    number = leaf(lead, now)
    return (None, ()) if number < 0 else LEAVES[number]
'''


def standalone(tree: Tree) -> str:
    """The source of the module. Raises `PatternRefused` for a `matches` that Python's `re` might see otherwise."""
    patterns = {
        (operand.text, operand.fold_case): python_pattern(operand.text, operand.fold_case)
        for condition in each_once(conditions_of(tree))
        if isinstance(condition, Comparison)
        for operand in condition.right
        if isinstance(operand, Pattern)
    }
    emitter = Emitter(tree)
    leaf, computed = emitter.decide("leaf"), emitter.computed()
    # the helpers come last to hand and first in the module: the computed fields call them too
    functions = [*emitter.helpers(), *computed, leaf]
    head = [
        f'"""A routing policy, compiled. Its digest is {tree.digest}."""',
        "\n".join(["import re", "import unicodedata", *PRELUDE, "from zoneinfo import ZoneInfo"]),
        f"POLICY = {tree.digest!a}\nzone = ZoneInfo({tree.timezone.key!a})",
        _SUPPORT.strip(),
        _table(
            "PATTERNS", [f"({t!a}, {f}): re.compile({p!a})" for (t, f), p in sorted(patterns.items())], "{}"
        ),
        _table("LEAVES", [f"({each.rule!a}, {_texts(each.plan.texts)})" for each in tree.leaves()], "()"),
        *emitter.constants.lines(),
    ]
    return "\n\n".join([*head, *functions, _END.strip()]) + "\n"


def _table(name: str, rows: list[str], brackets: str) -> str:
    return "\n".join([f"{name} = {brackets[0]}", *(f"    {row}," for row in rows), brackets[1]])


def _texts(texts: tuple[str, ...]) -> str:
    return f"({''.join(f'{text!a}, ' for text in texts)})"
