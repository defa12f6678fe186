"""What the documents' questions answer, on their page and in their notebook, is written into them.

    python -m tests.answers FOLDER     # where `hairpipe demo` was run

The notebook's cells are Python and plots, so that no kernel is needed.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import pandas as pd
from PIL import Image

NOTEBOOK = Path(__file__).parents[1] / ".docs/questions.ipynb"
QUESTIONS = NOTEBOOK.with_name("questions.md")


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the language and the text of each block of code."""
    return re.findall(r"```(\w+)\n(.*?)```", text, flags=re.DOTALL)


def shown(answer: pd.DataFrame | pd.Series[Any]) -> str:
    """Return an answer as the page prints it."""
    with pd.option_context("display.width", 110, "display.max_columns", 20):
        lines = str(answer).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines if not line.startswith("Name: "))


def answered_page(folder: Path) -> str:
    """Return the page of questions with what they answer in a folder."""
    page = QUESTIONS.read_text()
    start, *questions = page.split("\n## ")
    names: dict[str, Any] = {}
    with contextlib.chdir(folder):
        for _, block in blocks(start):
            last_value(block, names)
        for question in questions:
            (_, asked), (_, printed), *_ = blocks(question)
            page = page.replace(f"```text\n{printed}```", f"```text\n{shown(last_value(asked, names))}```")
    return page


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
    QUESTIONS.write_text(answered_page(Path(sys.argv[1])))
    nbformat.write(run_cells(Path(sys.argv[1])), NOTEBOOK)
