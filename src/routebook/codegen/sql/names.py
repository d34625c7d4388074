"""What the command line may say without loading a SQL library: the dialects by name."""

from __future__ import annotations

from typing import Final

DIALECT_NAMES: Final = ("duckdb", "postgres", "sqlite", "snowflake", "bigquery", "spark")
