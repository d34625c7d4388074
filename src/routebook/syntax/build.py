"""From the parser's reductions to the nodes of `tree`: one method a rule of the grammar.

The parser calls these as it goes, innermost first, so that no nesting in a policy is met by recursion here.
Children come in the grammar's order, every token among them, with None for an optional part left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from lark import Token, Transformer

from routebook.syntax import blocks
from routebook.syntax import literals as lit
from routebook.syntax import tree as t

Children = list[Any]
N = TypeVar("N", bound=t.Node)


def _only(children: Iterable[Any], kind: type[N]) -> tuple[N, ...]:
    return tuple(child for child in children if isinstance(child, kind))


def _first(children: Iterable[Any], kind: type[N]) -> N | None:
    return next((child for child in children if isinstance(child, kind)), None)


class TreeBuilder(Transformer[Token, t.File]):
    """The callbacks of the grammar's rules. Stateless but for what `reading` sets for its thread."""

    # --- The file ------------------------------------------------------------------------------------

    def start(self, children: Children) -> list[Any]:
        return children

    def policy(self, children: Children) -> t.PolicyItem:
        _, name, word, zone = children
        return t.PolicyItem(lit.span_of(children), lit.text(name), lit.text(zone) if word else None)

    def import_item(self, children: Children) -> t.ImportItem:
        return t.ImportItem(lit.span_of(children), lit.text(children[1]))

    def lead(self, children: Children) -> t.LeadItem:
        return t.LeadItem(lit.span_of(children), _only(children, t.FieldDecl))

    def rep(self, children: Children) -> t.RepItem:
        return t.RepItem(lit.span_of(children), _only(children, t.FieldDecl))

    def field(self, children: Children) -> t.FieldDecl:
        name, description, _, type_, optional = children
        return t.FieldDecl(
            lit.span_of(children), lit.name(name), lit.optional_text(description), type_, optional is not None
        )

    def item(self, children: Children) -> t.Item:
        """An item of the file is kept as soon as it is whole, so that a later mistake does not lose it."""
        lit.keep(children[0])
        return cast(t.Item, children[0])

    # --- Types ---------------------------------------------------------------------------------------

    def plain_type(self, children: Children) -> t.TypeName:
        return t.TypeName(lit.span_of(children), str(children[0]))

    def number_type(self, children: Children) -> t.TypeName:
        word, bounds = children
        return t.TypeName(lit.span_of(children), str(word), bounds)

    def one_of_type(self, children: Children) -> t.TypeName:
        return t.TypeName(lit.span_of(children), "one of", members=children[2].texts)

    def set_type(self, children: Children) -> t.TypeName:
        inner = children[2]
        if isinstance(inner, Token):
            element = t.TypeName(lit.span_of([inner]), str(inner))
        else:
            element = t.TypeName(inner.span, "one of", members=inner.texts)
        return t.TypeName(lit.span_of(children), "set of", element=element)

    def range(self, children: Children) -> t.Bounds:
        dots = next(i for i, child in enumerate(children) if isinstance(child, Token))
        low = _first(children[:dots], t.Literal)
        return t.Bounds(lit.span_of(children), low, _first(children[dots:], t.Literal))

    def bound(self, children: Children) -> t.Literal:
        return lit.number(children)

    def texts(self, children: Children) -> t.MissingTexts:
        tokens = [child for child in children if isinstance(child, Token) and child.type == "STRING"]
        return t.MissingTexts(lit.span_of(children), tuple(lit.text(token) for token in tokens))

    missing_texts = texts

    # --- Definitions ---------------------------------------------------------------------------------

    def list_item(self, children: Children) -> t.ListItem:
        _, name, description, _, value = children
        return t.ListItem(lit.span_of(children), lit.name(name), lit.optional_text(description), value)

    def define(self, children: Children) -> t.DefineItem:
        _, name, description, _, condition = children
        return t.DefineItem(lit.span_of(children), lit.name(name), lit.optional_text(description), condition)

    def derive(self, children: Children) -> t.DeriveItem:
        _, name, description, _, type_, *rest = children
        cases = _only(rest, t.DeriveCase)
        otherwise = next((c for c in rest if isinstance(c, t.Literal | t.MissingValue | t.ListLiteral)), None)
        return t.DeriveItem(
            lit.span_of(children), lit.name(name), lit.optional_text(description), type_, cases, otherwise
        )

    def derive_case(self, children: Children) -> t.DeriveCase:
        return t.DeriveCase(lit.span_of(children), children[1], children[3])

    def points(self, children: Children) -> t.PointsItem:
        _, name, description, bounds, *rest = children
        return t.PointsItem(
            lit.span_of(children),
            lit.name(name),
            lit.optional_text(description),
            bounds,
            _only(rest, t.PointsEntry),
        )

    def entry_when(self, children: Children) -> t.PointsEntry:
        word, amount, _, condition = children
        return t.PointsEntry(lit.span_of(children), _sign(word), lit.number([amount]), condition, None, None)

    def entry_per(self, children: Children) -> t.PointsEntry:
        word, amount, _, name, up, _, limit = children
        up_to = lit.number([limit]) if up else None
        return t.PointsEntry(
            lit.span_of(children), _sign(word), lit.number([amount]), None, lit.name(name), up_to
        )

    # --- Expressions ---------------------------------------------------------------------------------

    def or_expr(self, children: Children) -> t.Or:
        return t.Or(lit.span_of(children), tuple(children[::2]))

    def and_expr(self, children: Children) -> t.And:
        return t.And(lit.span_of(children), tuple(children[::2]))

    def not_expr(self, children: Children) -> t.Not:
        return t.Not(lit.span_of(children), children[1])

    def compare(self, children: Children) -> t.Compare:
        left, *middle = children
        words = [
            str(child)
            for child in middle
            if isinstance(child, Token) and child.type != "AND"
        ]  # fmt: skip
        right = tuple(child for child in middle if isinstance(child, t.Node))
        if words == ["matches"]:
            lit.refuse_backspaces(right[0])
        return t.Compare(lit.span_of(children), " ".join(words), left, cast(Any, right))

    def sum(self, children: Children) -> t.Sum:
        return t.Sum(lit.span_of(children), children[0], _further(children))

    def product(self, children: Children) -> t.Product:
        return t.Product(lit.span_of(children), children[0], _further(children))

    def negative(self, children: Children) -> t.Expr:
        part = children[1]
        span = lit.span_of(children)
        if isinstance(part, t.Literal) and part.lexeme and not part.lexeme.startswith("-"):
            return t.Literal(span, -cast(int, part.value), f"-{part.lexeme}")
        return t.Negative(span, part)

    def name(self, children: Children) -> t.Name:
        return lit.name(children[0])

    def group(self, children: Children) -> t.Expr:
        """What stands in brackets, its place widened by them, so that what it is a part of covers them too."""
        return replace(cast(t.Expr, children[1]), span=lit.span_of(children))

    def list_literal(self, children: Children) -> t.ListLiteral:
        return t.ListLiteral(lit.span_of(children), cast(Any, _only(children, t.Node)))

    def literal(self, children: Children) -> t.Literal:
        return lit.literal(children[0])

    def value(self, children: Children) -> t.Literal:
        token = next(child for child in reversed(children) if child is not None)
        return lit.number(children) if token.type in ("INT", "DECIMAL") else lit.literal(token)

    def missing_value(self, children: Children) -> t.MissingValue:
        return t.MissingValue(lit.span_of(children))

    value_list = list_literal

    # --- Rules and actions ---------------------------------------------------------------------------

    def when_rule(self, children: Children) -> t.RuleItem:
        _, name, description, otherwise, _, condition, body = children
        return self._rule(children, name, description, condition, body, otherwise is not None)

    def else_rule(self, children: Children) -> t.RuleItem:
        _, name, description, _, body = children
        return self._rule(children, name, description, None, body, False)

    def _rule(
        self,
        children: Children,
        name: Token | None,
        description: Token | None,
        condition: t.Expr | None,
        body: t.Action | t.Block,
        reads_else: bool,
    ) -> t.RuleItem:
        named = lit.name(name) if name else None
        return t.RuleItem(
            lit.span_of(children), named, lit.optional_text(description), condition, body, reads_else
        )

    def block(self, children: Children) -> t.Block:
        return t.Block(lit.span_of(children), _only(children, t.RuleItem))

    def action(self, children: Children) -> t.Action:
        targets = tuple(
            child
            for child in children
            if isinstance(child, t.Node)
        )  # fmt: skip
        under = children[-1] if isinstance(children[-1], Token) else None
        return t.Action(lit.span_of(children), cast(Any, targets), lit.name(under) if under else None)

    def pool_target(self, children: Children) -> t.PoolTarget:
        _, pool, _, strategy, on, _, where, sticky = children
        return t.PoolTarget(lit.span_of(children), pool, strategy, on is not None, where, sticky, short=False)

    def short_target(self, children: Children) -> t.PoolTarget:
        strategy, pool, on, _, where, sticky = children
        return t.PoolTarget(lit.span_of(children), pool, strategy, on is not None, where, sticky, short=True)

    def rep_target(self, children: Children) -> t.RepTarget:
        token = children[1]
        return t.RepTarget(
            lit.span_of(children), lit.text(token) if token.type == "STRING" else lit.name(token)
        )

    def hold_target(self, children: Children) -> t.HoldTarget:
        _, _, pool, where, _, _, up_to = children
        return t.HoldTarget(lit.span_of(children), pool, where, lit.duration(up_to))

    def queue_target(self, children: Children) -> t.QueueTarget:
        return t.QueueTarget(lit.span_of(children), lit.name(children[1]))

    def nurture_target(self, children: Children) -> t.NurtureTarget:
        return t.NurtureTarget(lit.span_of(children), lit.name(children[1]))

    def reject_target(self, children: Children) -> t.RejectTarget:
        return t.RejectTarget(lit.span_of(children), lit.text(children[1]))

    def split_target(self, children: Children) -> t.SplitTarget:
        return t.SplitTarget(
            lit.span_of(children), lit.text(children[1]), lit.name(children[3]), _only(children, t.Arm)
        )

    def arm(self, children: Children) -> t.Arm:
        return t.Arm(lit.span_of(children), lit.percent(children[0]), children[-1])

    def pool(self, children: Children) -> t.Name:
        return lit.name(children[0])

    def where(self, children: Children) -> t.Expr:
        return cast(t.Expr, children[1])

    def sticky(self, children: Children) -> t.Sticky:
        _, _, name, _, duration = children
        return t.Sticky(lit.span_of(children), lit.name(name), lit.duration(duration) if duration else None)

    def plain_strategy(self, children: Children) -> t.Strategy:
        return t.Strategy(lit.span_of(children), str(children[0]))

    def field_strategy(self, children: Children) -> t.Strategy:
        names = [
            lit.name(child) if isinstance(child, Token) else child
            for child in children[1:]
            if isinstance(child, t.Name) or (isinstance(child, Token) and child.type == "NAME")
        ]
        return t.Strategy(lit.span_of(children), str(children[0]), tuple(names))

    short_field = pool

    # --- SLAs, sources and tests ---------------------------------------------------------------------

    def sla(self, children: Children) -> t.SlaItem:
        _, name, description, *rest = children
        return t.SlaItem(
            lit.span_of(children), lit.name(name), lit.optional_text(description), _only(rest, t.SlaStep)
        )

    def sla_step(self, children: Children) -> t.SlaStep:
        kinds_ = {child.type: child for child in children if isinstance(child, Token)}
        count = lit.number([kinds_["INT"]]) if "INT" in kinds_ else None
        actions = tuple(child for child in children if isinstance(child, t.Node))
        return t.SlaStep(
            lit.span_of(children),
            str(children[0]),
            count,
            lit.duration(kinds_["DURATION"]),
            "BUSINESS" in kinds_,
            cast(Any, actions),
        )

    def reassign(self, children: Children) -> t.Reassign:
        return t.Reassign(lit.span_of(children), lit.number([children[1]]))

    def source(self, children: Children) -> t.SourceItem:
        lists, fields = _only(children, t.MissingTexts), _only(children, blocks.FieldStart)
        return blocks.source_item(lit.span_of(children), lit.name(children[1]), lists, fields)

    def source_field(self, children: Children) -> blocks.FieldStart:
        name, _, column, *clauses = children
        return blocks.FieldStart(lit.span_of(children), lit.name(name), lit.text(column), tuple(clauses))

    def map_clause(self, children: Children) -> blocks.Clause:
        span = lit.span_of(children)
        return blocks.Clause(span, "map", t.MapClause(span, _only(children, t.MapEntry)))

    def map_entry(self, children: Children) -> t.MapEntry:
        key = lit.text(children[0]) if children[0].type == "STRING" else None
        return t.MapEntry(lit.span_of(children), key, children[-1])

    def default_clause(self, children: Children) -> blocks.Clause:
        return blocks.Clause(lit.span_of(children), "default", children[1])

    def split_clause(self, children: Children) -> blocks.Clause:
        return blocks.Clause(lit.span_of(children), "split by", lit.text(children[2]))

    def as_clause(self, children: Children) -> blocks.Clause:
        return blocks.Clause(lit.span_of(children), "as", lit.text(children[1]))

    def missing_list(self, children: Children) -> t.MissingTexts:
        return t.MissingTexts(lit.span_of(children), children[1].texts)

    def test(self, children: Children) -> t.TestItem:
        _, name, _, *body, _ = children
        return blocks.test_item(lit.span_of(children), lit.text(name), body)

    def test_lead(self, children: Children) -> blocks.Clause:
        return blocks.Clause(lit.span_of(children), "lead", _only(children, t.TestField))

    def test_field(self, children: Children) -> t.TestField:
        return t.TestField(lit.span_of(children[:3]), lit.name(children[0]), children[2])

    def test_now(self, children: Children) -> blocks.Clause:
        return blocks.Clause(lit.span_of(children), "now", lit.literal(children[1]))

    def expect(self, children: Children) -> t.Expect:
        span = lit.span_of(children)
        match children[1:]:
            case [Token(type="NO"), _]:
                return t.Expect(span, t.ExpectKind.NO_RULE, None)
            case [Token(type="REJECT")]:
                return t.Expect(span, t.ExpectKind.REJECT, None)
            case [word, t.Name() as what]:
                return t.Expect(span, t.ExpectKind(str(word)), what)
            case [word, Token(type="STRING") as what]:
                return t.Expect(span, t.ExpectKind(str(word)), lit.text(what))
            case [word, what]:
                return t.Expect(span, t.ExpectKind(str(word)), lit.name(what))
        raise AssertionError("the grammar has no other expectation")


def _sign(word: Token) -> int:
    return 1 if word.type == "ADD" else -1


def _further(children: Children) -> tuple[tuple[str, t.Expr], ...]:
    return tuple((str(sign), part) for sign, part in zip(children[1::2], children[2::2], strict=True))
