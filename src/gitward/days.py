"""Days of the Gregorian calendar in UTC, and seconds since 1970: by arithmetic alone, since no rule may import a clock."""

from __future__ import annotations

from functools import lru_cache

_DAY = 86_400  # seconds


@lru_cache(maxsize=16)
def first_second(text: str) -> int:
    """Seconds from 1970 to the start, in UTC, of a day `YYYY-MM-DD`; years of 365.2425 days begin in March here."""
    year, month, number = int(text[:4]), int(text[5:7]), int(text[8:])
    year -= month < 3
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * ((month + 9) % 12) + 2) // 5 + number - 1
    return (days - 719_468) * _DAY


def day(seconds: int) -> str:
    """The day in UTC of a time, `YYYY-MM-DD`, the year with more digits where it has them. The inverse of `first_second`."""
    era, rest = divmod(seconds // _DAY + 719_468, 146_097)  # of 400 years
    year = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
    rest -= 365 * year + year // 4 - year // 100
    month = (5 * rest + 2) // 153
    number = rest - (153 * month + 2) // 5 + 1
    return f"{era * 400 + year + (month > 9):04}-{month + 3 if month < 10 else month - 9:02}-{number:02}"


def moment(seconds: int) -> str:
    """`2026-01-31T12:00:00Z`; a year beyond 9999 has more digits."""
    rest = seconds % _DAY
    return f"{day(seconds)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
