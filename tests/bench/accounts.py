"""How long matching takes with a hundred thousand accounts: `python tests/bench/accounts.py`.

The names are made of few syllables, so that far more of them are alike than in life: looking for a misspelt one is
at its slowest.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from routebook.intake.accounts.matching import AccountMatching
from routebook.intake.accounts.model import Accounts
from routebook.intake.validate import Intake
from routebook.types import EmailType, Field, IdType, NumberType, OneOfType, RepType, Schema, TextType

COUNT: Final = 100_000
SYLLABLES: Final = (
    "ba co de fi gon hal in jor kan lem mor net op pal qua ron sys tec ur ven wood xi yar zen tech soft data bio med "
    "trans inter glo nova prime alpha solar green blue north west east gran"
)
FORMS: Final = ("Inc", "GmbH", "Ltd", "S.A.", "SRL", "Corporation", "LLC", "Group", "Logistics", "Systems")
SCHEMA: Final = Schema.of(
    Field("id", IdType()),
    Field("email", EmailType(), optional=True),
    Field("company", TextType(), optional=True),
    Field("account.name", TextType(), optional=True),
    Field("account.owner", RepType(), optional=True),
    Field("account.family_owner", RepType(), optional=True),
    Field("account.sector", OneOfType(("tech", "retail")), optional=True),
    Field("account.employees", NumberType(integer=True, low=1), optional=True),
)
T = TypeVar("T")


def main() -> None:
    dice = random.Random(1)
    companies = [name(dice) for _ in range(COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.csv"
        write(path, companies, dice)
        accounts = timed("read the file", lambda: Accounts.load(path))
    matching = timed(
        "read the fields of every account", lambda: AccountMatching(accounts, SCHEMA, ZoneInfo("UTC"))
    )
    intake = Intake(SCHEMA, ZoneInfo("UTC"), accounts=matching)
    timed("first lead, which makes the indexes", lambda: intake.lead({"id": "0", "company": "Nobody At All"}))
    plain = Intake(SCHEMA, ZoneInfo("UTC"))
    each("no accounts", plain, ({"company": one} for one in dice.choices(companies, k=20_000)))
    each("by domain", intake, ({"email": f"x@d{dice.randrange(COUNT)}.example"} for _ in range(20_000)))
    each("by exact name", intake, ({"company": one} for one in dice.choices(companies, k=20_000)))
    each(
        "by a misspelt name", intake, ({"company": slipped(one)} for one in dice.choices(companies, k=3_000))
    )
    each("a company that is new", intake, ({"company": name(dice)} for _ in range(3_000)))
    say(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def name(dice: random.Random) -> str:
    words = [
        "".join(dice.choices(SYLLABLES.split(), k=dice.randint(2, 4))) for _ in range(dice.choice([1, 1, 2]))
    ]
    return f"{' '.join(words).title()} {dice.choice(FORMS)}"


def slipped(company: str) -> str:
    """The name with two letters swapped."""
    return company[:2] + company[3] + company[2] + company[4:]


def write(path: Path, companies: list[str], dice: random.Random) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "name", "domain", "owner", "parent", "sector", "employees"])
        for number, company in enumerate(companies):
            parent = f"A{dice.randrange(number)}" if number and number % 5 == 0 else ""
            owner = f"rep{number % 50}" if number % 4 else ""
            sector = dice.choice(["tech", "retail", ""])
            rows.writerow(
                [f"A{number}", company, f"d{number}.example", owner, parent, sector, dice.randrange(1, 9999)]
            )


def timed(what: str, action: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = action()
    say(f"{what}: {time.perf_counter() - started:.1f} s")
    return result


def each(what: str, intake: Intake, records: Iterable[dict[str, Any]]) -> None:
    listed = [{"id": str(number), **record} for number, record in enumerate(records)]
    started = time.perf_counter()
    leads = [intake.lead(record) for record in listed]
    seconds = time.perf_counter() - started
    matched = sum(lead.account is not None and lead.account.account is not None for lead in leads)
    say(f"{what}: {1e6 * seconds / len(leads):.0f} µs a lead, {matched} of {len(leads)} matched")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
