"""Commands for operators: where departments receive."""

import secrets
from collections.abc import Sequence

import click

from renderer.commands.store import opened
from submissions import areas, endpoints, outbound, packs, routing
from submissions.clock import utc_now, utc_text
from submissions.delivery import webhook
from submissions.store.contract import Store

HEADINGS = ("ID", "DEPARTMENT", "AREA", "URL", "PAYLOAD", "STATE", "LAST PING")


@click.group()
def endpoint() -> None:
    """Say where departments receive."""


def area_code(_context: click.Context, _option: click.Parameter, code: str) -> str:
    """Let an area code pass, without the zeros that stand for "all of it".

    Raises:
        click.BadParameter: it is none.
    """
    if code and not areas.normal(code):
        raise click.BadParameter("an area code has 2, 4, 6, 9 or 12 digits.")
    return areas.normal(code)


@endpoint.command("add")
@click.argument("department")
@click.argument("url")
@click.option(
    "--area",
    default="",
    callback=area_code,
    help="Code of an area, 2 to 12 digits: only for it.  [default: everywhere]",
)
@click.option(
    "--payload",
    type=click.Choice(["full", "thin"]),
    default="full",
    show_default=True,
    help="full: with the document. thin: with the place to get it from.",
)
@click.option(
    "--cap",
    type=click.IntRange(1, 100),
    default=endpoints.CAP,
    show_default=True,
    help="Requests a worker sends to it at the same time.",
)
def add(
    department: str, url: str, area: str, payload: endpoints.Payload, cap: int
) -> None:
    """Send the documents of DEPARTMENT to URL, once it has echoed a challenge.

    The secret that signs them is shown this once.
    """
    secret, now = webhook.new_secret(secrets.token_bytes), utc_text(utc_now())
    to = outbound.target(url)
    with opened() as store:
        require_department(store, department)
        require_area(store, area)
        id_ = endpoints.add(
            store,
            department=department,
            area=area,
            url=url,
            secret=secret,
            now=now,
            payload=payload,
            cap=cap,
            by="yibiao endpoint add",
        )
        every = endpoints.every(store)
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
        _warn_of_more(department, area, len(beside))
    click.echo(secret)


def _warn_of_more(department: str, area: str, count: int) -> None:
    click.echo(
        f"{department} now has {count} endpoints for {area or 'everywhere'}; "
        f"each that is active receives every document. "
        f"`yibiao endpoint remove ID` removes one.",
        err=True,
    )


@endpoint.command("list")
def list_() -> None:
    """Show every endpoint but no secret."""
    with opened(create=False) as store:
        every = endpoints.every(store)
    now = utc_text(utc_now())
    rows = [
        (
            *(e.id, e.department, e.area or "*", e.url, e.payload),
            _state(e, now),
            _pinged(e),
        )
        for e in every
    ]
    click.echo(table(HEADINGS, rows))


@endpoint.command("verify")
@click.argument("id_", metavar="ID")
def verify(id_: str) -> None:
    """Have the worker send a ping with a new challenge.

    `yibiao endpoint list` then says what it brought.
    """
    with opened(create=False) as store:
        known = require_endpoint(store, id_)
        endpoints.ping(store, known, now=utc_text(utc_now()))


@endpoint.command("rotate")
@click.argument("id_", metavar="ID")
@click.option(
    "--days",
    type=click.IntRange(endpoints.OVERLAP_DAYS[0], endpoints.OVERLAP_DAYS[-1]),
    default=7,
    show_default=True,
    help="So long the old secret is good beside the new one.",
)
def rotate(id_: str, days: int) -> None:
    """Give an endpoint a new secret, shown this once.

    Messages are signed with both until the old one ends.
    """
    secret, now = webhook.new_secret(secrets.token_bytes), utc_text(utc_now())
    with opened(create=False) as store:
        endpoints.rotate(
            store, require_endpoint(store, id_), secret, now=now, days=days
        )
    click.echo(f"{id_}: the old secret is good for {days} more days.", err=True)
    click.echo(secret)


@endpoint.command("pause")
@click.argument("id_", metavar="ID")
def pause(id_: str) -> None:
    """Send nothing to an endpoint until it is resumed.

    What is due meanwhile goes to another endpoint of the department, or is parked.
    """
    with opened(create=False) as store:
        endpoints.pause(store, require_endpoint(store, id_))


@endpoint.command("resume")
@click.argument("id_", metavar="ID")
def resume(id_: str) -> None:
    """Send to an endpoint again, what was parked for it too."""
    with opened(create=False) as store:
        known = require_endpoint(store, id_)
        resumed = routing.resume(store, known, now=utc_text(utc_now()))
        found = endpoints.get(store, known)
    if found is not None and found.state == "unverified":
        click.echo(f"{id_} gets a challenge first: it never echoed one.")
    else:
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
    if endpoints.get(store, id_) is None:
        raise click.UsageError(
            f"There is no endpoint {id_!r}. `yibiao endpoint list` shows all."
        )
    return id_


def require_area(store: Store, area: str) -> None:
    """Refuse an area that the list of its province does not hold, if one is loaded.

    Raises:
        click.UsageError: there is no such area; names the nearest that is listed.
    """
    listed = areas.known(store, area[:2])
    if listed and area not in listed:
        around = next(code for code in areas.nearest(area) if code in listed)
        raise click.UsageError(
            f"There is no area {area!r} in the list; the nearest is {around} "
            f"{listed[around]}. `yibiao area load` takes a newer list."
        )


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


def _state(each: endpoints.Endpoint, now: str) -> str:
    if each.state == "active" and each.open_until is not None:
        return f"waits till {each.open_until}" if each.open_until > now else "active"
    return each.state


def _pinged(each: endpoints.Endpoint) -> str:
    if each.pinged is None:
        return "-"
    return f"{each.pinged['error'] or 'ok'}, {each.pinged['at']}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write rows under their headings."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (headings, *rows)
    )
