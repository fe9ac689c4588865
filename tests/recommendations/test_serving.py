"""Recommendations are made anew when the code that makes them changes, wherever it stands."""

import ast
from pathlib import Path

from xdrec_assets.pipeline import HERE
from xdrec_assets.recommendations.serving import CODE_OF_EVALUATION

READS_ROWS = HERE / "evaluation" / "judging.py"


def test_code_of_the_evaluation_that_recommendations_are_made_by_is_in_their_fingerprint() -> None:
    used = {path for file in (HERE / "recommendations").glob("*.py") for path in evaluation_imports(file)}
    assert used - {READS_ROWS} == {*CODE_OF_EVALUATION}
    assert all(path.is_file() for path in CODE_OF_EVALUATION)


def evaluation_imports(file: Path) -> set[Path]:
    """The modules of the evaluation that a file imports from."""
    found = [node.module or "" for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [module.split(".")[1:] for module in found if module.startswith("xdrec_assets.evaluation.")]
    return {HERE.joinpath(*name).with_suffix(".py") for name in names}
