"""Words that every room needs: days, support marks, places, troubles, hashes."""

from sekisho.base.dates import FIRST_DAY, LAST_DAY, Day, Interval, mend_day, parse_day
from sekisho.base.hashes import canonical, digest
from sekisho.base.support import Support
from sekisho.base.trouble import Place, Trouble, TroubleError, nearest, sort_troubles

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Day",
    "Interval",
    "Place",
    "Support",
    "Trouble",
    "TroubleError",
    "canonical",
    "digest",
    "mend_day",
    "nearest",
    "parse_day",
    "sort_troubles",
]
