"""Slips in actions: targets, strategies and the order of clauses."""

from __future__ import annotations

import re
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip
from routebook.text import nearest

_TARGET = ("QUEUE",)
_FIRST = ("ASSIGN",)
_NEXT = ("THEN",)
_STRATEGIES: Final = ("round_robin", "availability", "load", "priority", "performance", "hash")
_LIKE: Final = {
    "random": "round_robin", "rotate": "round_robin", "rotation": "round_robin", "roundrobin": "round_robin",
    "turn": "round_robin", "turns": "round_robin", "rr": "round_robin", "cycle": "round_robin",
    "capacity": "load", "workload": "load", "least_loaded": "load", "balance": "load", "fewest": "load",
    "available": "availability", "availabilities": "availability", "online": "availability", "shift": "availability",
    "order": "priority", "first": "priority", "rank": "priority", "ranking": "priority", "weight": "round_robin",
    "conversion": "performance", "best": "performance", "score": "performance", "sticky": "hash",
}  # fmt: skip
_WORDS: Final = (
    "assign|pool|rep|queue|nurture|reject|hold|split|round_robin|availability|load|priority|performance|hash"
)


def _strategy(context: Context) -> Diagnostic | None:
    token = context.token
    if not context.could_be("HASH") or context.could_be("QUEUE") or not re.fullmatch(r"[\w-]+", token):
        return None
    following = context.following[0].text if context.following else ""
    if token.lower() == "round" and following in ("robin", "-"):
        return _two_words(context)
    meant = _LIKE.get(token.lower()) or nearest(token, _STRATEGIES)
    if meant is None:
        return context.say(
            f"there is no strategy `{token}`",
            f"strategies are {', '.join(f'`{name}`' for name in _STRATEGIES[:-1])} and `hash of FIELD`",
            label="expected a strategy",
        )
    written = "hash of FIELD" if meant == "hash" else meant
    return context.say(
        f"there is no strategy `{token}`",
        f"did you mean `{written}`?",
        label="expected a strategy",
        fix=None if meant == "hash" else meant,
    )


def _two_words(context: Context) -> Diagnostic | None:
    """`round robin` and `round-robin`."""
    if context.token.lower() != "round" or not context.could_be("ROUND_ROBIN"):
        return None
    found = re.match(r"round[\s-]+robin", context.source.text[context.offset :], re.IGNORECASE)
    if found is None:
        return None
    end = context.offset + found.end()
    return context.say(
        f"`{found[0]}` is written `round_robin`",
        fix="round_robin",
        at=Lexeme(found[0], context.offset, end),
    )


def _no_action(context: Context) -> Diagnostic | None:
    """A rule that ends before it says what happens."""
    if not context.could_be("ASSIGN") or context.previous is None or context.before.endswith("assign"):
        return None
    ends = context.token in ("", "}") or (context.begins_line and context.token in _ITEM_STARTS)
    if not ends:
        return None
    if context.token in ("when", "else", "rule") and context.indent(context.lexeme) > context.indent(
        context.previous
    ):
        return context.say(
            "this rule does not say what happens to its leads",
            "where the rules below are its block, write `{` after its condition and `}` at their end",
            label="an action or a `{` is missing after this",
            at=context.previous,
        )
    if context.previous.text == "then":
        return context.say(
            "`then` is not followed by a target",
            "add one, such as `queue …`, or take `then` out",
            label="a target is missing after this",
            at=context.previous,
        )
    what = "this `else`" if context.previous.text == "else" else "this rule"
    return context.say(
        f"{what} does not say what happens to its leads",
        "add a target, such as `assign pool …` or `queue …`, or a block of rules in `{ }`",
        label="the action is missing after this",
        at=context.previous,
    )


_ITEM_STARTS: Final = (
    "when",
    "else",
    "rule",
    "policy",
    "import",
    "lead",
    "rep",
    "list",
    "define",
    "derive",
    "points",
    "sla",
    "source",
    "test",
)


