"""Which account a lead belongs to: by its own word, its e-mail domain, or its company's name, in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from routebook.decision import AccountMatch
from routebook.intake.accounts.domains import is_freemail, levels, read_domain
from routebook.intake.accounts.kinship import Families
from routebook.intake.accounts.misspelt import LOWEST, Comparer, Misspelt, comparer, most_alike
from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.accounts.names import Name, read_name
from routebook.intake.problems import quoted

THRESHOLD: Final = 85
"""How alike a misspelt name has to be, in per cent: one slip in seven letters, two in fourteen."""

INSTALL: Final = "pip install 'routebook[accounts]'"

_Index = Mapping[str, tuple[Account, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a lead says about its company: an account's id, an e-mail address, a name; None where it does not."""

    id: str | None = None
    email: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """Accounts that match equally well, at least one: how they do, and in words what of them matches."""

    how: str
    accounts: tuple[Account, ...]
    words: str
    score: int | None = None


@dataclass(frozen=True, slots=True)
class _Preference:
    """One way to choose among accounts that match equally well: the lowest `rank` is preferred, in these words."""

    words: str
    rank: Callable[[Account], Any]


class Matcher:
    """Matches leads to accounts. The order of the accounts makes no difference. Safe to share between threads.

    `threshold` is the lowest score, in per cent, of a misspelt name. Raises `ValueError` for one out of range.
    """

    def __init__(
        self, accounts: Accounts, families: Families | None = None, threshold: int = THRESHOLD
    ) -> None:
        if not LOWEST <= threshold <= 100:
            raise ValueError(f"the threshold is {LOWEST} to 100 per cent, not {threshold}")
        self.accounts = accounts
        self.families = families or Families(accounts)
        self.threshold = threshold
        self._compare: Comparer | None = comparer()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know: that names are matched exactly only, where that is so."""
        if self._compare is not None:
            return ()
        return (f"misspelt company names are not matched to accounts: that needs {INSTALL}",)

    def match(self, evidence: Evidence) -> tuple[Account | None, AccountMatch]:
        """The account of a lead that says this, and how it was found; None and why where there is none."""
        misses: list[str] = []
        for look in (self._by_id, self._by_domain, self._by_name):
            found = look(evidence, misses)
            if found is not None:
                return self._settled(found, evidence, misses)
            if evidence.id is not None:
                break
        if not misses:
            misses.append("the lead has no e-mail address and names no company")
        return None, AccountMatch(None, None, None, (f"no account: {', and '.join(misses)}",))

    # --- the steps ---

    def _by_id(self, evidence: Evidence, misses: list[str]) -> _Found | None:
        account = self.accounts.get(evidence.id)
        if account is not None:
            return _Found("id", (account,), "because the lead gives its id")
        if evidence.id is not None:
            misses.append(f"none has the id {quoted(evidence.id)}, which the lead gives")
        return None

    def _by_domain(self, evidence: Evidence, misses: list[str]) -> _Found | None:
        if evidence.email is None:
            return None
        domain = read_domain(evidence.email.rpartition("@")[2])
        if domain is None:
            misses.append(f"{quoted(evidence.email)} has no domain that could be a company's")
            return None
        if is_freemail(domain):
            misses.append(f"anybody may have a mailbox at {quoted(domain)}")
            return None
        for level in levels(domain):
            accounts = self._domains.get(level)
            if accounts and level == domain:
                return _Found("domain", accounts, f"by its e-mail domain {quoted(domain)}")
            if accounts:
                words = f"by its e-mail domain {quoted(level)}, which {quoted(domain)} is a part of"
                return _Found("subdomain", accounts, words)
        misses.append(f"none has the domain {quoted(domain)}")
        return None

    def _by_name(self, evidence: Evidence, misses: list[str]) -> _Found | None:
        if evidence.company is None:
            return None
        name, shown = read_name(evidence.company), quoted(evidence.company)
        by_full, by_key, by_words = self._names
        same = by_full.get(name.full) or by_key.get(name.key)
        if same:
            return _Found("name", same, f"by its name, which is the lead's company {shown}")
        if name.words in by_words:
            words = f"by the words of its name, which are those of the lead's company {shown}"
            return _Found("words", by_words[name.words], words)
        return self._misspelt(name, shown, misses)

    def _misspelt(self, name: Name, shown: str, misses: list[str]) -> _Found | None:
        if self._compare is None:
            misses.append(
                f"none has the name {shown} (misspelt ones are not looked for: that needs {INSTALL})"
            )
            return None
        nearest = self._index.nearest(name.key) if self._index is not None and name.key else ()
        if not nearest:
            misses.append(f"none has the name {shown}, or one that is at least {self.threshold}% like it")
            return None
        accounts = tuple(account for alike in nearest for account in self._names[1][alike.key])
        score = int(100 * nearest[0].score + 1e-9)
        words = (
            f"by its name, which is {score}% like the lead's company {shown} ({self.threshold}% is enough)"
        )
        return _Found("misspelt", accounts, words, score)

    # --- of several, one ---

    def _settled(
        self, found: _Found, evidence: Evidence, misses: Iterable[str]
    ) -> tuple[Account, AccountMatch]:
        account, why = self._preferred(found.accounts, evidence.company)
        named = quoted(account.name) + ("" if account.id == account.name else f" ({account.id})")
        words = [f"account {named} {found.words}", *misses]
        others = tuple(sorted(other.id for other in found.accounts if other.id != account.id))
        if others:
            as_well = "1 other account matches" if len(others) == 1 else f"{len(others)} other accounts match"
            words.append(f"{as_well} as well; this one is taken because {why}")
        match = AccountMatch(
            account.id,
            account.name,
            found.how,
            ("; ".join(words),),
            found.score,
            None if found.score is None else self.threshold,
            others,
        )
        return account, match

    def _preferred(self, accounts: Sequence[Account], company: str | None) -> tuple[Account, str]:
        """The account that each preference in turn leaves, and in words the one that left it alone."""
        left = list(accounts)
        why = ""
        for preference in self._preferences(company):
            if len(left) == 1:
                break
            ranks = [preference.rank(account) for account in left]
            best = min(ranks)
            kept = [account for account, rank in zip(left, ranks, strict=True) if rank == best]
            why = preference.words if len(kept) < len(left) else why
            left = kept
        return left[0], why

    def _preferences(self, company: str | None) -> Iterable[_Preference]:
        if company is not None:
            yield _Preference("its name is the closest to the lead's company", self._distance_from(company))
        families = self.families
        yield _Preference("it has an owner", lambda account: families.open_owner(account) is None)
        yield _Preference("it is the highest in its family", families.depth)
        yield _Preference("its id comes first", lambda account: account.id)

    def _distance_from(self, company: str) -> Callable[[Account], float]:
        """How far an account's name is from the company's: 0 the same, up to 4 nothing in common."""
        wanted = read_name(company)

        def distance(account: Account) -> float:
            name = read_name(account.name)
            if name.full == wanted.full:
                return 0
            if name.key == wanted.key:
                return 1
            if name.words == wanted.words:
                return 2
            if self._compare is None or not (name.key and wanted.key):
                return 4
            nearest = most_alike(wanted.key, [name.key], self.threshold, self._compare)
            return 4 - nearest[0].score if nearest else 4

        return distance

    # --- indexes ---

    @cached_property
    def _domains(self) -> _Index:
        return _indexed((domain, account) for account in self.accounts for domain in account.domains)

    @cached_property
    def _names(self) -> tuple[_Index, _Index, _Index]:
        """By the names with their legal forms, without them, and by their words."""
        read = [(read_name(account.name), account) for account in self.accounts]
        return (
            _indexed((name.full, account) for name, account in read),
            _indexed((name.key, account) for name, account in read),
            _indexed((name.words, account) for name, account in read),
        )

    @cached_property
    def _index(self) -> Misspelt | None:
        return None if self._compare is None else Misspelt(self._names[1], self.threshold, self._compare)


def _indexed(entries: Iterable[tuple[str, Account]]) -> _Index:
    """The accounts by their keys; empty keys are left out."""
    found: dict[str, list[Account]] = {}
    for key, account in entries:
        if key:
            found.setdefault(key, []).append(account)
    return {key: tuple(accounts) for key, accounts in found.items()}
