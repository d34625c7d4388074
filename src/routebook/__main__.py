"""`python -m routebook`."""

from __future__ import annotations

from routebook.cli.main import main

if __name__ == "__main__":
    main()
