"""Each chat platform's ``quality.yaml`` answers every rule of ``adapters/quality_rules.yaml``; its proofs are there."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ADAPTERS = ROOT / "adapters"
NO_CHAT = {"local"}
"""Rooms with a platform that is no chat: its one user is the owner of the machine."""
CHATS = sorted({path.parent.name for path in ADAPTERS.glob("*/platform.py")} - NO_CHAT)


def read(path: Path) -> dict[str, Any]:
    """Return a file of YAML, which must be a mapping."""
    held = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(held, dict)
    return held


def functions(path: Path) -> set[str]:
    """Return the names of a file's functions."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, kinds)}


def lacking(proof: str) -> str | None:
    """Say what is not there of a proof: ``path``, or ``path::function``."""
    path, _, function = proof.partition("::")
    if not (ROOT / path).is_file():
        return f"{path} is not there"
    return f"{path} has no {function}" if function and function not in functions(ROOT / path) else None


def test_every_rule_is_a_sentence() -> None:
    """Its name alone would be understood in several ways."""
    rules = read(ADAPTERS / "quality_rules.yaml")
    assert all(isinstance(said, str) and said.endswith(".") for said in rules.values())


@pytest.mark.parametrize("chat", CHATS)
def test_a_chat_platform_answers_every_rule_and_no_other(chat: str) -> None:
    """In the order of the rules, each with one answer: done with proofs, or exempt with a reason."""
    answers = read(ADAPTERS / chat / "quality.yaml")
    assert list(answers) == list(read(ADAPTERS / "quality_rules.yaml"))
    for rule, answer in answers.items():
        match answer:
            case {"done": [str(), *_] as proofs, **rest} if not rest:
                assert len(set(proofs)) == len(proofs), rule
            case {"exempt": str(reason), **rest} if not rest:
                assert reason.endswith("."), rule
            case _:
                pytest.fail(f"{rule}: neither done with proofs nor exempt with a reason: {answer}")


@pytest.mark.parametrize("chat", CHATS)
def test_every_proof_is_there(chat: str) -> None:
    """A test that was renamed, or never written, proves nothing."""
    proofs = [proof for answer in read(ADAPTERS / chat / "quality.yaml").values() for proof in answer.get("done", [])]
    assert [problem for problem in map(lacking, proofs) if problem] == []
