"""Commands for operators: where departments and observers receive."""

import secrets
from collections.abc import Sequence

import click

from renderer.commands.store import opened
from submissions import areas, endpoints, observing, outbound, packs, routing
from submissions.clock import utc_now, utc_text
from submissions.delivery import webhook
from submissions.store.contract import Store

HEADINGS = ("ID", "WHO", "AREA", "URL", "GETS", "STATE", "LAST PING")


@click.group()
def endpoint() -> None:
    """Say where departments and observers receive."""


def area_code(_context: click.Context, _option: click.Parameter, code: str) -> str:
    """Let an area code pass, without the zeros that stand for "all of it".

    Raises:
        click.BadParameter: it is none.
    """
    if code and not areas.normal(code):
        raise click.BadParameter("an area code has 2, 4, 6, 9 or 12 digits.")
    return areas.normal(code)


@endpoint.command("add")
@click.argument("who")
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
    help="full: with the document. thin: with the place to get it from.  "
    "[default: full; of events: thin]",
)
@click.option(
    "--event",
    "events",
    type=click.Choice(observing.TYPES),
    multiple=True,
    help="WHO is an observer, told of these events and sent no part.",
)
@click.option(
    "--affair",
    "affairs",
    multiple=True,
    help="Of events: only of this affair.  [default: of every affair]",
)
@click.option(
    "--cap",
    type=click.IntRange(1, 100),
    default=endpoints.CAP,
    show_default=True,
    help="Requests a worker sends to it at the same time.",
)
def add(
    who: str,
    url: str,
    *,
    area: str,
    payload: endpoints.Payload | None,
    events: tuple[str, ...],
    affairs: tuple[str, ...],
    cap: int,
) -> None:
    """Send the documents of the department WHO to URL, once it echoed a challenge.

    With --event, tell an observer called WHO what happens: ids, and where to look,
    never a document. The secret that signs all of it is shown this once.
    """
    _refuse_unfitting(events, affairs, payload)
    observer = endpoints.Observer(name=who, events=events, affairs=affairs)
    secret, to = webhook.new_secret(secrets.token_bytes), outbound.target(url)
    with opened() as store:
        if not events:
            require_department(store, who)
        require_affairs(store, affairs)
        require_area(store, area)
        id_ = endpoints.add(
            store,
            department=endpoints.OBSERVER if events else who,
            observer=observer if events else None,
            area=area,
            url=url,
            secret=secret,
            now=utc_text(utc_now()),
            payload="thin" if events else payload or "full",
            cap=cap,
            by="yibiao endpoint add",
        )
        every = endpoints.every(store)
    click.echo(f"{id_} {who} {url}", err=True)
    _warn_of_refusal(to)
    _warn_of_more(every, who, area)
    click.echo(secret)


def _warn_of_refusal(to: outbound.Target) -> None:
    reason = outbound.refusal(to)
    if reason:
        click.echo(
            f"A worker refuses this URL, for {reason}. Start it with: "
            f"yibiao worker --allow {to}",
            err=True,
        )


def _warn_of_more(
    every: Sequence[endpoints.Endpoint], department: str, area: str
) -> None:
    beside = [e for e in every if (e.department, e.area) == (department, area)]
    if len(beside) > 1:
        click.echo(
            f"{department} now has {len(beside)} endpoints for "
            f"{area or 'everywhere'}; each that is active receives every document. "
            f"`yibiao endpoint remove ID` removes one.",
            err=True,
        )


@endpoint.command("desk")
@click.argument("who")
@click.option(
    "--area",
    default="",
    callback=area_code,
    help="Code of an area, 2 to 12 digits: only for it.  [default: everywhere]",
)
def desk(who: str, area: str) -> None:
    """Keep the documents of the department WHO here, for its own people to read.

    For a department without a system. What could not be sent to it is there at once.
    """
    with opened() as store:
        require_department(store, who)
        require_area(store, area)
        now = utc_text(utc_now())
        id_ = routing.open_desk(
            store, department=who, area=area, now=now, by="yibiao endpoint desk"
        )
        every = endpoints.every(store)
    click.echo(f"{id_} {who} at its desk", err=True)
    _warn_of_more(every, who, area)


@endpoint.command("list")
def list_() -> None:
    """Show every endpoint but no secret."""
    with opened(create=False) as store:
        every = endpoints.every(store)
    now = utc_text(utc_now())
    rows = [
        (
            *(e.id, e.name, e.area or "*", e.url or "its desk", _gets(e)),
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
        known = require_receiver(store, id_)
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
            store, require_receiver(store, id_), secret, now=now, days=days
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


def require_receiver(store: Store, id_: str) -> str:
    """Return the id of an endpoint that something is sent to.

    Raises:
        click.UsageError: there is none with this id, or it is a desk.
    """
    found = endpoints.get(store, require_endpoint(store, id_))
    if found is not None and found.desk:
        raise click.UsageError(
            f"{id_} is the desk of {found.name}: nothing is sent there. "
            f"`yibiao endpoint add {found.name} URL` adds where to send to."
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


def require_affairs(store: Store, affairs: Sequence[str]) -> None:
    """Refuse an affair that is not published.

    Raises:
        click.UsageError: there is no such affair; names those that are.
    """
    known = {each.affair for each in packs.affairs(store)}
    unknown = sorted(set(affairs) - known)
    if unknown:
        raise click.UsageError(
            f"There is no affair {unknown[0]!r} in what is published. "
            f"Known: {', '.join(sorted(known)) or 'none; publish first'}."
        )


def _refuse_unfitting(
    events: Sequence[str], affairs: Sequence[str], payload: str | None
) -> None:
    if events and payload == "full":
        raise click.UsageError("An observer gets no document: leave --payload out.")
    if affairs and not events:
        raise click.UsageError(
            "--affair is for observers: name the events with --event."
        )


def _gets(each: endpoints.Endpoint) -> str:
    if each.observer is None:
        return each.payload
    affairs = ",".join(each.observer.affairs)
    return ",".join(each.observer.events) + (f" of {affairs}" if affairs else "")


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
