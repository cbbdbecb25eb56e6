"""Check digits of an organisation's numbers, as the tax service defines them."""

import re

INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11 = (7, *INN_10)
INN_12 = (3, *INN_11)


def inn_holds(inn: str) -> bool:
    """Whether an ИНН of a legal entity (10 digits) or of an entrepreneur (12) has right check digits."""
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", inn):
        return False
    checked = (INN_10,) if len(inn) == 10 else (INN_11, INN_12)
    return all(weighed(inn, weights) == int(inn[len(weights)]) for weights in checked)


def weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10


def ogrn_holds(ogrn: str) -> bool:
    """Whether an ОГРН (13 digits) or ОГРНИП (15) has a right check digit: the last digit of the remainder."""
    if not re.fullmatch(r"[0-9]{13}|[0-9]{15}", ogrn):
        return False
    return int(ogrn[:-1]) % (len(ogrn) - 2) % 10 == int(ogrn[-1])


def kpp_holds(kpp: str) -> bool:
    """Whether a КПП has its shape; it carries no check digit."""
    return re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", kpp) is not None
