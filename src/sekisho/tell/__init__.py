"""Telling: answers and law as sentences, plain data and Markdown.

`sentences` speaks, `account` says what there is to say of a decision and every surface draws it,
`data` is for JSON, `markdown` for the file, `change` for what turned over time, `card` for one thing.
Each is imported where it is used; the command line starts faster for it.
"""
