"""A command for operators: what waits, and what cannot be sent."""

import json

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened
from submissions import routing
from submissions.progress import State
from submissions.standing import standing

#: What is counted, with its heading; parts that have arrived need nobody.
COUNTED: dict[State, str] = {
    "waiting": "WAITING",
    "sending": "ON THEIR WAY",
    "no_endpoint": "NO ENDPOINT",
    "parked": "PARKED",
    "held": "HELD",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(*, as_json: bool) -> None:
    """Count the parts that have not arrived, by department.

    Says too which endpoints are paused.
    """
    with opened(create=False) as store:
        counted = standing(store)
        paused = [e for e in routing.endpoints(store) if e.state == "paused"]
    departments = {
        department: {state: states[state] for state in COUNTED}
        for department, states in counted.items()
    }
    if as_json:
        shown = [
            {"id": e.id, "department": e.department, "area": e.area, "url": e.url}
            for e in paused
        ]
        click.echo(json.dumps({"departments": departments, "paused": shown}))
        return
    rows = [
        (department, *map(str, states.values()))
        for department, states in departments.items()
    ]
    click.echo(table(("DEPARTMENT", *COUNTED.values()), rows))
    for each in paused:
        click.echo(
            f"Paused: {each.department} {each.url}; "
            f"`yibiao endpoint resume {each.id}` sends what is parked."
        )
