"""The hard searches, given to CaDiCaL (Biere et al. 2024; extra `proof`) where it is installed.

The boxes that the search has met go over as clauses: leave a box in some dimension. New boxes are still found
lazily, by asking what holds the solver's point.
"""

from __future__ import annotations

from typing import Any

from routebook.analysis.domains.base import classes_of
from routebook.analysis.search import Answer, Clause, Found, Search, Unknown


def handover(search: Search) -> Answer | None:
    """Finish a search with the SAT solver; None where there is none."""
    try:
        from pysat.solvers import Solver
    except ImportError:
        return None
    with Solver(name="cadical195") as solver:
        return _Handed(search, solver).run()


class _Handed:
    """One search in the solver: a variable for each class of each dimension that some box limits.

    A box is blamed through a variable of its own, so that a core names the boxes that the proof used.
    """

    def __init__(self, search: Search, solver: Any) -> None:
        self.search, self.solver = search, solver
        self.count = 0
        self.variables: dict[int, list[int]] = {}
        self.selectors: dict[int, Clause] = {}

    def run(self) -> Answer:
        search = self.search
        root = search.root()
        for clause in search.clauses:
            self.add(clause)
        while True:
            search.clock.check()
            if not self.solver.solve(assumptions=list(self.selectors)):
                core = [self.selectors[s] for s in self.solver.get_core() or []]
                return self._covered(core, root)
            point = self.point(set(self.solver.get_model() or []), root)
            found = search.blocking(point)
            if found is None:
                return Found(tuple(point))
            self.add(found)

    def _covered(self, core: list[Clause], root: list[int]) -> Answer:
        ids = 0
        for clause in core:
            ids |= clause.ids
        blamed = {d for clause in core for d in clause.box}
        box = {
            d: mask
            for d, mask in enumerate(root)
            if d in blamed and mask != self.search.model.formulas.full(d)
        }
        if any(clause.doubtful for clause in core):
            return Unknown(tuple(dict.fromkeys(self.search.reasons)))
        return self.search.covered(Clause(box, ids))

    def point(self, true: set[int], root: list[int]) -> list[int]:
        """The solver's choice where it has one, the most ordinary class elsewhere."""
        point = []
        for dimension, mask in enumerate(root):
            own = self.variables.get(dimension)
            allowed = 0 if own is None else sum(1 << c for c, v in enumerate(own) if v in true)
            point.append(self.search.model.pick(dimension, allowed & mask or mask))
        return point

    def _fresh(self) -> int:
        self.count += 1
        return self.count

    def _of(self, dimension: int) -> list[int]:
        """The variables of a dimension: exactly one of them is true (sequential counter, Sinz 2005)."""
        known = self.variables.get(dimension)
        if known is not None:
            return known
        own = [self._fresh() for _ in range(self.search.model.formulas.sizes[dimension])]
        self.variables[dimension] = own
        root = self.search.root()[dimension]
        for number, variable in enumerate(own):
            if not root >> number & 1:
                self.solver.add_clause([-variable])
        self.solver.add_clause([own[c] for c in classes_of(root)])
        before: int | None = None
        for variable in own:
            if before is not None:
                self.solver.add_clause([-before, -variable])
            after = self._fresh()
            self.solver.add_clause([-variable, after])
            if before is not None:
                self.solver.add_clause([-before, after])
            before = after
        return own

    def add(self, clause: Clause) -> None:
        literals = []
        full = self.search.model.formulas.full
        for dimension, mask in clause.box.items():
            own = self._of(dimension)
            literals += [own[number] for number in classes_of(full(dimension) & ~mask)]
        selector = self._fresh()
        self.selectors[selector] = clause
        self.solver.add_clause([-selector, *literals])
