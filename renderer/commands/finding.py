"""Commands for operators about one person's submissions."""

import sys

import click

from renderer.commands.endpoints import table
from renderer.commands.store import opened, operator
from submissions import finding, retention
from submissions.clock import utc_now, utc_text

HEADINGS = ("REF", "AFFAIR", "STATUS", "CREATED AT", "ID")
#: Why a person looks or erases; what they say is written down.
because = click.option(
    "--reason", required=True, help="Why; it is written down, without numbers."
)
by_whom = click.option(
    "--by", default=operator, help="Who does it.  [default: your account]"
)


@click.command()
@because
@by_whom
def find(reason: str, by: str) -> None:
    """Find submissions by the identity number of somebody in them.

    Asks for the number, so that it is in no history of commands. That you looked is
    written down: `yibiao audit show`.
    """
    number = click.prompt("Identity number", hide_input=sys.stdin.isatty())
    with opened(create=False) as store:
        now = utc_text(utc_now())
        found = finding.by_number(store, number, who=by, why=reason, now=now)
    names = ("ref", "affair", "status", "created_at", "_id")
    rows = [tuple(submission[name] for name in names) for submission in found]
    click.echo(table(HEADINGS, rows) if rows else "There is none.")


@click.command()
@click.argument("submission")
@because
@by_whom
@click.option("--anyway", is_flag=True, help="Also if departments still work on it.")
def erase(submission: str, reason: str, by: str, *, anyway: bool) -> None:
    """Erase SUBMISSION, with its files, also from every copy of the store.

    Its departments keep what they got. That it was erased is written down.
    """
    with opened(create=False) as store:
        now = utc_text(utc_now())
        retention.erase(store, submission, who=by, why=reason, now=now, anyway=anyway)
    click.echo(f"{submission} is erased")


@click.command()
def retain() -> None:
    """Erase what was kept as long as it may be, as the worker does every hour.

    That is expired drafts, submissions as long after their last change as their
    affair says, and what an old copy of the store brought back.
    """
    now = utc_text(utc_now())
    with opened(create=False) as store:
        again = store.purge(now=now) + store.finish(now=now)
        erased = {n: sweep(store, now=now) for n, sweep in retention.SWEEPS.items()}
    for name in ("drafts", "submissions", "files"):
        click.echo(f"{name} {erased[name]}")
    click.echo(f"erased again {again}")
