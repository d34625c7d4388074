"""What can go wrong while leads are being placed, said for a person."""

from __future__ import annotations

from routebook.diagnostics import RoutebookError


class StoreError(RoutebookError):
    """A store that cannot be used, or that a request does not fit."""


class NotKept(StoreError):
    """A policy that the store does not have whole, because the Routebook that wrote it kept less."""


class StoreUnavailable(StoreError):
    """A store that cannot be used just now: locked for too long, or gone. Trying again may help."""
