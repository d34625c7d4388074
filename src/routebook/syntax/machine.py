"""The parser as a machine that can be stopped, mended and set going again: all that knows its insides."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from routebook.syntax import tree as t

CLOSERS: Final = {"LBRACE": ("RBRACE", "}"), "LSQB": ("RSQB", "]"), "LPAR": ("RPAR", ")")}
_CLOSING: Final = frozenset(terminal for terminal, _ in CLOSERS.values())
_EXACT: Final = 50_000
_Interactive: TypeAlias = Any  # lark's InteractiveParser, most of whose methods are untyped


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket that is open: how many parsed things stand before it, its terminal and its offset."""

    depth: int
    terminal: str
    offset: int

    @property
    def closer(self) -> tuple[str, str]:
        """The terminal and the character that close it."""
        return CLOSERS[self.terminal]


class Machine:
    """A parse of one text that goes on after mistakes.

    What has been read of what is not whole yet lies on a stack. The mender may drop the upper part of it
    (`cut`), put in what is missing (`insert`) and say where to go on (`skip_to`).
    """

    def __init__(self, lark: Lark, text: str) -> None:
        self._lark = lark
        self._text = text
        self._parser: _Interactive = lark.parse_interactive(text)

    def run(self) -> int | None:
        """Read on to the end, or to the first token that cannot stand where it stands: its offset."""
        try:
            self._parser.resume_parse()
        except UnexpectedToken as error:
            return len(self._text) if error.token.type == "$END" else int(error.token.start_pos or 0)
        except UnexpectedCharacters as error:
            return int(error.pos_in_stream or 0)
        return None

    @property
    def _values(self) -> list[Any]:
        values: list[Any] = self._parser.parser_state.value_stack
        return values

    @property
    def depth(self) -> int:
        """How many parsed things are on the stack."""
        return len(self._values)

    def starts(self, depth: int) -> int | None:
        """The offset at which what lies above `depth` on the stack begins, if anything does."""
        starts = (_start(value) for value in self._values[depth:])
        return next((start for start in starts if start is not None), None)

    def last_tokens(self, count: int) -> list[Token]:
        """The uppermost things on the stack that are still tokens, at most `count`, in their order."""
        tokens: list[Token] = []
        for value in reversed(self._values[-count:]):
            if not isinstance(value, Token):
                break
            tokens.insert(0, value)
        return tokens

    def brackets(self) -> list[Bracket]:
        """The brackets that are open, the outermost first."""
        found: list[Bracket] = []
        for depth, value in enumerate(self._values):
            if isinstance(value, Token) and value.type in CLOSERS:
                found.append(Bracket(depth, value.type, int(value.start_pos or 0)))
            elif isinstance(value, Token) and value.type in _CLOSING:
                found.pop()
        return found

    def bottom(self) -> int:
        """The depth of the stack between two items of the file."""
        return self._after_repeats(0)

    def inside(self, bracket: Bracket) -> int:
        """The depth of the stack after the entries that are whole in the block of an open brace."""
        return self._after_repeats(bracket.depth + 1)

    def _after_repeats(self, depth: int) -> int:
        """The parser gathers what is repeated in trees of its own, whose names begin with two underscores."""
        while depth < len(self._values) and _is_repeat(self._values[depth]):
            depth += 1
        return depth

    def takes(self, terminal: str, depth: int) -> bool:
        """Whether the terminal could follow what lies below `depth`."""
        cursor = self._copy()
        _cut(cursor, depth)
        return terminal in cursor.choices() and _accepts(cursor, terminal)

    def cut(self, depth: int) -> None:
        """Drop what lies above `depth`."""
        _cut(self._parser, depth)

    def insert(self, terminal: str, text: str, offset: int) -> None:
        """Read a token that does not stand in the text, but is taken for written at the offset."""
        self._parser.feed_token(Token(terminal, text, offset, end_pos=offset))

    def skip_to(self, offset: int) -> None:
        """Let the next run begin at the offset."""
        self._parser.lexer_thread.state.line_ctr.char_pos = offset

    def expected(self, offset: int, item_start: int) -> frozenset[str]:
        """The terminals that could stand at the offset, in the item that begins at `item_start`.

        The parser itself forgets some of them: it may tidy up before it sees that a token does not fit.
        """
        cursor = self._copy()
        if offset - item_start <= _EXACT:
            fresh = _without_callbacks(self._lark.parse_interactive(self._text[item_start:offset]))
            try:
                for _ in fresh.iter_parse():
                    pass
                cursor = fresh
            except UnexpectedInput:
                pass
        return frozenset(name for name in cursor.choices() if name.isupper() and _accepts(cursor, name))

    def _copy(self) -> _Interactive:
        return _without_callbacks(self._parser.copy(deepcopy_values=False))


def _without_callbacks(parser: _Interactive) -> _Interactive:
    """Trying things out must build no nodes."""
    parser.parser_state.parse_conf = copy(parser.parser_state.parse_conf)
    parser.parser_state.parse_conf.callbacks = {}
    return parser


def _cut(parser: _Interactive, depth: int) -> None:
    del parser.parser_state.value_stack[depth:]
    del parser.parser_state.state_stack[depth + 1 :]


def _accepts(parser: _Interactive, terminal: str) -> bool:
    cursor = parser.copy(deepcopy_values=False)
    try:
        cursor.feed_token(Token(terminal, ""))
    except UnexpectedToken:
        return False
    return True


def _is_repeat(value: Any) -> bool:
    return isinstance(value, Tree) and str(value.data).startswith("__")


def _start(value: Any) -> int | None:
    match value:
        case Token():
            return value.start_pos
        case t.Node():
            return value.span.start
        case Tree():
            return next((start for start in _starts(value) if start is not None), None)
    return None


def _starts(value: Tree[Any]) -> Iterator[int | None]:
    return (_start(child) for child in value.children)
