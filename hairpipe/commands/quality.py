"""The command group ``quality``."""

from __future__ import annotations

import click

from hairpipe.commands.options import output_argument
from hairpipe.quality.model import save_user_quality
from hairpipe.report.results import open_results
from hairpipe.review.examples import gather_examples
from hairpipe.review.training import compare_quality, train_quality
from hairpipe.terminal import counted


@click.group()
def quality() -> None:
    """\b
    Examples:
      hairpipe quality train out/characters

    A quality model of your own, learnt from the labels of `hairpipe review`.
    """


@quality.command(short_help="Learn from your labels.")
@output_argument
def train(output: str) -> None:
    """\b
    Examples:
      hairpipe quality train out/characters

    Learn from your labels which results are good, compare with the shipped quality by
    cross-validation and, if it does better, let later runs use it.
    """
    results = open_results(output)
    examples = gather_examples(results)
    if examples.outdated:
        click.echo(f"{counted(examples.outdated, 'label')} set aside: the results have changed since")
    compared = compare_quality(examples)
    unlabelled = len(examples.unlabelled)
    click.echo(f"{counted(compared.labels, 'label')}, {counted(unlabelled, 'result')} without;")
    click.echo("AUC for good against the rest, each label rated by models that did not learn from it:")
    click.echo(f"  shipped quality   {compared.shipped_auc:.3f}")
    click.echo(f"  learnt            {compared.learnt_auc:.3f}")
    gain = compared.learnt_auc - compared.shipped_auc
    click.echo(
        f"  gain              {gain:+.3f} (95%: {compared.gain_low:+.3f} to {compared.gain_high:+.3f})"
    )
    if not compared.is_better:
        click.echo("No gain: nothing was saved, and runs go on with what they used before.")
        return
    path = save_user_quality(results.folder, train_quality(examples))
    if not compared.is_certain:
        click.echo("The gain may be chance; more labels would tell.")
    click.echo(f"{path}: used by later runs; delete it to go back to the shipped quality")
