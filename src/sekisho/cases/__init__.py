"""Cases: the question, its files, and what it says of every variable of the law."""

from sekisho.cases.model import UNKNOWN, Case, Finding, Item
from sekisho.cases.outlook import Outlook, Outlooks
from sekisho.cases.read import CaseReader, case_files, locate
from sekisho.cases.situation import Ground, Resolver, Situation, facts_change_days, resolvers

__all__ = [
    "UNKNOWN",
    "Case",
    "CaseReader",
    "Finding",
    "Ground",
    "Item",
    "Outlook",
    "Outlooks",
    "Resolver",
    "Situation",
    "case_files",
    "facts_change_days",
    "locate",
    "resolvers",
]
