"""Commands for operators: where departments receive."""

import secrets
from collections.abc import Sequence

import click

from renderer.commands.store import opened
from submissions import outbound, packs, routing
from submissions.clock import utc_now, utc_text
from submissions.delivery import webhook
from submissions.store.contract import Store

HEADINGS = ("ID", "DEPARTMENT", "AREA", "URL", "STATE")


@click.group()
def endpoint() -> None:
    """Say where departments receive."""


def area_code(_context: click.Context, _option: click.Parameter, code: str) -> str:
    """Let an area code pass.

    Raises:
        click.BadParameter: it is none.
    """
    digits = code.isascii() and code.isdecimal()
    if code and not (digits and len(code) in routing.AREA_LENGTHS):
        raise click.BadParameter("an area code has 2, 4, 6, 9 or 12 digits.")
    return code


@endpoint.command("add")
@click.argument("department")
@click.argument("url")
@click.option(
    "--area",
    default="",
    callback=area_code,
    help="Code of an area, 2 to 12 digits: only for it.  [default: everywhere]",
)
def add(department: str, url: str, area: str) -> None:
    """Send the documents of DEPARTMENT to URL.

    The secret that signs them is shown this once.
    """
    secret, now = webhook.new_secret(secrets.token_bytes), utc_text(utc_now())
    to = outbound.target(url)
    with opened() as store:
        require_department(store, department)
        id_ = routing.add_endpoint(
            store,
            department=department,
            area=area,
            url=url,
            secret=secret,
            now=now,
            by="yibiao endpoint add",
        )
        every = routing.endpoints(store)
    click.echo(f"{id_} {department} {url}", err=True)
    reason = outbound.refusal(to)
    if reason:
        click.echo(
            f"A worker refuses this URL, for {reason}. Start it with: "
            f"yibiao worker --allow {to}",
            err=True,
        )
    beside = [e for e in every if (e.department, e.area) == (department, area)]
    if len(beside) > 1:
        click.echo(
            f"{department} now has {len(beside)} endpoints for {area or 'everywhere'}; "
            f"each that is active receives every document. "
            f"`yibiao endpoint remove ID` removes one.",
            err=True,
        )
    click.echo(secret)


@endpoint.command("list")
def list_() -> None:
    """Show every endpoint but no secret."""
    with opened(create=False) as store:
        every = routing.endpoints(store)
    rows = [(e.id, e.department, e.area or "*", e.url, e.state) for e in every]
    click.echo(table(HEADINGS, rows))


@endpoint.command("pause")
@click.argument("id_", metavar="ID")
def pause(id_: str) -> None:
    """Send nothing to an endpoint until it is resumed.

    What is due meanwhile goes to another endpoint of the department, or is parked.
    """
    with opened(create=False) as store:
        routing.pause(store, require_endpoint(store, id_))


@endpoint.command("resume")
@click.argument("id_", metavar="ID")
def resume(id_: str) -> None:
    """Send to an endpoint again, what was parked for it too."""
    with opened(create=False) as store:
        known = require_endpoint(store, id_)
        resumed = routing.resume(store, known, now=utc_text(utc_now()))
    click.echo(f"{id_} is active; sent again: {resumed}")


@endpoint.command("remove")
@click.argument("id_", metavar="ID")
def remove(id_: str) -> None:
    """Forget an endpoint; what was on its way goes to the others there are."""
    with opened(create=False) as store:
        known = require_endpoint(store, id_)
        routing.remove(store, known, now=utc_text(utc_now()))


def require_endpoint(store: Store, id_: str) -> str:
    """Return the id of an endpoint.

    Raises:
        click.UsageError: there is none with this id.
    """
    if routing.endpoint(store, id_) is None:
        raise click.UsageError(
            f"There is no endpoint {id_!r}. `yibiao endpoint list` shows all."
        )
    return id_


def require_department(store: Store, department: str) -> None:
    """Refuse a department that no published affair knows.

    Raises:
        click.UsageError: there is no such department; names those that are.
    """
    known = {each for found in packs.affairs(store) for each in found.form.departments}
    if department not in known:
        raise click.UsageError(
            f"There is no department {department!r} in what is published. "
            f"Known: {', '.join(sorted(known)) or 'none; publish first'}."
        )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write rows under their headings."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (headings, *rows)
    )
