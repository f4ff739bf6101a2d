"""The examples in the documentation of our modules run as they stand."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sekisho

MODULES = sorted(
    each.name for each in pkgutil.walk_packages(sekisho.__path__, "sekisho.") if not each.name.endswith("__main__")
)


@pytest.mark.parametrize("name", ["sekisho", *MODULES])
def test_examples_run(name):
    module = importlib.import_module(name)
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert not found.failed


def test_the_public_names_have_documentation():
    for name in sekisho.__all__:
        if not name.startswith("__"):
            assert getattr(sekisho, name).__doc__ or name == "Day", name
    assert sekisho.__doc__
