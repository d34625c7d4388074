"""From parsed files to a checked policy: the one thing that later rooms may trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from routebook.check import kinds
from routebook.check import targets as c
from routebook.check.actions import Actions
from routebook.check.cases import Cases, TestCase
from routebook.check.conditions import Computed
from routebook.check.definitions import Definitions
from routebook.check.imports import Program
from routebook.check.infer import infer_fields, lead_block
from routebook.check.names import Names, collect_definitions, dotted, unique
from routebook.check.report import Report
from routebook.check.rules import CheckedAction, CheckedRule, Rules, all_rules, ids, rule_items
from routebook.check.schema import REP_FIELDS, read_schema
from routebook.check.sources import Sources
from routebook.check.values import Values
from routebook.check.zones import UTC, read_zone
from routebook.diagnostics import Diagnostic, Label, in_order
from routebook.source import Source, Span
from routebook.syntax import kinds as syntax_kinds
from routebook.syntax import tree as t
from routebook.syntax.parse import Parsed
from routebook.text import listed
from routebook.types import Schema


@dataclass(frozen=True)
class CheckedPolicy:
    """A policy whose every name is resolved and whose every comparison is typed.

    `computed` stands in an order in which each needs only earlier ones; `rules` in the order in which they
    are tried. `program` holds the trees and texts that it was read from.
    """

    name: str | None
    timezone: ZoneInfo
    schema: Schema
    rep_schema: Schema
    computed: Mapping[str, Computed]
    rules: tuple[CheckedRule, ...]
    slas: Mapping[str, c.Sla]
    sources: Mapping[str, c.SourceMap]
    tests: tuple[TestCase, ...]
    program: Program = field(compare=False, repr=False)

    @property
    def files(self) -> tuple[Source, ...]:
        """The texts that it was read from, the main file first."""
        return self.program.files


@dataclass(frozen=True)
class Checked:
    """What a check came to: the policy, None where there are errors or no rules, and every finding."""

    policy: CheckedPolicy | None
    findings: tuple[Diagnostic, ...]
    is_library: bool = False


_SHARED = (t.ListItem, t.DefineItem, t.DeriveItem, t.PointsItem, t.SlaItem, t.SourceItem)


def check(program: Program, tests: Sequence[Parsed] = ()) -> Checked:
    """Resolve and type a policy with all that it imports; `tests` are files of tests beside it."""
    return _Check(program, tests).run()


class _Check:
    """One check, stage by stage; each stage reads what those before it have settled."""

    def __init__(self, program: Program, tests: Sequence[Parsed]) -> None:
        self.program = program
        self.report = Report()
        self.report.findings.extend(program.findings)
        for parsed in tests:
            self.report.findings.extend(parsed.findings)
            self._only_tests(parsed)
        own = program.main.file.items
        shared = [i for parsed in program.imported for i in parsed.file.items if isinstance(i, _SHARED)]
        self.items: list[t.Item] = [*shared, *own]
        self.test_items = [
            item
            for items in (own, *(parsed.file.items for parsed in tests))
            for item in items
            if isinstance(item, t.TestItem)
        ]
        self.broken = [
            item
            for parsed in (program.main, *program.imported)
            for item in parsed.file.items
            if isinstance(item, t.BrokenItem)
        ]
        self.rule_items = rule_items(own)
        self.leads = [item for item in own if isinstance(item, t.LeadItem)]

    def run(self) -> Checked:
        is_library = self._is_library()
        header = self._header()
        timezone = read_zone(header.timezone, self.report) if header and header.timezone else UTC
        names = self._names(is_library)
        values = Values(self.report, timezone)
        definitions = Definitions(names, values, self.report)
        lowering = definitions.read()
        sla_items = [item for item in self.items if isinstance(item, t.SlaItem)]
        actions = Actions(lowering, {item.name.text for item in sla_items}, self.report)
        slas = {item.name.text: actions.sla(item) for item in sla_items}
        rules = Rules(lowering, actions, self.report).lower(self.rule_items)
        self._unique_names(sla_items)
        sources = Sources(names.schema, values, self.report, names.anything)
        source_maps = {i.name.text: sources.lower(i) for i in self.items if isinstance(i, t.SourceItem)}
        tests = self._tests(names, values, rules)
        if is_library or self.report.has_errors:
            return Checked(None, in_order(self.report.findings), is_library)
        policy = CheckedPolicy(
            str(header.name.value) if header else None,
            timezone,
            names.schema,
            names.rep_schema,
            MappingProxyType(definitions.computed),
            rules,
            MappingProxyType(slas),
            MappingProxyType(source_maps),
            tests,
            self.program,
        )
        return Checked(policy, in_order(self.report.findings))

    # --- The head of the file -----------------------------------------------------------------------------

    def _is_library(self) -> bool:
        """A file with neither lead nor rules is there to import; one with nothing at all is a mistake."""
        main = self.program.main
        if self.leads or self.rule_items or any(i.span.source is main.source for i in self.broken):
            if not self.rule_items and not self.broken:
                self._no_rules(
                    _first_word(self.leads[0], "lead"),
                    "every lead would stay unassigned: the policy has no rules",
                )
            return False
        if not main.file.items:
            self._no_rules(Span(main.source, 0, 0), "there is nothing in this file")
        elif self.test_items:
            self.report.add(
                kinds.NO_RULES,
                _first_word(self.test_items[0], "test"),
                "these tests have no policy",
                "nothing here takes a lead",
                help="tests stand in the policy's own file, or in `NAME_test.route` beside `NAME.route`",
            )
        return True

    def _only_tests(self, parsed: Parsed) -> None:
        """Anything but tests in a file of tests would be passed over without a word."""
        for item in parsed.file.items:
            if not isinstance(item, t.TestItem | t.BrokenItem):
                word = item.span.text.split(maxsplit=1)[0]
                self.report.add(
                    syntax_kinds.SYNTAX_ERROR,
                    _first_word(item, word),
                    "a file of tests holds tests only",
                    "not a test",
                    help="move this into the policy's own file",
                )

    def _no_rules(self, span: Span, message: str) -> None:
        source = self.program.main.source
        text = source.text.rstrip()
        self.report.add(
            kinds.NO_RULES,
            span,
            message,
            help="begin with a rule that takes every lead",
            fix="\n\nelse round_robin all\n" if text else "else round_robin all\n",
            fix_at=Span(source, len(text), len(source.text)),
        )

    def _header(self) -> t.PolicyItem | None:
        headers = [item for item in self.items if isinstance(item, t.PolicyItem)]
        self._only_one(headers, "policy")
        return headers[0] if headers else None

    def _only_one(self, items: Sequence[t.Node], word: str) -> None:
        for again in items[1:]:
            span = _first_word(again, word)
            label = Label(_first_word(items[0], word), "first here")
            self.report.add(
                kinds.DUPLICATE_NAME,
                span,
                f"a policy has one `{word}`, and this is another",
                "again",
                related=(label,),
            )

    # --- Names ----------------------------------------------------------------------------------------

    def _names(self, is_library: bool) -> Names:
        reps = [item for item in self.items if isinstance(item, t.RepItem)]
        self._only_one(self.leads, "lead")
        self._only_one(reps, "rep")
        unsure: set[str] = set()
        fields = (field for item in self.leads[:1] for field in item.fields)
        schema = read_schema(fields, (), "", self.report, unsure)
        rep_fields = (field for item in reps[:1] for field in item.fields)
        rep_schema = read_schema(rep_fields, REP_FIELDS, "rep.", self.report, unsure)
        definitions = collect_definitions(self.items, schema, self.report, unsure)
        broken = frozenset(word for item in self.broken for word in item.words)
        without_lead = not self.leads and bool(self.rule_items) and "lead" not in broken
        if without_lead:
            self._missing_schema(set(definitions))
        anything = is_library or without_lead or bool(broken & {"lead", "import"}) or self._imports_failed()
        return Names(schema, rep_schema, definitions, broken, anything, unsure)

    def _imports_failed(self) -> bool:
        imports = {
            id(item.path.span)
            for parsed in (self.program.main, *self.program.imported)
            for item in parsed.file.items
            if isinstance(item, t.ImportItem)
        }
        return any(id(finding.span) in imports for finding in self.program.findings)

    def _missing_schema(self, known: set[str]) -> None:
        fields = infer_fields(self.items, known)
        first = self.rule_items[0]
        span, before = _first_word(first, "when"), Span(first.span.source, first.span.start, first.span.start)
        if not fields:
            message = "the policy does not say what a lead is"
            self.report.add(
                kinds.MISSING_SCHEMA,
                span,
                message,
                "no `lead` before the rules",
                fix="lead {\n  id: id\n}\n\n",
                fix_at=before,
            )
            return
        self.report.add(
            kinds.MISSING_SCHEMA,
            span,
            f"the policy does not say what a lead is: its rules ask for {_some(list(fields))}",
            "no `lead` block",
            help="paste this above the rules and set the types right",
            fix=f"{lead_block(fields)}\n\n",
            fix_at=before,
        )

    def _unique_names(self, sla_items: Sequence[t.SlaItem]) -> None:
        sources = [item for item in self.items if isinstance(item, t.SourceItem)]
        unique(((item.name.text, item.name) for item in sla_items), "slas", self.report)
        unique(((item.name.text, item.name) for item in sources), "sources", self.report)
        unique(((str(item.name.value), item.name) for item in self.test_items), "tests", self.report)
        named = [item.name for item in all_rules(self.rule_items) if item.name is not None]
        unique(((name.text, name) for name in named), "rules", self.report)
        kinds_of_names: tuple[tuple[str, list[t.Name]], ...] = (
            (" rule", named),
            ("n sla", [item.name for item in sla_items]),
            (" source", [item.name for item in sources]),
        )
        for what, names in kinds_of_names:
            for name in names:
                if "." in name.text:
                    dotted(name, f"the name of a{what}", self.report)

    # --- Tests ----------------------------------------------------------------------------------------

    def _tests(self, names: Names, values: Values, rules: tuple[CheckedRule, ...]) -> tuple[TestCase, ...]:
        named = {
            kind: set(_target_names(rules, type_))
            for kind, type_ in (
                (t.ExpectKind.POOL, c.PoolTarget),
                (t.ExpectKind.QUEUE, c.QueueTarget),
                (t.ExpectKind.NURTURE, c.NurtureTarget),
            )
        }
        named[t.ExpectKind.POOL] |= set(_target_names(rules, c.HoldTarget))
        tolerant = names.anything or self.report.has_errors
        cases = Cases(names.schema, values, self.report, set(ids(rules)), named, tolerant)
        return tuple(cases.lower(item) for item in self.test_items)


def _some(names: Sequence[str], most: int = 8) -> str:
    shown = [f"`{name}`" for name in names[:most]]
    return listed(shown) if len(names) <= most else f"{', '.join(shown)} and {len(names) - most} more"


def _first_word(item: t.Node, word: str) -> Span:
    """The word by which an item begins."""
    return Span(item.span.source, item.span.start, item.span.start + len(word))


def _target_names(rules: Sequence[CheckedRule], kind: type[c.Target]) -> list[str]:
    found: list[str] = []
    stack: list[c.Target] = [target for rule in rules for target in _targets(rule)]
    while stack:
        target = stack.pop()
        if isinstance(target, c.SplitTarget):
            stack.extend(arm.target for arm in target.arms)
        elif isinstance(target, kind):
            match target:
                case c.PoolTarget(pool=name) | c.HoldTarget(pool=name):
                    found.append(name)
                case c.QueueTarget(name=name) | c.NurtureTarget(name=name):
                    found.append(name)
                case _:
                    pass
    return found


def _targets(rule: CheckedRule) -> list[c.Target]:
    if isinstance(rule.body, CheckedAction):
        return list(rule.body.targets)
    return [target for inner in rule.body for target in _targets(inner)]
