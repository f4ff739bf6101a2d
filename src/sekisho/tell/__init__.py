"""Telling: answers and law as sentences, plain data and Markdown."""

from sekisho.tell.account import Account, Entry, Section, account_of
from sekisho.tell.data import decision_data, stretches_data
from sekisho.tell.markdown import memo
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import SYMBOL, day_words, outcome_words

__all__ = [
    "SYMBOL",
    "Account",
    "Entry",
    "Section",
    "Speaker",
    "account_of",
    "day_words",
    "decision_data",
    "memo",
    "outcome_words",
    "stretches_data",
]
