"""Domains at which anybody may have a mailbox: such an address says nothing about a company.

The list is our own choice of the large providers and access companies, each with the endings that it gives
mailboxes under (not those of the company's own staff: `comcast.net`, but not `comcast.com`). Most of them are
also in the list of the npm package `freemail` (1.7.0, ISC licence), which gathers several public lists; the rest,
such as `proton.me` and `hey.com`, are younger than those and are named on the providers' own pages.
"""

from __future__ import annotations

from typing import Final

_BRANDS: Final = {
    "aol": "com co.uk de fr it",
    "fastmail": "com fm net org co.uk com.au ca es in jp nl se us",
    "gmx": "at ch co.uk com de es fr info it li net org",
    "hotmail": (
        "be ca ch cl co.id co.il co.jp co.kr co.nz co.th co.uk co.za com com.ar com.au com.br com.hk com.tr com.tw"
        " com.vn cz de dk es fi fr gr hu it lt lv my nl no ph rs se sg sk"
    ),
    "live": (
        "at be ca cl cn co.kr co.uk co.za com com.ar com.au com.co com.mx com.my com.pe com.ph com.pt com.sg de dk"
        " fi fr ie in it jp nl no ru se"
    ),
    "outlook": (
        "at be bg cl co.id co.il co.nz co.th com com.ar com.au com.br com.gr com.pe com.tr com.vn cz de dk es fr"
        " hr hu ie in it jp kr lv my nl ph pt ro sa sg sk"
    ),
    "yahoo": (
        "at be bg ca ch cl cn co.cr co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com com.ar com.au com.br"
        " com.cn com.co com.ec com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.ve com.vn cz de dk ee es"
        " fi fr gr hr hu ie in it jp lt lv nl no ph pl pt ro rs ru se sg si sk tn"
    ),
    "yandex": "by com com.tr kz pl ru ua",
}
_DOMAINS: Final = """
gmail.com googlemail.com msn.com passport.com windowslive.com ymail.com rocketmail.com myyahoo.com aim.com
icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com
tuta.io keemail.me hey.com duck.com mozmail.com hushmail.com hush.com mailfence.com runbox.com posteo.de
posteo.net mailbox.org startmail.com zoho.com zohomail.com zohomail.eu zohomail.in ya.ru inbox.com mail.com
email.com usa.com usa.net post.com europe.com consultant.com engineer.com iname.com lycos.com excite.com
mail2world.com gmx.us

att.net bellsouth.net sbcglobal.net pacbell.net ameritech.net comcast.net cox.net charter.net spectrum.net
verizon.net optonline.net optimum.net earthlink.net mindspring.com juno.com netzero.net netzero.com
frontier.com frontiernet.net windstream.net centurylink.net centurytel.net embarqmail.com q.com
roadrunner.com rr.com suddenlink.net rogers.com shaw.ca sympatico.ca telus.net videotron.ca bell.net

btinternet.com btopenworld.com sky.com talktalk.net tiscali.co.uk ntlworld.com virginmedia.com virgin.net
blueyonder.co.uk o2.co.uk plusnet.com eircom.net

web.de freenet.de t-online.de arcor.de online.de vodafone.de kabelmail.de mail.de email.de unitybox.de
magenta.de aon.at chello.at a1.net bluewin.ch hispeed.ch sunrise.ch

orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr
libero.it virgilio.it alice.it tin.it tiscali.it tim.it inwind.it iol.it email.it fastwebnet.it teletu.it
telefonica.net terra.es ono.com wanadoo.es sapo.pt netcabo.pt mail.telepac.pt skynet.be telenet.be
proximus.be scarlet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl home.nl casema.nl upcmail.nl
telia.com bredband.net comhem.se spray.se home.se online.no frisurf.no luukku.com suomi24.fi kolumbus.fi
mail.dk jubii.dk

seznam.cz email.cz post.cz centrum.cz volny.cz azet.sk zoznam.sk centrum.sk post.sk wp.pl o2.pl onet.pl
onet.eu op.pl interia.pl interia.eu poczta.fm poczta.onet.pl gazeta.pl tlen.pl vp.pl freemail.hu
citromail.hu indamail.hu t-online.hu abv.bg mail.bg dir.bg home.ro k.ro inbox.lv inbox.lt one.lt mail.ee
in.gr otenet.gr freemail.gr mynet.com walla.com walla.co.il netvision.net.il zahav.net.il mail.ru bk.ru
inbox.ru list.ru internet.ru rambler.ru lenta.ru ukr.net i.ua meta.ua bigmir.net tut.by

qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net 139.com 189.cn sina.com sina.cn sohu.com
tom.com 21cn.com aliyun.com naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp au.com
softbank.ne.jp i.softbank.jp ybb.ne.jp nifty.com biglobe.ne.jp excite.co.jp goo.jp hinet.net pchome.com.tw
rediffmail.com rediff.com sify.com indiatimes.com bigpond.com bigpond.net.au bigpond.com.au optusnet.com.au
iinet.net.au tpg.com.au ozemail.com.au xtra.co.nz mweb.co.za webmail.co.za telkomsa.net

uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br zipmail.com.br
fibertel.com.ar speedy.com.ar arnet.com.ar ciudad.com.ar prodigy.net.mx
"""

FREEMAIL: Final = frozenset(
    [f"{brand}.{ending}" for brand, endings in _BRANDS.items() for ending in endings.split()]
    + _DOMAINS.split()
)
"""In lower case. A domain below one of these, such as `mail.gmail.com`, is one as well."""
