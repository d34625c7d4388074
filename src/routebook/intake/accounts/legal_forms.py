"""Legal forms of companies, which say nothing about which company it is.

The usual abbreviations of the forms in ISO 20275 (entity legal forms) for the countries that most leads come from,
spelt as `names.py` leaves them: no case, accents, dots or spaces, so that `S.à r.l.` is `sarl`. Forms that are
also everyday words at the end of names, such as `group` and `holding`, are left out: they tell companies of a
family apart.
"""

from __future__ import annotations

from typing import Final

_FORMS: Final = """
inc incorporated corp corporation co company cos llc lllp llp lp pllc pbc
ltd limited plc cic ltdco coltd pty ptyltd ptylimited pte pteltd proprietarylimited
pvt pvtltd privatelimited privateltd opc ltee limitee
gmbh ggmbh mbh gesmbh ag kg kgaa ohg ug ughaftungsbeschrankt haftungsbeschrankt eg ek ekfm ekfr ev gbr partg
partgmbb se
sa sas sasu sarl eurl snc sca scs scop gie sagl selarl
spa srl srls sapa scarl scpa scrl soccoop
sl slu slne sau sll scoop scoopl
lda ltda eireli epp unipessoallda sgps
sadecv sabdecv sapidecv sderldecv sderl srldecv sab saa sac sacs sacv
bv nv vof cv bvba sprl cvba scrl asbl vzw cooperatie
ab hb kb publ abpubl aps as asa ks ans oy oyj oyab ky osk hf ehf ohf
ou sia uab
spzoo spzook spolkazoo spj spk ska sk
sro spolsro vos druzstvo doo dd dooel jdoo ad ood eood ead
kft zrt nyrt bt rt kkt nonprofitkft srld pfa
ae epe ike
ltdsti sti anonimsirketi limitedsirketi
kk gk yk kabushikikaisha godokaisha
sdnbhd bhd sdn berhad tbk
jsc ojsc cjsc pjsc llcfz fze fzco fzllc fzc wll dmcc psc saoc saog sal sarlau
ооо оао зао пао ао ип тов тоо
"""
_LEADING: Final = "pt ooo oao zao pao тов ооо оао зао пао ао тоо"

FORMS: Final = frozenset(_FORMS.split())
"""Forms that end a name; of several, each is taken off."""

LEADING: Final = frozenset(_LEADING.split())
"""Forms that begin a name."""

LEADING_WITH_ANOTHER: Final = frozenset(["sc"])
"""Forms that begin a name which another one ends: `SC Acme SRL`."""

AFFIXES: Final = (
    "株式会社", "有限会社", "合同会社", "合資会社", "(株)", "(有)", "㈱", "㈲",
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "公司",
    "주식회사", "유한회사", "(주)", "(유)",
)  # fmt: skip
"""Forms that stand before or after a name without a space; longer ones before what they end in."""