def _late(context: Context) -> Diagnostic | None:
    """A clause after another one that it belongs before."""
    token = context.token
    if token not in ("by", "on", "where", "sticky", "then") or not context.could_be(
        "THEN", "UNDER", "WHEN", "RULE"
    ):
        return None
    text = context.source.text[context.item : context.offset]
    target = re.split(r"\bthen\b", re.sub(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|#[^\n]*', '""', text))[-1]
    order = {"by": ("on", "where", "sticky", "under"), "on": ("where", "sticky", "under"),
             "where": ("sticky", "under"), "sticky": ("under",), "then": ("under",)}  # fmt: skip
    passed = next((word for word in order[token] if re.search(rf"\b{word}\b", target)), None)
    if passed is None:
        return None
    what = "on shift" if token == "on" else token
    return context.say(
        f"`{what}` comes before `{passed}`",
        "the order is `assign pool … by … on shift where … sticky by …`, then `then …`, and `under …` last",
        label=f"too late: `{passed}` stands before it",
    )


_FIRSTS: Final[tuple[Recognise, ...]] = (
    Slip(",|;", "arms are not set apart by `{token}`", "leave it out", wants=("PERCENT",), fix=""),
    Slip(
        ":|to|->|=>|→|=",
        "a target follows its share at once",
        "leave `{token}` out",
        before=r"[0-9._]+%",
        fix="",
    ),
    Slip(
        "then",
        "the action follows the condition without `then`",
        "leave it out; `then` comes before the second target",
        wants=_FIRST,
        before=r".*[^n]",
        lacks=(),
        fix="",
    ),
    Slip("then", "`then` stands twice", "keep one of them", wants=_TARGET, before="then", fix=""),
    Slip(
        ":|→|;",
        "nothing stands between a condition and its action",
        "leave `{token}` out",
        wants=_FIRST,
        fix="",
    ),
    Slip(
        "->",
        "nothing stands between a condition and its action",
        "leave `{token}` out",
        after=rf"(?:{_WORDS})\b",
        fix="",
    ),
    Slip(
        "=>|,",
        "nothing stands between a condition and its action",
        "leave `{token}` out",
        wants=_FIRST,
        after=rf"(?:{_WORDS})\b",
        fix="",
    ),
    Slip(
        "do|perform|execute|run",
        "the action follows without `{token}`",
        "leave it out",
        wants=_TARGET,
        fix="",
    ),
    Slip(
        "pool|rep",
        "a rule's first target begins with `assign`",
        "write `assign {token} …`",
        wants=_FIRST,
        fix="assign ",
        insert=True,
    ),
    Slip(
        "to",
        "`to` is one word too many after `assign`",
        "write `assign pool …` or `assign rep …`",
        before="assign",
        fix="",
    ),
    Slip(
        r"(?P<what>queue|nurture|reject|hold|split|round_robin|availability|load|priority)",
        "`{what}` stands without `assign`",
        "leave `assign` out",
        before="assign",
    ),
    Slip(
        "all",
        "`assign` does not say what `all` is",
        "write `assign pool all by …`, or the strategy alone: `round_robin all`",
        before="assign",
        wants=("POOL",),
        fix="pool ",
        insert=True,
    ),
    Slip(
        r"[A-Za-z_]\w*",
        "`assign` does not say what `{token}` is",
        "write `assign pool {token}`, or `assign rep {token}` for a field that holds a rep",
        before="assign",
        wants=("POOL",),
    ),
    Slip(
        r'"[^\n]*',
        "`assign` does not say what {token} is",
        "write `assign rep {token}`",
        before="assign",
        wants=("POOL",),
        fix="rep ",
        insert=True,
    ),
    Slip(
        "route|send|give|forward|deliver|move|put|set|go|pass|hand|reassign",
        "there is no action `{token}`",
        "actions are `assign`, `queue`, `nurture`, `hold`, `reject`, `split` and a strategy such as `round_robin all`",
        wants=_TARGET,
        before=r"(?!assign$).*",
        lacks=("REASSIGN",),
    ),
    Slip(
        "drop|discard|ignore|disqualify|spam|delete",
        "there is no action `{token}`",
        'a lead that nobody is to have is refused: `reject "reason"`',
        wants=_TARGET,
    ),
    Slip(
        "recycle|market|marketing|nurturing",
        "there is no action `{token}`",
        "write `nurture NAME`",
        wants=_TARGET,
    ),
    Slip(
        "wait|park|keep",
        "there is no action `{token}`",
        "write `hold pool … up to 2h`, or `queue NAME`",
        wants=_TARGET,
    ),
)

ACTIONS: Final[tuple[Recognise, ...]] = (
    _two_words,
    _strategy,
    _no_action,
    _late,
    *_FIRSTS,
)
