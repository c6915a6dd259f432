"""Commands for agencies: are the definitions right, and what do they make?"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from builder import merge as merging
from builder import pack
from builder.catalogue import load, read_folder
from builder.checks import warnings
from builder.model import AffairId, Catalogue, MergedForm, Question

defs = click.option(
    "--defs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the definitions.  [default: those that are shipped]",
)


@click.command()
@defs
def check(defs: Path | None) -> None:
    """Check all definitions.

    Says of each mistake where it is, what is wrong and how to mend it.
    """
    catalogue = read(defs)
    for warning in warnings(catalogue):
        click.echo(f"warning: {warning}", err=True)
    for form in (merging.merge(catalogue, affair) for affair in catalogue.affairs):
        click.echo(
            f"{form.affair}: {len(form.matters)} matters, {form.counts.fields} fields, "
            f"{form.counts.questions} questions, {len(form.situations)} situations"
        )


@click.command()
@click.argument("affair")
@defs
@click.option("--summary", is_flag=True, help="Say in words what the merge made.")
def merge(affair: str, defs: Path | None, *, summary: bool) -> None:
    """Merge AFFAIR and write its pack as JSON.

    The summary goes to standard error.
    """
    form = merging.merge(catalogue := read(defs), known(catalogue, affair))
    if not summary:
        click.echo(pack.dump(form))
    click.echo(summary_of(form), err=not summary)


def read(folder: Path | None) -> Catalogue:
    """Return the definitions of a folder, or those that are shipped.

    Raises:
        DefinitionErrors: there are mistakes in them.
        click.BadParameter: there are no affairs.
    """
    source: Traversable = folder or files("form_defs")
    catalogue = load(read_folder(source))
    if not catalogue.affairs:
        raise click.BadParameter(
            f"there are no affairs in {source}", param_hint="--defs"
        )
    return catalogue


def known(catalogue: Catalogue, affair: str) -> AffairId:
    """Return the affair's id.

    Raises:
        click.UsageError: there is no such affair; names those that are.
    """
    if affair not in catalogue.affairs:
        raise click.UsageError(
            f"There is no affair {affair!r}. Known: {', '.join(catalogue.affairs)}."
        )
    return AffairId(affair)


def summary_of(form: MergedForm) -> str:
    """Say in words what the merge made of an affair."""
    shared = [each for each in form.questions if len(_askers(each)) > 1]
    fields, questions = form.counts.fields, form.counts.questions
    lines = [
        f"{form.guide.label['zh-CN']} {form.affair}",
        f"  matters          {len(form.matters):4}",
        f"  fields before    {fields:4}",
        f"  questions after  {questions:4}  ({1 - questions / fields:.0%} fewer)",
        f"  situations       {len(form.situations):4}",
        f"  shared facts     {len(shared):4}  asked once for several matters:",
    ]
    for each in shared:
        askers = _askers(each)
        lines.append(
            f"    {each.label['zh-CN']}  {len(askers)}: {', '.join(sorted(askers))}"
        )
    return "\n".join(lines)


def _askers(question: Question) -> set[str]:
    return {asker.matter for asker in question.asked_by}
