"""The door's decisions, each by itself."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import rules
from gateway.rules import Held
from shared.contracts.gateway import Role


def test_a_csrf_token_holds_for_its_own_session_only() -> None:
    token = rules.csrf_token("session", b"12345678")
    assert rules.csrf_holds("session", token)
    assert not rules.csrf_holds("another", token)
    assert rules.csrf_token("session", b"87654321") != token  # looks different on every page


@given(st.text(max_size=60))
def test_nothing_made_up_is_a_csrf_token(token: str) -> None:
    assert not rules.csrf_holds("session", token)


@pytest.mark.parametrize(
    ("origin", "site", "elsewhere"),
    [
        (None, None, False),
        ("https://dpo.test", None, False),
        ("https://dpo.test", "same-origin", False),
        (None, "none", False),
        ("https://dpo.test.evil", None, True),
        ("http://dpo.test", None, True),
        ("null", None, True),
        ("", None, True),
        ("https://dpo.test", "cross-site", True),
        ("https://dpo.test", "same-site", True),
    ],
)
def test_a_request_of_another_site_shows(origin: str | None, site: str | None, elsewhere: bool) -> None:
    assert rules.from_elsewhere(origin=origin, fetch_site=site, own="https://dpo.test") is elsewhere


@given(st.one_of(st.none(), st.text(max_size=40), st.text(alphabet="/\\.:@ht\t\n", max_size=8)))
def test_a_way_back_never_leads_to_another_site(path: str | None) -> None:
    back = rules.safe_return(path)
    assert back.startswith("/")
    assert back[1:2] not in ("/", "\\")
    assert back.isprintable()


def test_a_way_back_is_kept_when_it_is_ours() -> None:
    assert rules.safe_return("/programmes?q=дроби&sort=hours") == "/programmes?q=дроби&sort=hours"


@given(st.floats(0, 100), st.floats(-10, 1e6))
def test_a_bucket_never_overflows_and_never_leaks(tokens: float, elapsed: float) -> None:
    after = rules.refilled(tokens=min(tokens, 10), elapsed=elapsed, rate=2, burst=10)
    assert min(tokens, 10) <= after <= 10


def test_a_term_covers_both_its_days() -> None:
    term = {"valid_from": date(2026, 9, 1), "valid_until": date(2026, 9, 30)}
    assert [rules.in_force(**term, today=date(2026, month, day)) for month, day in ((8, 31), (9, 1), (9, 30), (10, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert rules.in_force(valid_from=date(2026, 9, 1), valid_until=None, today=date(2036, 1, 1))


def test_nobody_without_a_role_appoints_anybody() -> None:
    for held in ([], [Held("auditor")], [Held("ministry")], [Held("assessor")], [Held("school_specialist", "a")]):
        for role in get_args(Role):
            assert not rules.may_appoint(held, role=role, scope="a", head=False, oktmo="75742000")


def test_a_head_appoints_colleagues_of_the_own_organisation_but_no_second_head() -> None:
    held = [Held("school_specialist", "a", head=True)]
    assert rules.may_appoint(held, role="school_specialist", scope="a", head=False, oktmo=None)
    assert not rules.may_appoint(held, role="school_specialist", scope="a", head=True, oktmo=None)
    assert not rules.may_appoint(held, role="school_specialist", scope="b", head=False, oktmo=None)
    assert not rules.may_appoint(held, role="provider_specialist", scope="a", head=False, oktmo=None)


def test_a_municipality_appoints_in_its_own_schools_alone() -> None:
    held = [Held("municipal_specialist", "75742000")]
    assert rules.may_appoint(held, role="school_specialist", scope="a", head=True, oktmo="75742000101")
    assert not rules.may_appoint(held, role="school_specialist", scope="a", head=True, oktmo="75701000")
    assert not rules.may_appoint(held, role="school_specialist", scope="a", head=True, oktmo=None)
    assert not rules.may_appoint([Held("municipal_specialist", "")], role="school_specialist", scope="a", head=True, oktmo="")


def test_a_cookie_is_secure_where_it_can_be() -> None:
    assert rules.cookie("__Host-dpo", "v", https=True, max_age=9) == "__Host-dpo=v; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
    assert "Secure" not in rules.cookie("dpo", "v", https=False, max_age=9)
    assert (rules.cookie_name(https=True), rules.cookie_name(https=False)) == ("__Host-dpo", "dpo")


def test_a_code_stands_for_one_account() -> None:
    code = rules.code_of("https://issuer.test", "1")
    assert code == rules.code_of("https://issuer.test", "1") != rules.code_of("https://issuer.test", "2")
    assert [len(part) for part in code.split("-")] == [4, 4, 4]


def test_a_letter_greets_by_name_and_patronymic() -> None:
    assert rules.contact({"email": "a@example.test", "given_name": "Анна"}) == {"email": "a@example.test", "salutation": "Анна"}
    assert rules.contact({"given_name": "Анна"}) is None
