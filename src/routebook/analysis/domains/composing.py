"""Texts that people might write, put together from the literals that a policy searches texts for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routebook.analysis.domains.aspects import ENDS, MATCHES, TextKind, View
from routebook.analysis.plausible import texts_for


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes texts of a field; `spelled` has the parts as the policy writes them.

    What is asked for are classes by dimension; that a text is in them is not promised.
    """

    name: str
    type_: TextKind
    whole: View
    domain: View | None
    spelled: Mapping[str, str]

    def texts(self, asked: dict[int, int]) -> Iterator[str]:
        """Likely texts, and texts put together from the literals that are asked for."""
        likely = texts_for(self.name, self.type_)
        yield from likely
        whole = self._pieces(self.whole, asked)
        if self.domain is None:
            begin, middle, end = whole
            for filler in (*likely, "x"):
                yield " ".join(filter(None, [begin, *middle, end]))
                yield begin + " ".join(middle) + end
                yield (
                    f"{begin}{filler}{' '.join(['', *middle, ''])}{filler}{end}"
                    if end
                    else f"{begin}{filler}{' '.join(['', *middle])}"
                )
                yield f"{begin} {filler} {' '.join(middle)} {end}".strip()
            return
        number = asked.get(self.domain.dimension, 0)
        begin, middle, end = self._pieces(self.domain, asked)
        middles = "".join(middle)
        domains = self.domain.classes[number][:1] or [
            begin + middles + end, f"{begin}x{middles}x{end}", f"{begin}{middles}-x.example", "x.example",
            f"{begin}{middles}{whole[2].rpartition('@')[2] or '-x.example'}",
        ]  # fmt: skip
        for domain in domains:
            for local in (
                whole[0] + "".join(whole[1]),
                f"{whole[0]}x{''.join(whole[1])}",
                "maria",
                f"{whole[0]}x",
            ):
                yield f"{local}@{domain}"
                yield f"{local}{whole[2]}" if "@" in whole[2] else f"{local}@x{whole[2]}"
                yield f"{whole[0]}{domain}" if whole[0].endswith("@") else f"{whole[0]}x@{domain}"

    def _pieces(self, view: View, asked: dict[int, int]) -> tuple[str, list[str], str]:
        begin = end = ""
        middle: list[str] = []
        for aspect in view.aspects:
            number = asked.get(aspect.dimension, 0)
            if not number or aspect.op == MATCHES:
                continue
            literal = aspect.literals[number - 1] if aspect.op in ENDS else aspect.literals[0]
            if aspect.op == "starts with":
                begin = literal
            elif aspect.op == "ends with":
                end = literal
            else:
                middle.append(literal)
        middle = [
            part
            for part in middle
            if not any(part != other and part in other for other in (*middle, begin, end))
        ]
        spelled = self.spelled
        return spelled.get(begin, begin), [spelled.get(part, part) for part in middle], spelled.get(end, end)
