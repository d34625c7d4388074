"""The roster: who the reps are, when they work, how much they take, and the pools that policies draw from."""

from __future__ import annotations

from routebook.roster.calendar import Calendar, LocalDay
from routebook.roster.days import DayRange
from routebook.roster.hours import ALWAYS, Hours
from routebook.roster.model import EVERYBODY, Caps, OnReturn, Pool, Rep, Roster, RotationScope
from routebook.roster.problems import INVALID_ROSTER

__all__ = [
    "ALWAYS",
    "EVERYBODY",
    "INVALID_ROSTER",
    "Calendar",
    "Caps",
    "DayRange",
    "Hours",
    "LocalDay",
    "OnReturn",
    "Pool",
    "Rep",
    "Roster",
    "RotationScope",
]
