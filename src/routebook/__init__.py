"""Lead routing policies as text: checked before they run, compiled, and able to explain every decision.

    import routebook

    policy = routebook.load("policies/card")
    decision = policy.decide({"id": "L-1", "industry": "health", "score": 80})

What is listed in `__all__` is the public interface; each name is imported when it is first asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from routebook.api import Policy as Policy
    from routebook.api import check as check
    from routebook.api import explain as explain
    from routebook.api import load as load
    from routebook.api import loads as loads
    from routebook.decision import Assignment as Assignment
    from routebook.decision import Candidate as Candidate
    from routebook.decision import Decision as Decision
    from routebook.decision import Explanation as Explanation
    from routebook.decision import Lead as Lead
    from routebook.decision import Outcome as Outcome
    from routebook.decision import Reason as Reason
    from routebook.decision import Step as Step
    from routebook.diagnostics import Diagnostic as Diagnostic
    from routebook.diagnostics import PolicyError as PolicyError
    from routebook.diagnostics import RoutebookError as RoutebookError
    from routebook.diagnostics import Severity as Severity
    from routebook.intake.problems import LeadError as LeadError
    from routebook.render.shown import render as render
    from routebook.roster import Roster as Roster
    from routebook.routing import Router as Router
    from routebook.runtime.errors import StoreError as StoreError

_HOMES: Final = {
    "Assignment": "routebook.decision",
    "Candidate": "routebook.decision",
    "Decision": "routebook.decision",
    "Diagnostic": "routebook.diagnostics",
    "Explanation": "routebook.decision",
    "Lead": "routebook.decision",
    "LeadError": "routebook.intake.problems",
    "Outcome": "routebook.decision",
    "Policy": "routebook.api",
    "PolicyError": "routebook.diagnostics",
    "Reason": "routebook.decision",
    "Roster": "routebook.roster",
    "Router": "routebook.routing",
    "RoutebookError": "routebook.diagnostics",
    "Severity": "routebook.diagnostics",
    "Step": "routebook.decision",
    "StoreError": "routebook.runtime.errors",
    "check": "routebook.api",
    "explain": "routebook.api",
    "load": "routebook.api",
    "loads": "routebook.api",
    "render": "routebook.render.shown",
}
"""Where each public name is defined."""

__all__ = [
    "Assignment",
    "Candidate",
    "Decision",
    "Diagnostic",
    "Explanation",
    "Lead",
    "LeadError",
    "Outcome",
    "Policy",
    "PolicyError",
    "Reason",
    "Roster",
    "RoutebookError",
    "Router",
    "Severity",
    "Step",
    "StoreError",
    "check",
    "explain",
    "load",
    "loads",
    "render",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Room(ModuleType):
    """A room that bears the name of a public function: it is the module and, when called, the function."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        name = self.__name__.rpartition(".")[2]
        return getattr(import_module(_HOMES[name]), name)(*args, **named)


_ROOMS: Final = frozenset(["check", "render"])


class _Package(ModuleType):
    """Python sets a submodule as an attribute of its package, over a function of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _ROOMS and type(value) is ModuleType:
            value.__class__ = _Room
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
