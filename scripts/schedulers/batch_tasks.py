"""Checks tasks against the models of Azure Batch's requests: every field, at every depth, is one that the service knows.

    batch_tasks.py FILE
"""

import json
import re
import sys

from azure.batch import models


def check(value, kind, place):
    """Fails where a value is not one of this type of the models."""
    several = re.fullmatch(r"\[(.*)\]", kind)
    if several:
        assert isinstance(value, list), f"{place} is no list"
        for at, one in enumerate(value):
            check(one, several.group(1), f"{place}[{at}]")
        return
    model = getattr(models, kind, None)
    if model is None:
        expected = {"str": str, "int": int, "bool": bool}[kind]
        assert isinstance(value, expected), f"{place} is no {kind}"
        return
    if hasattr(model, "__members__"):
        known = {member.value for member in model}
        assert value in known, f"{place} is `{value}`, and none of {sorted(known)}"
        return
    fields = {field["key"]: field["type"] for field in model._attribute_map.values()}
    needed = {model._attribute_map[name]["key"] for name, rules in model._validation.items() if rules.get("required")}
    assert needed <= value.keys(), f"{place} lacks {needed - value.keys()}"
    for name, inner in value.items():
        assert name in fields, f"{place} has the unknown field `{name}`"
        check(inner, fields[name], f"{place}.{name}")


with open(sys.argv[1], encoding="utf-8") as file:
    tasks = json.load(file)
check(tasks, "[TaskAddParameter]", "tasks")
print(f"{len(tasks)} tasks are as Azure Batch expects them")
