"""What the commands about leads that were assigned work on: a store, and the policies and people it knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from routebook.aftercare import Aftercare
from routebook.cli.options import a_path
from routebook.cli.project import load_policy, read_roster, roster_path, settings_of, store_of
from routebook.routing import is_new
from routebook.runtime.errors import StoreError
from routebook.runtime.stores import open_store

policy_option = click.option(
    "--policy",
    metavar="PATH",
    type=a_path,
    help="The policy as it was; needed only for a store whose Routebook kept no imported files.",
)


@contextmanager
def aftercare_of(store: str | None, roster: str | None, policy: str | None) -> Iterator[Aftercare]:
    """The store that `--store` names, else the settings. It has to be there."""
    settings = settings_of(policy or ".")
    url = store_of(store, settings)
    if url is None:
        raise click.UsageError("which store? name it by --store, or in routebook.toml")
    if is_new(url):
        raise StoreError(f"there is no store {url}: look at the path")
    path = roster_path(roster, settings)
    people = read_roster(path) if path is not None else None
    chosen = load_policy(policy) if policy is not None else None
    opened = open_store(url)
    try:
        yield Aftercare(opened, chosen, people, settings)
    finally:
        opened.close()
