"""Tests: their leads read by the schema, their expectations by what the policy has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from routebook.check import kinds
from routebook.check.report import Report
from routebook.check.values import Values
from routebook.source import Span
from routebook.syntax import kinds as syntax_kinds
from routebook.syntax import tree as t
from routebook.text import nearest
from routebook.types import DateTimeType, Schema, Value


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of a test's lead. `what` is the name or id, None for `reject` and `no rule`."""

    kind: t.ExpectKind
    what: str | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TestCase:
    """A checked test. `given` maps each field that it names to its value, None where it says `missing`."""

    name: str
    given: Mapping[str, Value | None]
    now: datetime | None
    expectations: tuple[Expectation, ...]
    span: Span = field(compare=False, repr=False)


_ABSENT: Final = {
    t.ExpectKind.RULE: "the policy has no rule {}",
    t.ExpectKind.POOL: "no rule draws from a pool {}",
    t.ExpectKind.QUEUE: "no rule has a queue {}",
    t.ExpectKind.NURTURE: "no rule nurtures {}",
}


@dataclass(frozen=True)
class Cases:
    """Lowers tests. `rules` are the policy's rule ids, `pools` and the like the names that its targets use."""

    schema: Schema
    values: Values
    report: Report
    rules: Collection[str]
    named: Mapping[t.ExpectKind, Collection[str]]
    tolerant: bool

    def lower(self, node: t.TestItem) -> TestCase:
        """A test with the fields and expectations that are sound."""
        given: dict[str, Value | None] = {}
        for item in node.fields:
            self._field(item, given)
        now = self._now(node.now)
        if not node.expects:
            self.report.add(
                syntax_kinds.SYNTAX_ERROR,
                node.name.span,
                "this test expects nothing",
                "it cannot fail",
                help="add for example `expect rule …` or `expect pool …`",
            )
        expectations = tuple(self._expectation(expect) for expect in node.expects)
        return TestCase(str(node.name.value), MappingProxyType(given), now, expectations, node.span)

    def _field(self, item: t.TestField, given: dict[str, Value | None]) -> None:
        name = item.name.text
        if name not in self.schema:
            if not self.tolerant:
                meant = nearest(name, self.schema.fields)
                help = f"did you mean `{meant}`?" if meant else "declare it in `lead { … }`"
                key = None if meant else ("tests", name)
                message = f"`{name}` is no field of the lead"
                self.report.add_once(key, kinds.UNKNOWN_NAME, item.name.span, message, "not declared", help)
            return
        if name in given:
            self.report.add(kinds.DUPLICATE_NAME, item.name.span, f"`{name}` is given twice", "again")
        declared = self.schema[name]
        if isinstance(item.value, t.MissingValue) and not declared.optional:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE,
                item.value.span,
                f"`{name}` can never be missing",
                "the field is not `optional`",
            )
            return
        given[name] = self.values.read(declared.type, item.value)

    def _now(self, node: t.Literal | None) -> datetime | None:
        if node is None:
            return None
        if isinstance(node.value, date) and not isinstance(node.value, datetime):
            # a day alone is its midnight in the policy's timezone
            node = t.Literal(node.span, t.Moment(datetime.combine(node.value, time())))
        value = self.values.read(DateTimeType(), node)
        return value if isinstance(value, datetime) else None

    def _expectation(self, node: t.Expect) -> Expectation:
        what = None
        if node.what is not None:
            what = node.what.text if isinstance(node.what, t.Name) else str(node.what.value)
            self._known(node, what)
        return Expectation(node.kind, what, node.span)

    def _known(self, node: t.Expect, what: str) -> None:
        known = self.rules if node.kind is t.ExpectKind.RULE else self.named.get(node.kind)
        if known is None or what in known or self.tolerant:
            return
        assert node.what is not None
        # one place is as near to another as any
        meant = nearest(what, known) if not what.startswith("#") else None
        help = f"did you mean `{meant}`?" if meant else None
        if help is None and node.kind is t.ExpectKind.RULE:
            help = 'an unnamed rule goes by its place, in quotes: `"#3"`, `"#3.1"`, `"else"`'
        self.report.add(
            kinds.UNKNOWN_NAME,
            node.what.span,
            _ABSENT[node.kind].format(f"`{what}`"),
            "never expected",
            help=help,
        )
