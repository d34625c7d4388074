"""The levels that settings give to findings: which names they may use, and what a finding's level comes to."""

from __future__ import annotations

from routebook.diagnostics import Kind, Severity
from routebook.lint.catalogue import LINT_KINDS, meant_by, named
from routebook.lint.model import Levels


def problem_with(word: str, levels: Levels) -> tuple[str, str | None] | None:
    """What is wrong with setting a level for `word`, and what to do about it; None where nothing is."""
    kinds = named(word)
    if not kinds:
        meant = meant_by(word, LINT_KINDS)
        help = (
            f"did you mean `{meant}`?"
            if meant
            else "name a finding by its name or code, such as `unused-name`"
        )
        return f"there is no finding `{word}`", help
    if not set(kinds) <= set(LINT_KINDS):
        return f"`{word}` is always an error: a policy with it cannot run", "take this setting out"
    if word == kinds[0].code and len(kinds) == 1 and levels.get(kinds[0].name, levels[word]) != levels[word]:
        return f"`{word}` and `{kinds[0].name}` are one finding, and have two levels", "keep one of the two"
    return None


def severity_of(kind: Kind, levels: Levels) -> Severity | None:
    """What findings of a kind weigh, None where they are off. A level by name goes before one by code.

    What keeps a policy from running is an error whatever the levels say.
    """
    if kind not in LINT_KINDS:
        return kind.severity
    level = levels.get(kind.name) or levels.get(kind.code) or kind.severity
    return None if level == "off" else Severity(level)
