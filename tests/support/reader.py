"""A reader of a page: writes the files that it shows, runs its commands, and compares what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from support.documents import Block, blocks

_SECONDS: Final = re.compile(r"\b\d+\.\d\d s\b")


class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, home: Path) -> None:
        self.folder = home
        self.environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Reader"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "reader@example.com"),
        }
        (home / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n")

    def do(self, block: Block) -> str:
        """The block as it should stand on the page after it was done."""
        word, _, rest = block.info.partition(" ")
        if word == "console":
            wanted = int(rest.removeprefix("exit=") or 0)
            return self._console(block, wanted)
        if word == "diff":
            self._run(["git", "apply", "-"], block.text, 0)
        elif rest.startswith(">> "):
            with (self.folder / rest.removeprefix(">> ")).open("a", encoding="utf-8") as file:
                file.write(block.text)
        else:
            (self.folder / rest).write_text(block.text, encoding="utf-8")
        return block.text

    def _console(self, block: Block, wanted: int) -> str:
        commands = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
        shown = []
        for number, command in enumerate(commands, start=1):
            words = shlex.split(command)
            if words[0] == "cd":
                self.folder /= words[1]
                printed = ""
            else:
                printed = self._run(words, "", wanted if number == len(commands) else 0)
            shown.append(f"$ {command}\n{_SECONDS.sub('0.01 s', printed)}")
        return "".join(shown)

    def _run(self, words: list[str], given: str, wanted: int) -> str:
        if words[:2] == ["git", "push"]:
            self._remote()
        done = subprocess.run(
            words,
            input=given,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == wanted, f"{' '.join(words)} exited with {done.returncode}:\n{printed}"
        return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())

    def _remote(self) -> None:
        """The repository that a reader has somewhere, with the main branch in it."""
        bare = self.folder.parent / "hosted.git"
        for words in (
            ["git", "init", "-q", "--bare", str(bare)],
            ["git", "remote", "add", "origin", str(bare)],
        ):
            subprocess.run(words, cwd=self.folder, env=self.environment, check=True)


def done(page: Path, home: Path) -> str:
    """The page as it should be, after everything on it was done in a new folder."""
    reader = Reader(home)
    text = page.read_text(encoding="utf-8")
    made, upto = "", 0
    for block in blocks(page):
        made += text[upto : block.start] + reader.do(block)
        upto = block.start + len(block.text)
    return made + text[upto:]
