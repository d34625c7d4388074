"""Domains: what people write, what is a part of what, and mailboxes that anybody may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.intake.accounts.domains import is_freemail, levels, read_domain
from routebook.intake.accounts.freemail import FREEMAIL


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("acme.com", "acme.com"),
        (" ACME.com. ", "acme.com"),
        ("https://www.Acme.com/about?x=1#y", "acme.com"),
        ("http://acme.com:8080", "acme.com"),
        ("info@acme.com", "acme.com"),
        ("@acme.com", "acme.com"),
        ("mailto://info@acme.co.uk", "acme.co.uk"),
        ("müller.de", "xn--mller-kva.de"),
        ("xn--mller-kva.de", "xn--mller-kva.de"),
        ("_dmarc.acme.com", "_dmarc.acme.com"),
    ],
)
def test_a_domain_is_read_from_what_people_write(written: str, domain: str) -> None:
    assert read_domain(written) == domain


@pytest.mark.parametrize(
    "text", ["", "acme", "a..b", "acme .com", "-a.com", "a-.com", ".com", "www.com", "é" * 70 + ".de"]
)
def test_what_is_no_domain(text: str) -> None:
    assert read_domain(text) is None


def test_the_levels_of_a_domain_end_where_names_are_registered() -> None:
    assert list(levels("a.b.acme.com")) == ["a.b.acme.com", "b.acme.com", "acme.com"]
    assert list(levels("x.acme.co.uk")) == ["x.acme.co.uk", "acme.co.uk"]
    assert list(levels("acme.com.br")) == ["acme.com.br"]
    assert list(levels("acme.com")) == ["acme.com"]


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "googlemail.com", "yahoo.co.jp", "hotmail.fr", "outlook.com", "gmx.de", "proton.me", "qq.com",
     "icloud.com", "web.de", "mail.ru", "x.gmail.com", "comcast.net"],
)  # fmt: skip
def test_freemail(domain: str) -> None:
    assert is_freemail(domain)


@pytest.mark.parametrize(
    "domain",
    ["acme.com", "google.com", "yahoo.acme.com", "notgmail.com", "comcast.com", "gmail.com.acme.com"],
)
def test_what_is_no_freemail(domain: str) -> None:
    assert not is_freemail(domain)


def test_the_list_is_in_the_form_that_domains_are_compared_in() -> None:
    assert all(read_domain(domain) == domain for domain in FREEMAIL)


@given(st.text(max_size=40))
def test_any_text_is_a_domain_or_none_and_reading_it_again_changes_nothing(text: str) -> None:
    domain = read_domain(text)
    assert domain is None or read_domain(domain) in (domain, domain.removeprefix("www."))
