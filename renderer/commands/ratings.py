"""A command for operators: how applicants rate what was handled."""

import json

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened
from submissions import rating

#: What is counted, with its heading.
COUNTED = {
    "very_good": "VERY GOOD",
    "good": "GOOD",
    "fair": "FAIR",
    "bad": "BAD",
    "very_bad": "VERY BAD",
    "unrated": "UNRATED",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def ratings(*, as_json: bool) -> None:
    """Count how applicants rate completed cases, by affair."""
    with opened(create=False) as store:
        found = rating.ratings(store)
    counted = {
        affair: {level: levels[level] for level in COUNTED}
        for affair, levels in found.items()
    }
    if as_json:
        click.echo(json.dumps(counted))
        return
    rows = [(affair, *map(str, levels.values())) for affair, levels in counted.items()]
    click.echo(table(("AFFAIR", *COUNTED.values()), rows))
