"""Commands for operators: are the logs as they were written; what was sent."""

import json
from datetime import UTC, datetime

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened
from submissions import anchors
from submissions import audit as auditing
from submissions.clock import utc_now, utc_text
from submissions.delivery.history import Selection
from submissions.delivery.history import deliveries as history
from submissions.delivery.history import replay as send_again

HEADINGS = ("MADE AT", "ID", "DEPARTMENT", "TYPE", "STATE", "TRIES", "CODE", "MS")


@click.group()
def audit() -> None:
    """Check that the logs are as they were written."""


@audit.command("verify")
@click.option(
    "--head",
    metavar="HASH",
    help="A hash from `yibiao audit anchor` that was kept elsewhere.",
)
def verify(head: str | None) -> None:
    """Name the first bad entry of each log that was changed; end with 1 if any was."""
    with opened(create=False) as store:
        found = list(anchors.findings(store, head=head))
    for finding in found:
        click.echo(finding)
    if found:
        raise click.exceptions.Exit(1)
    click.echo("Every log is as it was written.")


@audit.command("anchor")
def anchor() -> None:
    """Write down how long each log is and how it ends; show the hash over all.

    The worker does so every hour. Keep the hash outside of this host: with it `yibiao
    audit verify --head HASH` also shows that everything was written anew.
    """
    with opened(create=False) as store:
        head = anchors.anchor(store, now=utc_text(utc_now()))
    click.echo(head or "There is nothing to anchor.")


@audit.command("show")
def show() -> None:
    """Show who looked up or erased what, when, and the reason they gave."""
    with opened(create=False) as store:
        lines = auditing.lines(store)
    rows = []
    for line in lines:
        said = line["detail"]
        about = said["about"] or " ".join(said.get("submissions", ())) or "-"
        rows.append((line["at"], line["who"], line["what"], about, said["why"]))
    click.echo(table(("AT", "WHO", "WHAT", "ABOUT", "WHY"), rows))


def moment(
    _context: click.Context, _option: click.Parameter, told: datetime | None
) -> str | None:
    """Return a time on the command line as the store writes it."""
    return None if told is None else utc_text(told.replace(tzinfo=UTC))


def _selecting(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options that say which deliveries are meant."""
    for add in (
        click.option("--until", type=click.DateTime(), callback=moment, help="UTC."),
        click.option("--since", type=click.DateTime(), callback=moment, help="UTC."),
        click.option("--endpoint", metavar="ID", help="Only to this endpoint."),
        click.option(
            "--state",
            type=click.Choice(["pending", "done", "parked", "held"]),
            help="Only what is in this state.",
        ),
        click.argument("ids", nargs=-1, metavar="[ID]..."),
    ):
        command = add(command)
    return command


@click.command()
@_selecting
@click.option("--json", "as_json", is_flag=True, help="As JSON lines, with attempts.")
def deliveries(
    ids: tuple[str, ...],
    endpoint: str | None,
    state: str | None,
    since: str | None,
    until: str | None,
    *,
    as_json: bool,
) -> None:
    """Show what was sent, when, and how it went; never what was in it."""
    chosen = Selection(
        ids=ids, endpoint=endpoint, state=state, since=since, until=until
    )
    with opened(create=False) as store:
        found = sorted(history(store, chosen), key=lambda each: each["made_at"])
    if as_json:
        for each in found:
            click.echo(json.dumps(each))
        return
    rows = []
    for each in found:
        last = each["attempts"][-1] if each["attempts"] else {}
        row = (each[name] for name in ("made_at", "id", "department", "type", "state"))
        said = (each["tries"], last.get("code"), last.get("took"))
        rows.append((*row, *("-" if x is None else str(x) for x in said)))
    click.echo(table(HEADINGS, rows))


@click.command()
@_selecting
def replay(
    ids: tuple[str, ...],
    endpoint: str | None,
    state: str | None,
    since: str | None,
    until: str | None,
) -> None:
    """Send deliveries again, the same message with the same id.

    By ID (see `yibiao deliveries`), endpoint, state or time; what fits everything said.
    """
    chosen = Selection(
        ids=ids, endpoint=endpoint, state=state, since=since, until=until
    )
    if chosen == Selection():
        raise click.UsageError(
            "Say what to send again: IDs, --endpoint, --state, --since or --until."
        )
    now = utc_text(utc_now())
    with opened(create=False) as store:
        count = send_again(store, chosen, now=now, by="yibiao replay")
    click.echo(f"sent again: {count}")
