"""Policies and rosters as they were: read back from what a store keeps, by the digests that its log names."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

from routebook.api import Policy, loads, policy_of
from routebook.diagnostics import PolicyError
from routebook.kept import MANIFEST, digest_of, load_kept, settings_kept
from routebook.roster import Roster
from routebook.runtime.errors import NotKept, StoreError
from routebook.runtime.stores.base import Store, Text
from routebook.settings import Settings

_KEPT: Final = 100  # policies, and rosters, that are remembered


class Archive:
    """What a store keeps of the past. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._policies: dict[str, Policy] = {}
        self._rosters: dict[str, Roster] = {}
        self._lock = Lock()

    def policy(self, said: Mapping[str, Any]) -> Policy:
        """The policy by which a row of the log was decided, under the names that its files had.

        Raises StoreError where it cannot be had from the store alone.
        """
        digest = said["policy_text"]
        # a store of layout 1 does not know what the main file was called; its rows do
        name = MAIN if said["rule"] is None else said["rule"]["file"]
        with self._lock:
            policy = self._policies.get(digest) or self._policies.get(f"{digest} {name}")
            if policy is None:
                _make_room(self._policies)
                key, policy = self._read(digest, name)
                self._policies[key] = policy
        if policy.digest != said["policy"]:
            raise StoreError(f"the store {self._store.url} keeps another policy than decided, as {digest}")
        return policy

    def settings(self, said: Mapping[str, Any]) -> Settings:
        """The settings of that time, as far as they bear on leads."""
        text = self._store.text(said["policy_text"])
        return settings_kept(text.text) if text is not None and text.kind == MANIFEST else Settings()

    def roster(self, digest: str) -> Roster:
        """The roster of that digest. Raises StoreError where the store does not have it, or not as it was."""
        with self._lock:
            if digest not in self._rosters:
                _make_room(self._rosters)
                self._rosters[digest] = self._roster(digest)
            return self._rosters[digest]

    def _read(self, digest: str, name: str) -> tuple[str, Policy]:
        text = self._store.text(digest)
        if text is None or digest_of(text.text) != digest:
            raise StoreError(f"the store {self._store.url} has lost the policy {digest}")
        key = digest if text.kind == MANIFEST else f"{digest} {name}"
        try:
            policy = self._kept(text) if text.kind == MANIFEST else loads(text.text, name)
        except PolicyError as error:
            if text.kind == MANIFEST:
                why = f"what the store {self._store.url} keeps as {digest} is no policy to this Routebook"
                raise StoreError(why) from error
            raise NotKept(
                "the Routebook that decided by that policy kept its main file only, and that imports others"
            ) from error
        if policy is None:
            raise StoreError(f"the store {self._store.url} has lost files of the policy {digest}")
        return key, policy

    def _kept(self, manifest: Text) -> Policy | None:
        loaded = load_kept(manifest.text, self._text)
        return None if loaded is None else policy_of(loaded, settings_kept(manifest.text))

    def _text(self, digest: str) -> str | None:
        found = self._store.text(digest)
        return None if found is None else found.text

    def _roster(self, digest: str) -> Roster:
        kept = self._store.text(digest)
        if kept is None:
            raise StoreError(f"the store {self._store.url} has lost the roster {digest}")
        try:
            roster = Roster.loads(kept.text, "the roster in the store")
        except PolicyError as error:
            raise StoreError(f"the store {self._store.url} keeps no roster as {digest}") from error
        if roster.digest != digest:
            raise StoreError(f"the store {self._store.url} keeps another roster than it says, as {digest}")
        return roster


MAIN: Final = "the policy in the store"
"""What the main file is called where the store is too old to know."""


def _make_room(known: dict[str, Any]) -> None:
    if len(known) >= _KEPT:
        known.clear()
