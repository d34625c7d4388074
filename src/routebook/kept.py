"""A policy as a store keeps it: every file that it was read from, and the settings that bear on leads.

Each file is a text under its own digest, so that what does not change between versions is kept once. A manifest names
the files, says which import meant which, and holds the settings; its digest is what rows of the log carry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from routebook.check import kinds
from routebook.check.imports import Program, gather, no_imports
from routebook.diagnostics import Diagnostic
from routebook.files import Loaded
from routebook.settings import Settings
from routebook.source import Source

BEARING: Final = ("dedupe", "handoff", "statuses")
"""The settings that bear on what becomes of leads, and so are kept. No secret may ever be among them."""

MANIFEST: Final = "manifest"
FILE: Final = "file"
POLICY: Final = "policy"
"""The kind of text that stores of layout 1 kept: the main file alone, under the digest that rows carry."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Texts by their digests, each with its kind; `digest` is that of the manifest, `""` where there is none."""

    digest: str
    texts: Mapping[str, tuple[str, str]]


NOTHING: Final = Kept("", {})


def digest_of(text: str) -> str:
    """`sha256:` and the hash of a text."""
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def keep(program: Program, settings: Settings) -> Kept:
    """What a store has to keep of a policy that was read as this program, under these settings."""
    texts = {digest_of(source.text): (FILE, source.text) for source in program.files}
    manifest = {
        "main": program.main.source.name,
        "files": {source.name: digest_of(source.text) for source in program.files},
        "imports": [[*link, name] for link, name in program.links.items()],
        "settings": _bearing(settings),
    }
    text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
    return Kept(digest_of(text), {**texts, digest_of(text): (MANIFEST, text)})


def keep_text(text: str, name: str) -> Kept:
    """The same for a policy that stands in no file."""
    return keep(gather(Source(name, text), no_imports), Settings())


def load_kept(manifest: str, read: Callable[[str], str | None]) -> Loaded | None:
    """The files that a manifest names, read and parsed again under their names of the time.

    `read` finds a text by its digest. None where one is lost, or is not what its digest says.
    """
    said = json.loads(manifest)
    sources: dict[str, Source] = {}
    for name, digest in said["files"].items():
        text = read(digest)
        if text is None or digest_of(text) != digest:
            return None
        sources[name] = Source(name, text)
    links = {(importing, path): name for importing, path, name in said["imports"]}

    def find(importing: Source, path: str) -> Source | Diagnostic:
        name = links.get((importing.name, path))
        if name is None:
            message = f"`{path}` was not there to import"
            return Diagnostic(kinds.FORBIDDEN_IMPORT, message, file=importing.name)
        return sources[name]

    return Loaded(gather(sources[said["main"]], find), ())


def settings_kept(manifest: str, folder: Path = Path()) -> Settings:
    """The settings that a manifest holds, but for those that bear on nothing."""
    said = json.loads(manifest)["settings"]
    return Settings(**{name: value for name, value in said.items() if name in _names()}, folder=folder)


def _names() -> tuple[str, ...]:
    return tuple(name for name in BEARING if name in Settings.model_fields)


def _bearing(settings: Settings) -> dict[str, Any]:
    """Those that are set, so that one that nobody uses changes no digest."""
    plain = {name: _plain(getattr(settings, name)) for name in _names()}
    return {name: value for name, value in plain.items() if value}


def _plain(value: Any) -> Any:
    """As `routebook.toml` would say it."""
    match value:
        case timedelta():
            return f"{value // timedelta(seconds=1)}s"
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value
