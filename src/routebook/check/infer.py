"""For a policy without a `lead`: the fields that its conditions ask of, with the types that would fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from routebook.check.names import names_in
from routebook.syntax import tree as t
from routebook.syntax import words


@dataclass
class _Guess:
    type: str = "text"
    optional: bool = False
    sure: bool = False


def infer_fields(items: Iterable[t.Item], known: Collection[str]) -> dict[str, str]:
    """The fields that are used but not among `known`, each with a type to declare it by, in order of use."""
    guesses: dict[str, _Guess] = {}
    for condition in _conditions(items):
        _from_condition(condition, guesses)
    for name, type_ in _named_fields(items):
        if type_ is not None:
            _guess(guesses, name, type_)
        guesses.setdefault(name, _Guess())
    for name, type_ in _rep_fields(items):
        guesses[name] = _Guess(type_, optional=True, sure=True)
    for name in list(guesses):
        _lift_part(name, guesses)
    return {
        name: guess.type + (" optional" if guess.optional else "")
        for name, guess in guesses.items()
        if name not in known and not name.startswith(("rep.", "now.")) and name != "now"
    }


def _lift_part(name: str, guesses: dict[str, _Guess]) -> None:
    """`email.domain` asks of an email, `created_at.hour` of a moment: the part is not declared by itself."""
    base, _, part = name.rpartition(".")
    type_ = {"domain": "email", "hour": "datetime", "weekday": "datetime"}.get(part)
    if base and type_ is not None:
        optional = guesses.pop(name).optional
        guesses[base] = _Guess(type_, optional, sure=True)


def lead_block(fields: dict[str, str]) -> str:
    """A `lead` block that declares these fields, to paste."""
    width = max((len(name) for name in fields), default=0) + 1
    lines = [f"  {name + ':':<{width}} {type_}" for name, type_ in fields.items()]
    return "\n".join(["lead {", *lines, "}"])


def _conditions(items: Iterable[t.Item]) -> Iterable[t.Expr]:
    for item in items:
        match item:
            case t.DefineItem(condition=condition):
                yield condition
            case t.DeriveItem(cases=cases):
                yield from (case.condition for case in cases)
            case t.PointsItem(entries=entries):
                yield from (entry.condition for entry in entries if entry.condition is not None)
            case t.RuleItem() | t.SlaItem():
                yield from _rule_conditions(item) if isinstance(item, t.RuleItem) else ()
                yield from _wheres(item)


def _rule_conditions(rule: t.RuleItem) -> Iterable[t.Expr]:
    if rule.condition is not None:
        yield rule.condition
    if isinstance(rule.body, t.Block):
        for inner in rule.body.rules:
            yield from _rule_conditions(inner)


def _wheres(item: t.Item) -> Iterable[t.Expr]:
    for target in _targets([item]):
        if isinstance(target, t.PoolTarget | t.HoldTarget) and target.where is not None:
            yield target.where


def _targets(items: Iterable[t.Item]) -> Iterable[t.Target]:
    for item in items:
        if isinstance(item, t.RuleItem):
            body = item.body
            yield from _with_arms(body.targets) if isinstance(body, t.Action) else _targets(body.rules)
        elif isinstance(item, t.SlaItem):
            actions = [action for step in item.steps for action in step.actions]
            yield from _with_arms(action for action in actions if not isinstance(action, t.Reassign))


def _with_arms(targets: Iterable[t.Target]) -> Iterable[t.Target]:
    for target in targets:
        yield target
        if isinstance(target, t.SplitTarget):
            yield from _with_arms(arm.target for arm in target.arms)


def _named_fields(items: Iterable[t.Item]) -> Iterable[tuple[str, str | None]]:
    """Fields named by targets and points, which no condition types, with the type that they need, if one."""
    kept = list(items)
    for item in kept:
        if isinstance(item, t.PointsItem):
            yield from ((entry.per.text, "integer") for entry in item.entries if entry.per is not None)
    for target in _targets(kept):
        match target:
            case t.PoolTarget(strategy=strategy, sticky=sticky):
                yield from ((name.text, None) for name in (strategy.fields if strategy else ()))
                if sticky is not None:
                    yield sticky.field.text, None
            case t.SplitTarget(field=field):
                yield field.text, None
            case _:
                pass


def _rep_fields(items: Iterable[t.Item]) -> Iterable[tuple[str, str]]:
    for target in _targets(items):
        if isinstance(target, t.RepTarget) and isinstance(target.rep, t.Name):
            yield target.rep.text, "rep"


def _from_condition(node: t.Expr, guesses: dict[str, _Guess]) -> None:
    stack = [node]
    while stack:
        here = stack.pop()
        match here:
            case t.Or(parts=parts) | t.And(parts=parts):
                stack.extend(reversed(parts))
            case t.Not(part=part):
                stack.append(part)
            case t.Name(text=name):
                _guess(guesses, name, "bool")
            case t.Compare():
                _from_compare(here, guesses)
            case _:
                pass


def _from_compare(node: t.Compare, guesses: dict[str, _Guess]) -> None:
    for side in (node.left, *node.right):
        for used in names_in(side):
            guesses.setdefault(used.text, _Guess())
    if not isinstance(node.left, t.Name):
        for side in (node.left, *node.right):
            for used in names_in(side):
                _guess(guesses, used.text, _beside(node.left))
        return
    name = node.left.text
    if node.op in ("is missing", "is known"):
        guesses[name].optional = True
    elif node.op.startswith("has"):
        _guess(guesses, name, "set of text")
    else:
        for right in node.right:
            type_ = _type_of(right, name)
            if type_ is not None:
                _guess(guesses, name, type_)


def _beside(node: t.Expr) -> str:
    """The type of what is compared with a constant that stands first, or with a calculation."""
    return (_type_of(node, "") or "decimal") if isinstance(node, t.Literal) else "decimal"


def _type_of(node: t.Expr, name: str) -> str | None:
    if not isinstance(node, t.Literal):
        if "country" in name.rpartition(".")[2]:
            return "country"
        return None if isinstance(node, t.Name | t.ListLiteral) else "decimal"
    match node.value:
        case bool():
            return "bool"
        case int():
            return "integer"
        case str():
            return "country" if "country" in name else "text"
        case t.Moment():
            return "datetime"
        case _:
            text = words.literal(node)
            return "time" if ":" in text else "date" if text.count("-") == 2 else "decimal"


def _guess(guesses: dict[str, _Guess], name: str, type_: str) -> None:
    """The first use that says anything settles a field; a decimal bound widens an integer."""
    guess = guesses.setdefault(name, _Guess())
    if not guess.sure or (guess.type, type_) == ("integer", "decimal"):
        guess.type, guess.sure = type_, True
