"""Commands for operators: the list of areas."""

from pathlib import Path

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened
from submissions import areas
from submissions.clock import utc_now, utc_text


@click.group()
def area() -> None:
    """Say which areas there are."""


@area.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Take over a list of areas, CSV with the columns code and name.

    A province in it replaces what was known of that province.
    """
    now, by = utc_text(utc_now()), "yibiao area load"
    with opened() as store, file.open(encoding="utf-8-sig", newline="") as lines:
        count = areas.load(store, lines, now=now, by=by)
    click.echo(f"{count} areas")


@area.command("list")
@click.argument("code", default="")
def list_(code: str) -> None:
    """Show the areas inside CODE, or the provinces that are loaded."""
    inside = areas.normal(code)
    with opened(create=False) as store:
        names = areas.known(store, inside[:2]) if inside else areas.provinces(store)
    rows = [(c, name) for c, name in sorted(names.items()) if c.startswith(inside)]
    click.echo(table(("CODE", "NAME"), rows))
