"""The whole query: leads in, the rule and plan of each out.

    lead       the columns of the table that the policy asks of
    step_1 …   what is worked out from them, each thing once
    placed     the number of the rule that takes the lead (by `plain` or by `bits`)
    rules      the name and plan of each

Everything is built as a syntax tree and written by sqlglot: no text of a policy is ever pasted into a query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlglot import exp

from routebook.codegen.index import Plan, plan_index
from routebook.codegen.sql.bits import Bits, Lookup
from routebook.codegen.sql.conditions import Conditions
from routebook.codegen.sql.dialects import Dialect, Sql, dialect_named, text, whole
from routebook.codegen.sql.leads import LeadColumn
from routebook.codegen.sql.plain import place_by_case
from routebook.codegen.sql.refusal import SqlRefused, Unable
from routebook.codegen.sql.steps import Steps, column
from routebook.diagnostics import RoutebookError
from routebook.plan.tree import Tree


class Shape(StrEnum):
    """How rules are tried: in one `CASE`, or by the bits of an index."""

    PLAIN = "plain"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class Query:
    """A query, the table that it reads, and the columns that it needs there: first the one that tells rows apart."""

    text: str
    table: str
    id_column: str
    columns: tuple[LeadColumn, ...]
    dialect: Dialect

    def create_table(self) -> str:
        """The statement that makes an empty table of leads for the query."""
        types = {self.id_column: self.dialect.types.text} | {each.name: each.type for each in self.columns}
        named = exp.Schema(
            this=_table(self.table),
            expressions=[
                exp.ColumnDef(
                    this=exp.to_identifier(name, quoted=True),
                    kind=exp.DataType.build(type_, dialect=self.dialect.name),
                )
                for name, type_ in types.items()
            ],
        )
        return _written(exp.Create(this=named, kind="TABLE"), self.dialect)


def compile_sql(
    tree: Tree,
    dialect: str,
    table: str = "leads",
    id_column: str | None = None,
    now: datetime | None = None,
    shape: Shape | None = None,
) -> Query:
    """The policy as a query: `lead`, `rule`, `plan` (a JSON array of texts) and `policy` for each row of `table`.

    `table` may have a schema before it, after a dot. `id_column` tells rows apart, by default the field `id`. Where
    the policy asks of the present, it is that of the query, or `now`. Raises `SqlRefused` for what the dialect cannot
    keep exactly, and `RoutebookError` where the policy has no `id` and no column is named.
    """
    row = dialect_named(dialect)
    id_column = id_column or tree.schema.id_field
    if id_column is None:
        raise RoutebookError("the policy has no field `id`: say which column tells rows apart")
    _refuse(tree, row, now)
    if shape is None:
        shape = Shape.PLAIN if sum(1 for _ in tree.leaves()) <= row.plain else Shape.BITS
    write = Conditions(tree, row, now)
    try:
        plan = plan_index(tree) if shape is Shape.BITS else None
        # where no rule can hold, there is nothing to index
        placed = _Bits(plan, write) if plan is not None and plan.alternatives else _Plain(tree, write)
        query = _whole(tree, write, table, id_column, placed.parts)
    except Unable as unable:
        raise SqlRefused(row.name, [str(unable)]) from unable
    if write.refused:
        raise SqlRefused(row.name, write.refused)
    columns = tuple(found for found, _ in write.steps.leads.values() if found.name != id_column)
    return Query(_written(query, row, _head(tree, columns)), table, id_column, columns, row)


def _refuse(tree: Tree, dialect: Dialect, now: datetime | None) -> None:
    """Raise `SqlRefused` with everything that cannot be kept, each by the comparison that asks for it."""
    write = Conditions(tree, dialect, now)
    place_by_case(tree, write)
    if write.refused:
        raise SqlRefused(dialect.name, write.refused)


def _head(tree: Tree, columns: Sequence[LeadColumn]) -> list[str]:
    """What is said before the query. Names of fields are words: nothing in them can end a comment."""
    said = [tree.digest, "the rows are valid leads, in columns that hold"]
    return [*said, *(f"  {each.name}: {each.holds}" for each in columns)]


def _written(query: Sql, dialect: Dialect, head: list[str] | None = None) -> str:
    lines = [f"-- {line}" for line in head or []]
    return "\n".join([*lines, query.sql(dialect=dialect.name, pretty=True, copy=False, comments=True)]) + "\n"


# --- Parts of the query ---------------------------------------------------------------------------------------

_Part = tuple[str, Sql, tuple[str, ...]]
"""A subquery by name, with the names of its columns where they are given there."""


def _whole(
    tree: Tree, write: Conditions, table: str, id_column: str, parts: Callable[[str], Iterator[_Part]]
) -> exp.Select:
    steps = write.steps
    made = [*_steps(steps, table, id_column)]
    made += parts(made[-1][0])
    made.append(_rules(tree, write.dialect))
    asked = [
        column_of("placed", "lead").as_("lead"),
        column_of("rules", "rule").as_("rule"),
        exp.Coalesce(this=column_of("rules", "plan"), expressions=[text("[]")]).as_("plan"),
        text(tree.digest).as_("policy"),
    ]
    on = exp.EQ(this=column_of("rules", "place"), expression=column_of("placed", "place"))
    query = exp.select(*asked).from_(_named("placed")).join(_named("rules"), on=on, join_type="left")
    ctes = [_cte(*part) for part in made]
    query.set("with_", exp.With(expressions=ctes))
    return query


def _cte(name: str, query: Sql, columns: tuple[str, ...]) -> exp.CTE:
    alias = exp.TableAlias(this=_quoted(name), columns=[_quoted(each) for each in columns])
    return exp.CTE(this=query, alias=alias)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _named(name: str) -> exp.Table:
    return exp.Table(this=_quoted(name))


def _table(name: str) -> exp.Table:
    *outer, own = name.split(".")
    parts = dict(zip(("db", "catalog"), reversed(outer), strict=False))
    return exp.Table(this=_quoted(own), **{key: _quoted(part) for key, part in parts.items()})


def column_of(table: str, name: str) -> exp.Column:
    """A column of a table, by name."""
    return exp.column(_quoted(name), _quoted(table))


def _steps(steps: Steps, table: str, id_column: str) -> Iterator[_Part]:
    asked: list[Sql] = [column(id_column).as_("lead", quoted=True)]
    for found, name in steps.leads.values():
        value = column(found.name)
        if steps.dialect.collation is not None and found.type == steps.dialect.types.text:
            value = exp.Collate(this=value, expression=_quoted(steps.dialect.collation))
        asked.append(value.as_(name, quoted=True))
    asked += [sql.as_(name, quoted=True) for name, sql in steps.moments.items()]
    yield "leads_read", exp.select(*asked).from_(_table(table)), ()
    before = "leads_read"
    for number, level in enumerate(steps.levels, start=1):
        added = [sql.as_(name, quoted=True) for name, sql in level.items()]
        yield f"step_{number}", steps.dialect.fence(exp.select("*", *added).from_(_named(before))), ()
        before = f"step_{number}"


def _rules(tree: Tree, dialect: Dialect) -> _Part:
    rows = [
        [whole(number), text(leaf.rule), text(json.dumps(leaf.plan.texts, ensure_ascii=False))]
        for number, leaf in enumerate(tree.leaves())
    ]
    # a policy of empty blocks has no rule, but a table of constants needs a row
    rows = rows or [[whole(-1), text(""), text("[]")]]
    return _constants(Lookup("rules", ("place", "rule", "plan"), rows), dialect)


def _constants(table: Lookup, dialect: Dialect) -> _Part:
    rows = [exp.Tuple(expressions=row) for row in table.rows]
    names = [_quoted(name) for name in table.columns] if dialect.named_values else []
    values = exp.Values(expressions=rows, alias=exp.TableAlias(this=_quoted("given"), columns=names))
    return table.name, exp.select("*").from_(values), () if dialect.named_values else table.columns


class _Plain:
    """Rules in one `CASE`."""

    def __init__(self, tree: Tree, write: Conditions) -> None:
        self._place = place_by_case(tree, write)

    def parts(self, before: str) -> Iterator[_Part]:
        place = self._place.as_("place", quoted=True)
        yield "placed", exp.select(column("lead"), place).from_(_named(before)), ()


class _Bits:
    """Rules by the bits of an index."""

    def __init__(self, plan: Plan, write: Conditions) -> None:
        self._dialect = write.dialect
        self._bits = Bits(plan, write)

    def parts(self, before: str) -> Iterator[_Part]:
        bits = self._bits
        for table in bits.tables():
            yield _constants(table, self._dialect)
        yield self._classes(before)
        kept = ["lead", *(axis.name for axis in bits.axes), *bits.answers()]
        before = "classes"
        for block, numbers in enumerate(bits.blocks()):
            last = numbers.stop == bits.words
            carried = [f"{kind}_{n}" for n in range(block) for kind in ("word", "bit")]
            names = [*(kept if not last else ["lead"]), *carried]
            yield self._standing(block, numbers, before, names)
            yield _first(block, numbers, names)
            before = f"first_{block}"
        yield self._alternatives()
        yield _placed(before, len(bits.blocks()))

    def _classes(self, before: str) -> _Part:
        """The class of each lead in each column of the policy."""
        bits = self._bits
        asked: list[Sql] = [column_of(before, "lead")]
        asked += [axis.place.as_(axis.name, quoted=True) for axis in bits.axes]
        asked += [column_of(before, name) for name in bits.answers()]
        query = exp.select(*asked).from_(_named(before))
        for axis in bits.axes:
            if axis.keys is not None:
                on = exp.EQ(this=column_of(axis.keys.name, "key"), expression=axis.value)
                query = query.join(_named(axis.keys.name), on=on, join_type="left", copy=False)
        return "classes", self._dialect.fence(query), ()

    def _standing(self, block: int, numbers: range, before: str, names: list[str]) -> _Part:
        """The words of a block that are left."""
        bits = self._bits
        words = [bits.word(number, block).as_(f"w{number}", quoted=True) for number in numbers]
        query = exp.select(*(column_of(before, name) for name in names), *words).from_(_named(before))
        for axis in bits.axes:
            table = f"{axis.name}_{block}"
            on = exp.EQ(this=column_of(table, "place"), expression=column_of(before, axis.name))
            # every class is there: a left join keeps planners from guessing that few rows will be left
            query = query.join(_named(table), on=on, join_type="left", copy=False)
        return f"standing_{block}", self._dialect.fence(query), ()

    def _alternatives(self) -> _Part:
        rows = [[whole(word), whole(bit), whole(leaf)] for word, bit, leaf in self._bits.alternatives()]
        return _constants(Lookup("alternatives", ("word", "bit", "place"), rows), self._dialect)


def _first(block: int, numbers: range, names: list[str]) -> _Part:
    """The first word that has bits left, and the lowest of them."""
    word, bit = exp.Case(), exp.Case()
    for number in numbers:
        left = column(f"w{number}")
        some = exp.NEQ(this=left, expression=whole(0))
        word = word.when(some, whole(number), copy=False)
        lowest = exp.BitwiseAnd(this=left.copy(), expression=exp.Neg(this=left.copy()))
        bit = bit.when(some.copy(), lowest, copy=False)
    asked = [word.as_(f"word_{block}", quoted=True), bit.as_(f"bit_{block}", quoted=True)]
    return f"first_{block}", exp.select(*map(column, names), *asked).from_(_named(f"standing_{block}")), ()


def _placed(before: str, blocks: int) -> _Part:
    def found(kind: str) -> Sql:
        each = [column_of(before, f"{kind}_{block}") for block in range(blocks)]
        return each[0] if blocks == 1 else exp.Coalesce(this=each[0], expressions=each[1:])

    same = [exp.EQ(this=column_of("alternatives", kind), expression=found(kind)) for kind in ("word", "bit")]
    query = exp.select(column_of(before, "lead"), column_of("alternatives", "place")).from_(_named(before))
    return "placed", query.join(_named("alternatives"), on=exp.and_(*same), join_type="left"), ()
