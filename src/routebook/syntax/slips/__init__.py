"""The slips that people make in the text of a policy, in the order in which they are recognised.

A slip is a row of a table, or a function where a row does not do. A further one is written down in the file of
its subject, and has a case under `tests/cases/syntax/errors`.
"""

from __future__ import annotations

from typing import Final

from routebook.syntax.slips.actions import ACTIONS
from routebook.syntax.slips.brackets import BRACKETS
from routebook.syntax.slips.clauses import CLAUSES
from routebook.syntax.slips.conditions import CONDITIONS, action_for_an_operand
from routebook.syntax.slips.entries import ENTRIES
from routebook.syntax.slips.items import ITEMS, unknown_word
from routebook.syntax.slips.numbers import NUMBERS
from routebook.syntax.slips.row import Recognise
from routebook.syntax.slips.schemas import SCHEMAS
from routebook.syntax.slips.texts import NAMES, TEXTS

SLIPS: Final[tuple[Recognise, ...]] = (
    *TEXTS,
    *NUMBERS,
    *BRACKETS,
    *SCHEMAS,
    *ITEMS,
    *ENTRIES,
    action_for_an_operand,
    *ACTIONS,
    *CLAUSES,
    *CONDITIONS,
    *NAMES,
    unknown_word,
)
