"""Runs the notebook of the documents: its code cells are Python and plots, so that no kernel is needed.

python -m tests.notebook FOLDER     # where `hairpipe demo` was run; writes the outputs into the notebook
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import sys
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
from PIL import Image

NOTEBOOK = Path(__file__).parents[1] / ".docs/questions.ipynb"


def run_cells(folder: Path) -> nbformat.NotebookNode:
    """Return the notebook with the outputs that its cells give in a folder."""
    matplotlib.use("Agg")
    book = nbformat.read(NOTEBOOK, as_version=4)
    names: dict[str, Any] = {}
    with contextlib.chdir(folder):
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.outputs = _outputs(cell.source, names)
    nbformat.validate(book)
    return book


def _outputs(source: str, names: dict[str, Any]) -> list[nbformat.NotebookNode]:
    from matplotlib import pyplot

    value = last_value(source, names)
    if isinstance(value, str):
        return [nbformat.v4.new_output("display_data", {"text/plain": repr(value)})]
    pictures = [_picture(pyplot.figure(number)) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return [nbformat.v4.new_output("display_data", {"image/png": picture}) for picture in pictures]


def last_value(source: str, names: dict[str, Any]) -> Any:
    """Run a block and return what its last line gives; None where that is no expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "block", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "block", "eval"), names)  # noqa: S307


def _picture(figure: Any) -> str:
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    # A quarter of the bytes; the colours stay.
    Image.open(drawn).convert("RGB").quantize(128).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


if __name__ == "__main__":
    nbformat.write(run_cells(Path(sys.argv[1])), NOTEBOOK)
