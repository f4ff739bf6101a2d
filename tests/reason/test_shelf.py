"""What is kept of whole laws between runs: the same function comes back, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_whole import law_of

from sekisho.ir import InForce, Law, Not
from sekisho.reason.shelf import Shelf, written
from sekisho.reason.whole import Whole


def shelf_in(folder):
    return Shelf([], folder, "digest")


def files(folder):
    return sorted(folder.glob("law-*.bin"))


@pytest.mark.parametrize("number", range(12))
def test_what_was_kept_is_the_same_function(tmp_path, number):
    library, (law, other), _ = law_of(number)
    first = Whole(library.vars, [law, other], shelf=shelf_in(tmp_path))
    nodes = first.function(law), first.function(other)
    again = Whole(library.vars, [], order=first.order, shelf=shelf_in(tmp_path))
    read = again.function(law), again.function(other)
    assert [again.diagram.write(node) for node in read] == [first.diagram.write(node) for node in nodes]
    plain = Whole(library.vars, [], order=first.order)
    assert plain.diagram.write(plain.function(law)) == again.diagram.write(read[0])
    assert plain.stands(law).keys() == again.stands(law).keys()


def test_a_kept_function_is_not_laid_out_again(tmp_path, monkeypatch):
    library, (law, _), _ = law_of(3)
    order = Whole(library.vars, [law], shelf=shelf_in(tmp_path)).order
    Whole(library.vars, [], order=order, shelf=shelf_in(tmp_path)).function(law)
    monkeypatch.setattr(Whole, "_laid_out", None)
    Whole(library.vars, [], order=order, shelf=shelf_in(tmp_path)).function(law)


def test_a_rule_that_says_otherwise_under_its_old_name_is_another_function(tmp_path):
    """A proposal may assume a fact, which changes what rules say and not what they are called."""
    library, (law, _), _ = law_of(3)
    whole = Whole(library.vars, [law], shelf=shelf_in(tmp_path))
    whole.function(law)
    whole.function(turned(law))
    again = Whole(library.vars, [], order=whole.order, shelf=shelf_in(tmp_path))
    plain = Whole(library.vars, [], order=whole.order)
    for each in (law, turned(law)):
        assert again.diagram.write(again.function(each)) == plain.diagram.write(plain.function(each))
    assert again.function(law) != again.function(turned(law))


def turned(law):
    """The same law with every condition negated."""
    parts = tuple(
        InForce(**{
            **{name: getattr(part, name) for name in part.__dataclass_fields__},
            "rules": tuple(replace(rule, when=Not(rule.when)) for rule in part.rules),
        })
        for part in law.instruments
    )  # fmt: skip
    return Law(law.state, law.days, law.encoded, parts)


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_half_a_file_or_another_content_is_laid_out_again(tmp_path, damage):
    library, (law, _), _ = law_of(5)
    whole = Whole(library.vars, [law], shelf=shelf_in(tmp_path))
    expected = whole.diagram.write(whole.function(law))
    (path,) = files(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-4] if damage is None else damage)
    again = Whole(library.vars, [], order=whole.order, shelf=shelf_in(tmp_path))
    assert again.diagram.write(again.function(law)) == expected
    assert path.read_bytes() == data


def test_no_folder_and_one_that_cannot_be_written_are_no_trouble(tmp_path):
    library, (law, _), _ = law_of(6)
    blocked = tmp_path / "file"
    blocked.write_text("")
    for folder in (None, blocked / "below"):
        Whole(library.vars, [law], shelf=shelf_in(folder)).function(law)


def test_the_oldest_functions_go(tmp_path, monkeypatch):
    monkeypatch.setattr("sekisho.reason.shelf._KEEP", 3)
    shelf = shelf_in(tmp_path)
    for number in range(6):
        shelf.keep_function(f"law {number}", [16, 0, 1, 2])
    assert len(files(tmp_path)) == 3
    assert shelf.function("law 5") is not None


def test_orders_are_kept_under_the_hash_of_the_books(tmp_path):
    shelf_in(tmp_path).keep_order("AAA", ["b", "a"])
    assert shelf_in(tmp_path).order("AAA") == ("b", "a")
    assert Shelf([], tmp_path, "another digest").order("AAA") is None


def test_conditions_of_different_meaning_are_different_texts():
    texts = set()
    rules = 0
    for number in range(8):
        library, laws, _ = law_of(number)
        whole = Whole(library.vars, [], order=sorted(library.vars))
        rows = {}
        for law in laws:
            for rule in law.rules:
                rows.setdefault(written(rule.when), set()).add(whole.condition(rule.when))
                rules += 1
        assert all(len(nodes) == 1 for nodes in rows.values())
        texts |= rows.keys()
    assert len(texts) > 20
    assert rules > len(texts) / 2
