"""Every word but the reserved ones may be any name anywhere: read off the parse table, and tried."""

from __future__ import annotations

import pytest

from routebook.source import Source
from routebook.syntax import tree as t
from routebook.syntax.format import format_source
from routebook.syntax.grammar import grammar_path, parser
from routebook.syntax.parse import parse
from routebook.syntax.vocabulary import RESERVED
from support.keywords import FREE_KEYWORDS, KEYWORDS, RESERVED_TERMINALS

# Where a name and a word that is not reserved may both stand, and what tells them apart.
EXCEPTIONS = {
    "AS": "the lexer takes it as the clause only before a text; a field is followed by `from`",
    "PER": "after a short `performance` it is the word; a pool called `per` is assigned by name",
}


def shared_states() -> dict[str, int]:
    """The words that are not reserved and share a parser state with a name, with how many states."""
    found: dict[str, int] = {}
    table = parser().parser.parser._parse_table  # type: ignore[attr-defined]
    for actions in table.states.values():
        if "NAME" in actions:
            for terminal in actions:
                if terminal in KEYWORDS and terminal not in RESERVED_TERMINALS:
                    found[terminal] = found.get(terminal, 0) + 1
    return found


def test_no_state_takes_both_a_name_and_a_free_keyword() -> None:
    assert shared_states().keys() == EXCEPTIONS.keys()


def test_the_exception_of_per_is_one_state() -> None:
    assert shared_states()["PER"] == 1


def test_the_words_are_those_of_the_reference() -> None:
    reserved = {word for name in RESERVED_TERMINALS for word in KEYWORDS[name]}
    assert reserved == RESERVED
    # `times` after `reassign 1` may be written `time`, which is also a type
    assert len(FREE_KEYWORDS) == len(set(FREE_KEYWORDS)) + 1
    assert {"per", "test", "pool", "lead", "rule", "times"} <= set(FREE_KEYWORDS)


def test_names_are_kept_from_being_reserved_words_by_the_grammar() -> None:
    text = grammar_path().read_text(encoding="utf-8")
    (name,) = (line for line in text.splitlines() if line.startswith("NAME:"))
    listed = "|".join(sorted(RESERVED))
    assert name.count(listed) == 2


PLACES = {
    "a field": "lead {{ {0}: id  x: text optional }} when {0} == 1 and x is known queue q",
    "a described field": 'lead {{ a: one of ["x"] {0} "d": set of ["x"] {0} "d": integer 1.. {0} "d": id }}',
    "a dotted field": "lead {{ a.{0}: id  {0}.a: id }} when a.{0} == {0}.a queue q",
    "a rep field": "rep {{ {0}: bool  y: rep }} else assign pool p where rep.{0} and {0}",
    "a list": 'list {0} = ["a"] define d = x in {0} - {0} or not {0}',
    "a define": "define {0} = x define y = not {0} and ({0}) or {0}",
    "a derive": "derive {0}: integer {{ when {0} > {0} then 1 when {0} then 2 else 3 }}",
    "points": "points {0} 0..9 {{ add 1 when {0} add 1 per {0} subtract 2 per {0} up to 3 add 1 per {0} }}",
    "a rule": 'rule {0} when x queue q rule r when y {{ rule {0} "d" else queue q }} test "t" {{ expect rule {0} }}',
    "a pool": "else assign pool {0} by load on shift where {0} sticky by {0} for 3d then pool {0} under s",
    "a pool by name alone": "else assign pool {0} then hold pool {0} up to 3d then pool {0} under {0}",
    "a pool in short": "else load {0} on shift where x then priority {0} sticky by {0} under s",
    "a field of a strategy": "else assign pool p by hash of {0} then pool p by performance per {0}, {0} under s",
    "a field of a short strategy": "else hash of {0} p then performance per {0}, {0} p on shift",
    "a rep": 'else assign rep {0} then rep {0} under s test "t" {{ expect rep "{0}" }}',
    "a queue": 'else queue {0} under s test "t" {{ expect queue {0} expect pool {0} }}',
    "nurture": 'else nurture {0} then queue q test "t" {{ expect nurture {0} expect no rule }}',
    "a split": 'else split "s" by {0} {{ 50% pool {0} 50% queue {0} }} then pool {0}',
    "an sla": "sla {0} {{ respond within 2h then pool {0} then queue {0} close within 2h }} else queue q under {0}",
    "an sla's pool": "sla s {{ touches 2 within 2h then assign pool {0} by load then rep {0} close within 2h }}",
    "a source": 'source {0} {{ {0} from "x" default 1 {0} from "y" as "z" {0} from "w" missing ["a"] x from "y" }}',
    "a source's field": 'source s {{ {0} from "x" {0} from "x" map {{ "a" to 1 }} {0} from "x" split by ";" }}',
    "a test's field": 'test "t" {{ lead {{ {0}: 1 {0}: true, {0}: missing {0}: ["a"] }} expect reject }}',
    "an expression": "define d = {0} in {0} and {0} has any {0} or {0} has {0} and {0} contains {0}",
    "a comparison": "define d = {0} between {0} and {0} and {0} starts with {0} or {0} not in {0} and {0} is known",
    "arithmetic": "define d = {0} * {0} + -{0} / {0} - {0} > ({0})",
}  # fmt: skip


def names_in(value: object) -> list[str]:
    """The texts of all names in a tree."""
    match value:
        case t.Name(text=text):
            return [text]
        case tuple():
            return [name for part in value for name in names_in(part)]
        case t.Node():
            slots = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
            return [name for slot in slots if slot != "span" for name in names_in(getattr(value, slot))]
    return []


@pytest.mark.parametrize("word", [*dict.fromkeys(FREE_KEYWORDS), "now_", "nothing", "allocated", "_"])
def test_a_word_may_be_any_name(word: str) -> None:
    for place, pattern in PLACES.items():
        parsed = parse(Source("p.route", pattern.format(word)))
        assert [finding.message for finding in parsed.findings] == [], place
        plain = parse(Source("p.route", pattern.format("nameless")))
        expected = [name.replace("nameless", word) for item in plain.file.items for name in names_in(item)]
        assert [name for item in parsed.file.items for name in names_in(item)] == expected, place
        again = parse(Source("p.route", format_source(parsed.source)))
        assert again.file == parsed.file, place


@pytest.mark.parametrize("word", sorted(RESERVED - {"now"}))
def test_a_reserved_word_is_no_name(word: str) -> None:
    parsed = parse(Source("p.route", f'list {word} = ["a"]\n\ndefine fine = x\n'))
    assert [finding.message for finding in parsed.findings] == [
        f"`{word}` is a reserved word and cannot be a name"
    ]
    assert any(isinstance(item, t.DefineItem) for item in parsed.file.items)


def test_a_pool_called_per_is_assigned_by_name() -> None:
    parsed = parse(Source("p.route", "else assign pool per by performance\n"))
    assert not parsed.findings


def test_a_field_called_as_is_told_from_the_clause() -> None:
    text = 'source s {\n  a  from "x" as "%d/%m/%Y"\n  as from "y" as # the format\n "%Y"\n}\n'
    (item,) = parse(Source("p.route", text)).file.items
    assert isinstance(item, t.SourceItem)
    assert [field.name.text for field in item.fields] == ["a", "as"]
    assert [field.as_.value if field.as_ else None for field in item.fields] == ["%d/%m/%Y", "%Y"]
