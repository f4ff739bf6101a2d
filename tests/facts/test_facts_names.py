"""States, persons, outlets, bodies and items by any registered spelling."""

from __future__ import annotations

import pytest

from sekisho.facts import Registries, fold

from .conftest import Reading


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The Republic of Côte d’Ivoire", "republic of cote divoire"),
        ("  U.S.A. ", "usa"),
        ("Yoon Suk-yeol", "yoon suk yeol"),
        ("ＡＢＣ", "abc"),
        ("the", "the"),
        ("Straße", "strasse"),
        ("", ""),
        ("ウクライナ", "ウクライナ"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_small(read: Reading) -> None:
    facts = read({})[0]
    assert facts.find_state("kingdom of alpha") == facts.find_state("アルファ") == facts.find_state("aaa") == "AAA"
    assert facts.find_state("Deltaland") is None
    assert facts.suggest_state("Alfaland") == ("AAA",)
    assert facts.find_item("gadget") == "thing"
    assert facts.suggest_item("gadgets") == ("thing",)
    assert facts.names.find("people", "ann other") == "ann"
    assert facts.names.find("planets", "mars") is None
    assert facts.names.suggest("planets", "mars") == ()
    assert facts.names.of("AAA") == "Alphaland"
    assert facts.names.in_prose("AAA") == "the Alphaland"
    assert facts.names.of("ZZZ") == facts.names.in_prose("ZZZ") == "ZZZ"
    assert facts.state("BBB") is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Japan", "JPN"),
        ("日本", "JPN"),
        ("South Korea", "KOR"),
        ("Republic of Korea", "KOR"),
        ("ROK", "KOR"),
        ("대한민국", "KOR"),
        ("North Korea", "PRK"),
        ("DPRK", "PRK"),
        ("U.S.", "USA"),
        ("the United States", "USA"),
        ("UK", "GBR"),
        ("Ukraine", "UKR"),
        ("ウクライナ", "UKR"),
        ("우크라이나", "UKR"),
        ("Cote d'Ivoire", "CIV"),
        ("Türkiye", "TUR"),
        ("Turkiye", "TUR"),
        ("Viet Nam", "VNM"),
        ("USSR", "SUN"),
        ("East Germany", "DDR"),
        ("former Yugoslavia", "YUG"),
        ("UN", "UNO"),
        ("UNO", "UNO"),
        ("ukr", "UKR"),
        ("Korea", None),
        ("Congo", None),
        ("Seoul", None),
        ("Moscow", None),
    ],
)
def test_states(facts: Registries, text: str, code: str | None) -> None:
    assert facts.find_state(text) == code


@pytest.mark.parametrize(
    ("text", "code"), [("Ukrain", "UKR"), ("Phillipines", "PHL"), ("Jappan", "JPN"), ("Untied States", "USA")]
)
def test_suggestions(facts: Registries, text: str, code: str) -> None:
    assert facts.find_state(text) is None
    assert facts.suggest_state(text)[0] == code


@pytest.mark.parametrize(
    ("sort", "text", "key"),
    [
        ("people", "Yun Seok-yeol", "yoon"),
        ("people", "Yin Xiyue", "yoon"),
        ("people", "Yun", "yoon"),
        ("people", "Zelenskiy", "zelenskyy"),
        ("people", "Zelenskyi", "zelenskyy"),
        ("people", "Volodymyr Zelensky", "zelenskyy"),
        ("people", "Sanae Takaichi", "takaichi"),
        ("people", "Dmytro Kuleba", "kuleba"),
        ("outlets", "Hotnews.ro", "hotnews"),
        ("outlets", "Caliber.az", "caliber"),
        ("outlets", "Voice of America", "voa"),
        ("outlets", "UNN", "unn"),
        ("bodies", "LDP", "ldp"),
        ("bodies", "Komeito party", "komeito"),
        ("bodies", "DAPA", "dapa"),
        ("items", "Patriot", "patriot-pac3"),
        ("items", "bulletproof vests", "body-armour"),
        ("items", "155 mm shells", "shell-155mm"),
        ("items", "Mogami", "mogami"),
        ("items", "electric generators", "generator"),
    ],
)
def test_real_names(facts: Registries, sort: str, text: str, key: str) -> None:
    assert facts.names.find(sort, text) == key
