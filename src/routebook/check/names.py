"""What a policy's names stand for: declarations by name, duplicates, circles, and the order to read them in."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from routebook.check import kinds
from routebook.check.report import Report
from routebook.diagnostics import Label
from routebook.syntax import kinds as syntax_kinds
from routebook.syntax import tree as t
from routebook.types import DateTimeType, Schema, Type, parts_of

Definition: TypeAlias = t.ListItem | t.DefineItem | t.DeriveItem | t.PointsItem

NOW: Final = DateTimeType()

_NOUNS: Final[dict[type, str]] = {
    t.ListItem: "list",
    t.DefineItem: "define",
    t.DeriveItem: "derive",
    t.PointsItem: "points",
}


def noun(item: Definition) -> str:
    """The keyword by which a definition is called."""
    return _NOUNS[type(item)]


@dataclass(frozen=True)
class Names:
    """The names that conditions may use.

    `broken` holds every word of text that could not be read: such a name is taken as declared, so that one
    mistake is one finding. `unsure` are those that are declared badly or twice: what they stand for is not
    judged. Where `anything` is set (a broken `lead` or import, or a library, whose fields are its importer's),
    no unknown name is reported.
    """

    schema: Schema
    rep_schema: Schema
    definitions: Mapping[str, Definition]
    broken: frozenset[str] = frozenset()
    anything: bool = False
    unsure: set[str] = field(default_factory=set)

    def field_type(self, name: str, schema: Schema) -> tuple[str, str | None, Type, bool] | None:
        """A field or a part of one: its base, the part, the type and whether it can be missing."""
        if name in schema:
            declared = schema[name]
            return name, None, declared.type, declared.optional
        base, dot, part = name.rpartition(".")
        if dot and base in schema and part in parts_of(schema[base].type):
            return base, part, parts_of(schema[base].type)[part], schema[base].optional
        return None

    def tolerates(self, name: str) -> bool:
        """Whether an unknown name is the consequence of a mistake that is reported already."""
        return self.anything or name in self.broken or name in self.unsure

    def visible(self, with_rep: bool) -> Iterator[str]:
        """Every name that a condition could have meant."""
        yield from self.definitions
        yield from _field_names(self.schema, "")
        yield "now"
        yield from (f"now.{part}" for part in parts_of(NOW))
        if with_rep:
            yield from _field_names(self.rep_schema, "rep.")


def _field_names(schema: Schema, prefix: str) -> Iterator[str]:
    for declared in schema:
        yield prefix + declared.name
        yield from (f"{prefix}{declared.name}.{part}" for part in parts_of(declared.type))


def collect_definitions(
    items: Iterable[t.Item], schema: Schema, report: Report, unsure: set[str]
) -> dict[str, Definition]:
    """Lists, defines, derives and points by name; they share one space of names with the lead's fields.

    Names that stand for two things are put in `unsure`: what is said with them cannot be judged.
    """
    found: dict[str, Definition] = {}
    for item in items:
        if not isinstance(item, t.ListItem | t.DefineItem | t.DeriveItem | t.PointsItem):
            continue
        name = item.name.text
        if "." in name:
            dotted(item.name, f"the name of a {noun(item)}", report)
            unsure.add(name)
        elif name in found:
            first = Label(found[name].name.span, f"the {noun(found[name])} is declared here")
            report.add(
                kinds.DUPLICATE_NAME,
                item.name.span,
                f"`{name}` is declared twice",
                "declared again",
                related=(first,),
            )
            unsure.add(name)
        elif name in schema:
            span = schema[name].span
            related = (Label(span, "the field is declared here"),) if span else ()
            report.add(
                kinds.DUPLICATE_NAME,
                item.name.span,
                f"`{name}` is a field of the lead already",
                "declared again",
                related=related,
            )
            unsure.add(name)
        else:
            found[name] = item
    return found


def dotted(name: t.Name, what: str, report: Report) -> None:
    """Report a name with a dot in it where only a plain one can stand."""
    report.add(
        syntax_kinds.SYNTAX_ERROR,
        name.span,
        f"{what} cannot have a dot in it",
        "dots are for fields",
        help=f"write `{name.text.replace('.', '_')}`",
    )


def unique(named: Iterable[tuple[str, t.Node]], what: str, report: Report) -> None:
    """Report every name that stands twice among slas, sources, rules or tests."""
    first: dict[str, t.Node] = {}
    for name, node in named:
        if name in first:
            label = Label(first[name].span, "first here")
            message = f"there are two {what} called `{name}`"
            report.add(kinds.DUPLICATE_NAME, node.span, message, "the same name again", related=(label,))
        else:
            first[name] = node


def names_in(node: t.Expr | None) -> Iterator[t.Name]:
    """Every name that an expression uses, without recursion."""
    stack: list[t.Expr] = [] if node is None else [node]
    while stack:
        here = stack.pop()
        match here:
            case t.Name():
                yield here
            case t.Or(parts=parts) | t.And(parts=parts):
                stack.extend(reversed(parts))
            case t.ListLiteral(items=items):
                stack.extend(reversed(items))
            case t.Not(part=part) | t.Negative(part=part):
                stack.append(part)
            case t.Compare(left=left, right=right):
                stack.extend([*reversed(right), left])
            case t.Sum(first=first, rest=rest) | t.Product(first=first, rest=rest):
                stack.extend([*(part for _, part in reversed(rest)), first])


def uses(item: Definition) -> Iterator[t.Name]:
    """Every name that a definition uses."""
    match item:
        case t.ListItem(value=value):
            yield from names_in(value)
        case t.DefineItem(condition=condition):
            yield from names_in(condition)
        case t.DeriveItem(cases=cases):
            for case in cases:
                yield from names_in(case.condition)
        case t.PointsItem(entries=entries):
            for entry in entries:
                yield from names_in(entry.condition)
                if entry.per is not None:
                    yield entry.per


def whole(name: str, definitions: Container[str]) -> str | None:
    """The definition that a name, or the field of which it is a part, stands for; None where there is none."""
    base = name.rpartition(".")[0]
    return name if name in definitions else base if base in definitions else None


def in_order(definitions: Mapping[str, Definition], report: Report) -> tuple[list[str], set[str]]:
    """The definitions in an order in which each uses only earlier ones, and those on a circle, reported.

    Tarjan's strongly connected components (1972), with an explicit stack: a component is complete only after
    all that it uses, and one of several members, or one that uses itself, is a circle.
    """
    edges = {
        name: [(used, use) for use in uses(item) if (used := whole(use.text, definitions)) is not None]
        for name, item in definitions.items()
    }
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    order: list[str] = []
    circular: set[str] = set()
    for root in definitions:
        if root in index:
            continue
        work: list[tuple[str, Iterator[tuple[str, t.Name]]]] = []
        _enter(root, index, low, open_, is_open, work, edges)
        while work:
            name, further = work[-1]
            step = next(further, None)
            if step is not None:
                other = step[0]
                if other not in index:
                    _enter(other, index, low, open_, is_open, work, edges)
                elif other in is_open:
                    low[name] = min(low[name], index[other])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == index[name]:
                members = _close(name, open_, is_open)
                order.extend(members)
                if len(members) > 1 or any(other == name for other, _ in edges[name]):
                    circular.update(members)
                    _report_circle(members, edges, definitions, report)
    return [name for name in order if name not in circular], circular


def _enter(
    name: str,
    index: dict[str, int],
    low: dict[str, int],
    open_: list[str],
    is_open: set[str],
    work: list[tuple[str, Iterator[tuple[str, t.Name]]]],
    edges: Mapping[str, list[tuple[str, t.Name]]],
) -> None:
    index[name] = low[name] = len(index)
    open_.append(name)
    is_open.add(name)
    work.append((name, iter(edges[name])))


def _close(name: str, open_: list[str], is_open: set[str]) -> list[str]:
    members: list[str] = []
    while True:
        member = open_.pop()
        is_open.discard(member)
        members.append(member)
        if member == name:
            return members


def _report_circle(
    members: list[str],
    edges: Mapping[str, list[tuple[str, t.Name]]],
    definitions: Mapping[str, Definition],
    report: Report,
) -> None:
    """One finding a circle: walk it from its first member in the file until a name comes again."""
    inside = set(members)
    start = min(members, key=lambda name: (definitions[name].span.file, definitions[name].span.start))
    path: list[tuple[str, t.Name]] = []
    seen: set[str] = set()
    name = start
    while name not in seen:
        seen.add(name)
        name, use = next((other, use) for other, use in edges[name] if other in inside)
        path.append((name, use))
    told = [start, *(other for other, _ in path)]
    related = tuple(Label(use.span, f"uses `{other}`") for other, use in path)
    report.add(
        kinds.CIRCULAR_DEFINITION,
        definitions[start].name.span,
        f"`{start}` is defined by itself: {' → '.join(told)}",
        "the circle begins here",
        related=related,
        help="take one of these uses out",
    )
