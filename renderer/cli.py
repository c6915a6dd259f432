"""The command `yibiao`: puts the packages together for people at a terminal."""

from typing import Any

import click

from builder.errors import BuilderError, DefinitionErrors
from renderer.commands.areas import area
from renderer.commands.auditing import audit, deliveries, replay
from renderer.commands.clients import client
from renderer.commands.definitions import check, merge
from renderer.commands.endpoints import endpoint
from renderer.commands.explaining import diff, explain, lint
from renderer.commands.finding import erase, find, retain
from renderer.commands.keeping import keys, store
from renderer.commands.people import staff
from renderer.commands.proving import import_, prove
from renderer.commands.ratings import ratings
from renderer.commands.serving import demo, receiver, worker
from renderer.commands.status import status
from renderer.commands.store import publish
from renderer.logs import hide_numbers
from submissions.errors import SubmissionsError

#: What a shell says of a program that Ctrl-C ended.
INTERRUPTED = 130


class OutsideFault(click.ClickException):
    """Something outside cannot be used; told in words, without a stack trace."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Write the words as they are: they name the place themselves."""
        click.echo(self.format_message(), file=file, err=True)


class DefinitionsFault(OutsideFault):
    """The definitions are at fault."""

    exit_code = 2


class Yibiao(click.Group):
    """The group that turns what can go wrong outside into words."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            DefinitionsFault: there are mistakes in the definitions.
            OutsideFault: the store, a file or a port cannot be used.
        """
        try:
            return super().invoke(ctx)
        except (DefinitionErrors, BuilderError) as errors:
            raise DefinitionsFault(str(errors)) from errors
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            raise  # whoever read our output has seen enough
        except SubmissionsError as error:
            raise OutsideFault(str(error)) from error
        except OSError as error:
            said = f"{error.filename}: {error.strerror}" if error.filename else error
            raise OutsideFault(str(said)) from error


@click.group(cls=Yibiao, context_settings={"auto_envvar_prefix": "YIBIAO"})
@click.version_option(package_name="yibiao")
def main() -> None:
    """One form for one affair: check, publish, serve and deliver."""
    hide_numbers()


_COMMANDS = (
    *(check, merge, prove, explain, diff, lint, import_),
    *(publish, area, endpoint, client, staff, store, keys, status, deliveries, replay),
    *(ratings, find, erase, retain, audit),
    *(worker, receiver, demo),
)
for _command in _COMMANDS:
    main.add_command(_command)
