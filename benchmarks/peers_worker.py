"""Measures one other engine, in an environment of its own: `peers_worker.py NAME COUNT` prints JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import each
from stylised import RULES, Case, cases, cedar, reference, rego, table

Answer = Callable[[Case], str]


def cedarpy() -> tuple[Answer, Answer, str]:
    import cedarpy as engine

    policies, entities = engine.PolicySet.from_str(cedar()), engine.Entities.from_json_str("[]")
    place = {f"policy{number}": number for number in range(len(RULES))}

    def answer(case: Case) -> str:
        day = {"__extn": {"fn": "datetime", "arg": case["law_date"]}}
        request = {"principal": 'S::"a"', "action": 'A::"t"', "resource": 'I::"x"', "context": case | {"law_date": day}}
        reasons = engine.is_authorized(request, policies, entities).diagnostics.reasons
        return RULES[min(place[reason] for reason in reasons)][0] if reasons else "Z"

    return answer, answer, "ids of the policies that hold"


def zen() -> tuple[Answer, Answer, str]:
    import zen as engine

    decision = engine.ZenEngine().create_decision(json.dumps(table()))

    def answer(case: Case) -> str:
        found: str = decision.evaluate(case)["result"]["basis"]
        return found

    def explained(case: Case) -> str:
        result: dict[str, Any] = decision.evaluate(case, {"trace": True})
        assert result["trace"]
        found: str = result["result"]["basis"]
        return found

    return answer, explained, "trace of the table"


def regorus() -> tuple[Answer, Answer, str]:
    from opa_eval import OpaEval

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.rego"
        path.write_text(rego(), encoding="utf-8")
        engine = OpaEval(str(path), None, "data.stylised.basis")

    def answer(case: Case) -> str:
        found: str = engine.evaluate_parsed(json.dumps(case))
        return found

    return answer, answer, ""


def main() -> None:
    answer, explained, how = {"cedarpy": cedarpy, "zen-engine": zen, "opa-eval": regorus}[sys.argv[1]]()
    count = int(sys.argv[2])
    checked = cases(2000, 7)
    wrong = sum(answer(case) != reference(case) for case in checked)
    asked = cases(count, 8)
    each(answer, asked[:50])
    plain, with_why = each(answer, asked), each(explained, asked)
    print(json.dumps({"wrong": wrong, "plain": vars(plain), "explained": vars(with_why), "how": how}))


if __name__ == "__main__":
    main()
