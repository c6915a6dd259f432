"""Commands that say in words what a merge does, and what changed."""

import sys
from pathlib import Path

import click

from builder import diff as differences
from builder import explain as explanations
from builder import pack
from builder.diff import lines as change_lines
from builder.errors import PackError
from builder.explain import explanations as words
from builder.lint import lint as found_by_lint
from builder.merge import merge
from builder.model import MergedForm
from renderer.commands.definitions import defs, known, read
from renderer.commands.store import opened
from submissions import packs


@click.command()
@click.argument("affair")
@click.argument("fact", required=False)
@defs
def explain(affair: str, fact: str | None, defs: Path | None) -> None:
    """Say who asks for what in AFFAIR; of FACT, every form's own demands.

    FACT is a fact's id, or where a question's answer stands in the answers.
    """
    catalogue = read(defs)
    form = merge(catalogue, known(catalogue, affair))
    click.echo("\n".join(words.lines(explanations.explain(form, fact))))


@click.command()
@click.argument("a")
@click.argument("b")
def diff(a: str, b: str) -> None:
    """Say in words what B changes against A: each a pack file, or affair@version."""
    changes = differences.diff(_form(a), _form(b))
    click.echo("\n".join(change_lines(changes)) or "Nothing differs.")


@click.command()
@defs
def lint(defs: Path | None) -> None:
    """Look for faults that merge all the same: doubled, unused, unclear, untranslated.

    Ends with 1 if there are any.
    """
    findings = found_by_lint(read(defs))
    for finding in findings:
        click.echo(str(finding))
    sys.exit(1 if findings else 0)


def _form(name: str) -> MergedForm:
    file = Path(name)
    if file.is_file():
        try:
            return pack.load(file.read_bytes())
        except PackError as error:
            place = error.place.replace("pack", name, 1)
            raise PackError(place, error.reason) from error
    if "@" not in name:
        raise click.UsageError(f"{name} is no file, and no affair@version.")
    with opened(create=False) as store:
        return packs.load(store, name).form
