"""A command for operators: what waits, and what cannot be sent."""

import json
from collections.abc import Sequence
from typing import Any

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened
from submissions import endpoints, packs, routing
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

    Says too which endpoints get nothing, and what is published by whom.
    """
    with opened(create=False) as store:
        counted = standing(store)
        published = packs.published(store)
        every, untold = endpoints.every(store), routing.untold(store)
    paused, unverified = (
        [e for e in every if e.state == state] for state in ("paused", "unverified")
    )
    departments = {
        department: {state: states[state] for state in COUNTED}
        for department, states in counted.items()
    }
    if as_json:
        told = {
            "departments": departments,
            "paused": list(map(_place, paused)),
            "unverified": list(map(_place, unverified)),
            "untold": list(map(_place, untold)),
            "published": [_told(version) for version in published],
        }
        click.echo(json.dumps(told))
        return
    rows = [
        (department, *map(str, states.values()))
        for department, states in departments.items()
    ]
    click.echo(table(("DEPARTMENT", *COUNTED.values()), rows))
    for version in published:
        click.echo(f"Published: {_in_words(version)}")
    _show_silent(paused, unverified)
    for each in untold:
        click.echo(
            f"Not told of everything: {each.name} {each.url}; "
            f"`yibiao endpoint resume {each.id}` sends what is parked."
        )


def _show_silent(
    paused: Sequence[endpoints.Endpoint], unverified: Sequence[endpoints.Endpoint]
) -> None:
    for each in paused:
        click.echo(
            f"Paused: {each.name} {each.url}; "
            f"`yibiao endpoint resume {each.id}` sends what is parked."
        )
    for each in unverified:
        why = each.pinged["error"] if each.pinged else "no worker has asked it yet"
        click.echo(
            f"Not verified: {each.name} {each.url}: {why}; "
            f"`yibiao endpoint verify {each.id}` asks again."
        )


def _place(each: endpoints.Endpoint) -> dict[str, str]:
    return {
        "id": each.id,
        "department": each.name,
        "area": each.area,
        "url": each.url,
    }


def _told(version: packs.Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "published_at": version.published_at,
        "by": version.by,
        "review": version.review,
        "certificate": version.certificate,
    }


def _in_words(version: packs.Version) -> str:
    proven = "without a certificate"
    if version.certificate is not None:
        agreed = version.certificate["t_equals_v"]
        count = agreed["valid"] + agreed["invalid"]
        proven = f"proven on {count} samples"
    unreviewed = version.review == packs.UNREVIEWED
    reviewed = "without review" if unreviewed else f"review {version.review}"
    day = version.published_at[: len("2026-11-22")]
    return f"{version.id} on {day} by {version.by}, {reviewed}, {proven}"
