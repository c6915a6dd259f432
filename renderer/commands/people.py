"""Commands for operators: who works here, and what they may do."""

import secrets
import sys

import click

from renderer.commands.endpoints import require_department, table
from renderer.commands.store import opened, operator
from submissions import signing_in
from submissions import staff as accounts
from submissions.clock import utc_now, utc_text
from submissions.staff import Role, Staff
from submissions.store.contract import Store

HEADINGS = ("ID", "NAME", "DEPARTMENT", "ROLES", "SIGNS IN WITH", "STATE")
by_whom = click.option(
    "--by", default=operator, help="Who does it.  [default: your account]"
)
in_department = click.option(
    "--department", help="Whose cases they see.  [default: none]"
)

with_roles = click.argument(
    "roles",
    nargs=-1,
    required=True,
    metavar="ROLE...",
    type=click.Choice([each.value for each in Role]),
)


@click.group()
def staff() -> None:
    """Say who works here, and what they may do."""


@staff.command("add")
@click.argument("id_", metavar="ID")
@click.argument("name")
@with_roles
@in_department
@click.option("--subject", help="Who they are to the identity provider.")
@by_whom
def add(
    id_: str,
    name: str,
    roles: tuple[str, ...],
    *,
    department: str | None,
    subject: str | None,
    by: str,
) -> None:
    """Open an account ID for the person NAME, who may do what each ROLE may.

    Shows the code with which they give themselves a password, at /desk/first. It opens
    once, for three days.
    """
    with opened() as store:
        if department is not None:
            require_department(store, department)
        accounts.add(
            store,
            id_=id_,
            name=name,
            roles=[*map(Role, roles)],
            department=department,
            subject=subject,
            by=by,
            now=_now(),
        )
        code = _invited(store, id_, by)
    click.echo(f"{id_} {' '.join(sorted(set(roles)))}", err=True)
    click.echo(code)


@staff.command("list")
def list_() -> None:
    """Show every account, the closed ones too."""
    with opened(create=False) as store:
        every = accounts.every(store)
    rows = [
        (
            each.id,
            each.name,
            each.department or "-",
            " ".join(sorted(each.roles)),
            _factors(each),
            "open" if each.active else "closed",
        )
        for each in every
    ]
    click.echo(table(HEADINGS, rows))


@staff.command("roles")
@click.argument("id_", metavar="ID")
@with_roles
@in_department
@click.option(
    "--subject",
    help="Who they are to the identity provider, '' for nobody.  [default: as it was]",
)
@by_whom
def roles(
    id_: str,
    roles: tuple[str, ...],
    *,
    department: str | None,
    subject: str | None,
    by: str,
) -> None:
    """Let the account ID do what each ROLE may and no more; it is open again."""
    with opened(create=False) as store:
        if department is not None:
            require_department(store, department)
        accounts.change(
            store,
            id_,
            roles=[*map(Role, roles)],
            department=department,
            subject=subject,
            by=by,
            now=_now(),
        )
    click.echo(f"{id_} {' '.join(sorted(set(roles)))}")


@staff.command("password")
@click.argument("id_", metavar="ID")
@click.option("--typed", is_flag=True, help="Ask for the password here instead.")
@by_whom
def password(id_: str, by: str, *, typed: bool) -> None:
    """Show a new code with which the person ID gives themselves a password.

    What opened before opens until then.
    """
    with opened(create=False) as store:
        if not typed:
            click.echo(_invited(store, id_, by))
            return
        hidden = sys.stdin.isatty()
        said = click.prompt("Password", hide_input=hidden, confirmation_prompt=hidden)
        accounts.set_password(
            store, id_, said, by=by, now=_now(), random=secrets.token_bytes
        )
    click.echo(f"{id_} has a new password", err=True)


@staff.command("deactivate")
@click.argument("id_", metavar="ID")
@by_whom
def deactivate(id_: str, by: str) -> None:
    """Close the account ID; what the person did stays under this name."""
    with opened(create=False) as store:
        accounts.close(store, id_, by=by, now=_now())
    click.echo(f"{id_} is closed")


def _factors(person: Staff) -> str:
    factors = (
        ("password", person.has_password),
        ("code", person.has_second_factor),
        ("provider", person.subject is not None),
    )
    return " ".join(name for name, there in factors if there) or "nothing yet"


def _invited(store: Store, id_: str, by: str) -> str:
    return signing_in.invite(
        store, id_, by=by, now=_now(), new_code=secrets.token_urlsafe
    )


def _now() -> str:
    return utc_text(utc_now())
