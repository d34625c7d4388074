"""Turns the published "CRM Sales Opportunities" into what a router works with: roster, accounts, leads, history.

    python policies/crm_sales/build.py FOLDER OUT [--capacity N] [--left NAME]

FOLDER holds `accounts.csv`, `sales_pipeline.csv` and `sales_teams.csv` as Maven Analytics published them; nothing of
them is kept here. OUT is made if need be. Only Python's own library is used. Written are

    roster.toml     a rep for each sales agent, with the office, the deals won and the sectors they were won in
    accounts.csv    the accounts with their families; the owner is the agent with the most won value there
    leads.csv       every opportunity as it was when it came: nothing that only became known later
    history.csv     every opportunity that was closed: who had it, when it was closed, whether it was won

An account's owner among equals in won value is whoever won more deals there, then whose name comes first.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

Row = Mapping[str, str]

SPELT = {"technolgy": "technology", "GTXPro": "GTX Pro", "Philipines": "Philippines", "Korea": "South Korea"}
"""What the publisher wrote, and what was meant."""

SPECIALITY = 10
"""Deals that an agent has to have won in a sector to be somebody for that sector."""

MACHINE = "GTK 500"
"""The product that costs more than five times as much as any other."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Build a roster, accounts, leads and history from the raw files."
    )
    parser.add_argument("folder", type=Path, help="the published files")
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument(
        "--capacity", type=int, default=350, help="the most leads that a rep has open at once"
    )
    parser.add_argument("--left", action="append", default=[], metavar="NAME", help="an agent who has left")
    options = parser.parse_args()
    pipeline = read(options.folder / "sales_pipeline.csv")
    accounts = read(options.folder / "accounts.csv")
    teams = read(options.folder / "sales_teams.csv")
    strangers = set(options.left) - {row["sales_agent"] for row in teams}
    if strangers:
        parser.error(f"there is no agent {', '.join(sorted(strangers))}")
    sectors = {row["account"]: meant(row["sector"]) for row in accounts}
    options.out.mkdir(parents=True, exist_ok=True)
    roster = roster_text(teams, won(pipeline), sectors, options.capacity, set(options.left))
    (options.out / "roster.toml").write_text(roster, encoding="utf-8")
    write(options.out / "accounts.csv", account_rows(accounts, pipeline, teams))
    write(options.out / "leads.csv", lead_rows(pipeline))
    write(options.out / "history.csv", history_rows(pipeline, sectors))
    sys.stderr.write(f"{len(teams)} reps, {len(accounts)} accounts, {len(pipeline)} leads in {options.out}\n")


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def meant(text: str) -> str:
    return SPELT.get(text, text)


def id_of(agent: str) -> str:
    """`Mei-Mei Johns` → `mei_mei_johns`."""
    return re.sub(r"\W+", "_", agent.strip().lower())


def day(text: str) -> str:
    """A day in ISO 8601; the files have month/day/year."""
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat() if text else ""  # noqa: DTZ007  # a day has no zone


def won(pipeline: Iterable[Row]) -> list[Row]:
    return [row for row in pipeline if row["deal_stage"] == "Won"]


def owners(pipeline: Iterable[Row]) -> dict[str, str]:
    """For each account the agent who won most there."""
    value: dict[str, Counter[str]] = defaultdict(Counter)
    deals: dict[str, Counter[str]] = defaultdict(Counter)
    for row in won(pipeline):
        if row["account"]:
            value[row["account"]][row["sales_agent"]] += int(row["close_value"])
            deals[row["account"]][row["sales_agent"]] += 1
    return {
        account: min(agents, key=lambda agent: (-agents[agent], -deals[account][agent], agent))
        for account, agents in value.items()
    }


def roster_text(
    teams: Iterable[Row], wins: Iterable[Row], sectors: Mapping[str, str], capacity: int, left: set[str]
) -> str:
    deals: Counter[str] = Counter()
    machines: set[str] = set()
    by_sector: dict[str, Counter[str]] = defaultdict(Counter)
    for row in wins:
        agent = row["sales_agent"]
        deals[agent] += 1
        if row["account"]:
            by_sector[agent][sectors[row["account"]]] += 1
        if row["product"] == MACHINE:
            machines.add(agent)
    agents = sorted(teams, key=lambda row: row["sales_agent"])
    pools = {
        "gtk_500": [row["sales_agent"] for row in agents if row["sales_agent"] in machines],
        "newcomers": [row["sales_agent"] for row in agents if not deals[row["sales_agent"]]],
    }
    lines = []
    for pool, members in pools.items():
        lines += [f"[pools.{pool}]", f"members = {json.dumps([id_of(agent) for agent in members])}", ""]
    for row in agents:
        agent = row["sales_agent"]
        known = sorted(name for name, count in by_sector[agent].items() if count >= SPECIALITY)
        lines += [
            f"[reps.{id_of(agent)}]",
            f"name = {json.dumps(agent)}",
            f"capacity = {capacity}",
            f"office = {json.dumps(row['regional_office'])}",
            f"manager = {json.dumps(row['manager'])}",
            f"deals_won = {deals[agent]}",
            f"sectors = {json.dumps(known)}",
            *(["active = false"] if agent in left else []),
            "",
        ]
    return "\n".join(lines)


def account_rows(accounts: Iterable[Row], pipeline: Iterable[Row], teams: Iterable[Row]) -> Iterable[Row]:
    owned = owners(pipeline)
    offices = {row["sales_agent"]: row["regional_office"] for row in teams}
    for row in accounts:
        owner = owned.get(row["account"])
        yield {
            "name": row["account"],
            "owner": id_of(owner) if owner else "",
            "parent": row["subsidiary_of"],
            "sector": meant(row["sector"]),
            "employees": row["employees"],
            "revenue": row["revenue"],
            "founded": row["year_established"],
            "country": meant(row["office_location"]),
            "region": offices[owner] if owner else "",
        }


def lead_rows(pipeline: Iterable[Row]) -> Iterable[Row]:
    """The columns as they are, spelling and dates included: the policy's source reads them."""
    for row in pipeline:
        yield {column: row[column] for column in ("opportunity_id", "product", "account", "engage_date")}


def history_rows(pipeline: Iterable[Row], sectors: Mapping[str, str]) -> Iterable[Row]:
    for row in pipeline:
        if row["deal_stage"] in ("Won", "Lost"):
            yield {
                "lead": row["opportunity_id"],
                "rep": id_of(row["sales_agent"]),
                "at": day(row["close_date"]),
                "won": "true" if row["deal_stage"] == "Won" else "false",
                "product": meant(row["product"]),
                "account.sector": sectors.get(row["account"], ""),
            }


if __name__ == "__main__":
    main()
