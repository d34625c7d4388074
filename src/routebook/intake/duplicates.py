"""What a lead is known by when it comes a second time, under another id: the fields that `[dedupe]` names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from routebook.decision import Lead
from routebook.diagnostics import RoutebookError
from routebook.text import fold, listed, nearest
from routebook.types import EmailType, Schema


class Mark(NamedTuple):
    """A value that tells a person: leads with an equal `key` are the same one's."""

    field: str
    key: str
    window: timedelta


@dataclass(frozen=True, slots=True)
class Dedupe:
    """For each field of type email that is looked at, how long after the first lead another is its duplicate."""

    windows: Mapping[str, timedelta]

    def marks(self, lead: Lead) -> Iterator[Mark]:
        """What this lead is known by, case and surrounding space apart; nothing for a field that it does not have."""
        for field, window in self.windows.items():
            value = lead.get(field)
            if value is not None:
                yield Mark(field, f"{field} {fold(str(value))}", window)


def dedupe_of(windows: Mapping[str, timedelta], schema: Schema) -> Dedupe | None:
    """What the settings ask for; None where that is nothing. Raises RoutebookError for a field that is no email."""
    emails = [field.name for field in schema.fields.values() if isinstance(field.type, EmailType)]
    for name in windows:
        if name not in emails:
            close = nearest(name, emails)
            there = (
                f"there is {listed(f'`{each}`' for each in emails)}" if emails else "the policy declares none"
            )
            hint = f"did you mean `{close}`?" if close else there
            raise RoutebookError(
                f"leads cannot be known by `{name}`, which `[dedupe]` names: it takes fields of type email; {hint}"
            )
    return Dedupe(dict(windows)) if windows else None
