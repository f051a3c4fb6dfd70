"""Numbers made up for tests: check digits by other ways of reckoning than the code under test takes."""

import string
from datetime import date

from hypothesis import strategies as st

CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLACES = ("110105", "310104", "440305", "542421", "650102", "810000")


def identity_number(place: str, day: str, order: int) -> str:
    """By ISO 7064 mod 11-2, which GB 11643 names: the recursion, not the weights."""
    body = f"{place}{day}{order:03}"
    kept = 0
    for digit in body:
        kept = (kept + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - kept) % 11]


def credit_code(place: str, organisation: str) -> str:
    """By trying the 31 letters: the weighted sum of all 18, the last with weight one, is a multiple of 31."""
    values = "0123456789" + string.ascii_uppercase
    for check in "0123456789X":
        code = 10 if check == "X" else int(check)
        weighted = sum(
            values.index(x) * weight for x, weight in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        if (weighted + code) % 11 == 0:
            break
    body = f"91{place}{organisation}{check}"
    for letter in CREDIT_LETTERS:
        total = 0
        for place_of, each in enumerate(body + letter):
            total += CREDIT_LETTERS.index(each) * (3**place_of if place_of < 17 else 1)
        if total % 31 == 0:
            return body + letter
    raise AssertionError("one of the letters fits")


def card_number(beginning: str, length: int, middle: int) -> str:
    """By trying the ten digits against the sum as ISO/IEC 7812-1 tells it: double every second from the right."""
    body = beginning + f"{middle:020}"[-(length - 1 - len(beginning)) :]
    for check in "0123456789":
        total = 0
        for number, digit in enumerate(reversed(body + check)):
            value = int(digit) * (2 if number % 2 else 1)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return body + check
    raise AssertionError("one of the digits fits")


def iban(country: str, rest: str) -> str:
    """By ISO 7064 mod 97-10: 98 less the remainder of the number that ends in 00."""
    whole = "".join(str(int(letter, 36)) for letter in f"{rest}{country}00")
    return f"{country}{98 - int(whole) % 97:02}{rest}"


def days() -> st.SearchStrategy[str]:
    """A day of birth as eight digits."""
    return st.dates(date(1900, 1, 1), date(2020, 12, 31)).map(lambda day: day.isoformat().replace("-", ""))


def identity_numbers() -> st.SearchStrategy[str]:
    return st.builds(identity_number, st.sampled_from(PLACES), days(), st.integers(0, 999))


def credit_codes() -> st.SearchStrategy[str]:
    return st.builds(
        credit_code, st.sampled_from(PLACES), st.text(string.digits + "ABCDEFGHJKLM", min_size=8, max_size=8)
    )


def card_numbers() -> st.SearchStrategy[str]:
    kinds = [("4", 16), ("4", 13), ("51", 16), ("2720", 16), ("37", 15), ("62", 19), ("3528", 16), ("6011", 16)]
    return st.builds(
        lambda kind, middle: card_number(kind[0], kind[1], middle), st.sampled_from(kinds), st.integers(0, 10**17)
    )


def ibans() -> st.SearchStrategy[str]:
    kinds = [("DE", 18), ("FR", 23), ("NO", 11), ("MT", 27), ("PL", 24)]
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.text(string.digits + string.ascii_uppercase, min_size=kind[1], max_size=kind[1]).map(
            lambda rest: iban(kind[0], rest)
        )
    )
