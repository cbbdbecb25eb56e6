"""Check digits against known numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.rules.digits import inn_holds, kpp_holds, ogrn_holds


@pytest.mark.parametrize("inn", ["7707083893", "7830002293", "500100732259", "7728168971"])
def test_known_taxpayer_numbers_hold(inn: str) -> None:
    assert inn_holds(inn)


@pytest.mark.parametrize("inn", ["7707083894", "770708389", "77070838931", "500100732250", "500100732269", "", "770708389x", "٧٧٠٧٠٨٣٨٩٣"])
def test_wrong_taxpayer_numbers_do_not(inn: str) -> None:
    assert not inn_holds(inn)


@pytest.mark.parametrize("ogrn", ["1027700132195", "1027739609391", "304500116000157"])
def test_known_registration_numbers_hold(ogrn: str) -> None:
    assert ogrn_holds(ogrn)


@pytest.mark.parametrize("ogrn", ["1027700132196", "102770013219", "304500116000158", "30450011600015", "", "102770013219x"])
def test_wrong_registration_numbers_do_not(ogrn: str) -> None:
    assert not ogrn_holds(ogrn)


@given(st.integers(min_value=10**13, max_value=10**14 - 1))
def test_an_entrepreneurs_number_takes_the_last_digit_of_a_two_digit_remainder(body: int) -> None:
    """Remainders 10 to 12 keep their last digit, which a comparison with the whole remainder would refuse."""
    assert ogrn_holds(f"{body}{str(body % 13)[-1]}")


@given(st.text(alphabet="0123456789", min_size=10, max_size=10), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_among_the_first_nine_is_noticed(digits: str, place: int, shift: int) -> None:
    """Every weight is coprime with 11, so a single error moves the remainder, though 10 and 0 share a control digit."""
    if not inn_holds(digits) or place == 9:
        return
    other = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    remainders = {sum(int(d) * w for d, w in zip(one, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=False)) % 11 for one in (digits, other)}
    assert inn_holds(other) == (remainders == {0, 10})


@pytest.mark.parametrize(("kpp", "holds"), [("745301001", True), ("7453AB001", True), ("74530100", False), ("7453ab001", False)])
def test_a_kpp_has_its_shape(kpp: str, holds: bool) -> None:
    assert kpp_holds(kpp) is holds
