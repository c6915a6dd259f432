"""Commands that prove a merge, and that bring foreign forms in."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import click

from builder.catalogue import load
from builder.errors import DefinitionErrors, JsonError
from builder.importers.json_schema import Imported, import_schemas
from builder.merge import merge
from builder.model import AffairId, Catalogue, MatterId
from builder.proof import SAMPLES, Proof, Tally, figures
from builder.proof import prove as proven
from renderer.commands.definitions import defs, known, read

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("affairs", nargs=-1, metavar="[AFFAIR]...")
@defs
@click.option(
    "--instances",
    type=FOLDER,
    help="Folder of real documents, each in a file MATTER.anything.json.",
)
@click.option("--samples", type=click.IntRange(1), default=SAMPLES, show_default=True)
@click.option("--seed", default=0, show_default=True, help="Draws the same samples.")
@click.option("--json", "as_json", is_flag=True, help="Write the proof as JSON.")
def prove(
    affairs: tuple[str, ...],
    defs: Path | None,
    instances: Path | None,
    samples: int,
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Try the laws of the merge on samples of each AFFAIR; of all, if none is named.

    Ends with 1 where a law failed or a conflict is open.
    """
    catalogue = read(defs)
    documents = _documents(catalogue, instances)
    proofs = [
        proven(
            merge(catalogue, known(catalogue, affair)),
            documents=documents,
            samples=samples,
            random=Random(seed),  # noqa: S311 - samples, no secrets
        )
        for affair in affairs or tuple(catalogue.affairs)
    ]
    ok = all(proof.ok for proof in proofs)
    if as_json:
        click.echo(_as_json({"ok": ok, "affairs": [_told(proof) for proof in proofs]}))
    else:
        for proof in proofs:
            click.echo("\n".join(_lines(proof)))
    sys.exit(0 if ok else 1)


@click.group(name="import")
def import_() -> None:
    """Bring in forms from elsewhere."""


@import_.command(name="json-schema")
@click.argument("schemas", nargs=-1, required=True, type=FILE, metavar="SCHEMA...")
@click.option("--elements", required=True, type=FILE, help="Which paths mean the same.")
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--affair", default="imported", show_default=True)
def json_schema(
    schemas: tuple[Path, ...], elements: Path, into: Path, affair: str
) -> None:
    """Make a definition folder from foreign JSON Schemas and an alignment."""
    if into.exists() and any(into.iterdir()):
        raise click.UsageError(f"{into} is not empty; name a new folder.")
    stems = [path.stem for path in schemas]
    twice = {stem for stem in stems if stems.count(stem) > 1}
    if twice:
        raise click.UsageError(f"Two files are called {', '.join(sorted(twice))}.")
    made = import_schemas(
        {path.stem: path.read_bytes() for path in schemas},
        elements.read_bytes(),
        affair,
    )
    merge(load(made.documents), AffairId(affair))
    for name, document in made.documents.items():
        file = into / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document)
    click.echo("\n".join(_imported(made)))


def _documents(
    catalogue: Catalogue, folder: Path | None
) -> dict[MatterId, list[Mapping[str, Any]]]:
    found: dict[MatterId, list[Mapping[str, Any]]] = {}
    for file in sorted(folder.glob("*.json")) if folder else ():
        fitting = [m for m in catalogue.matters if file.name.startswith(f"{m}.")]
        if not fitting:
            continue
        try:
            document = json.loads(file.read_bytes())
        except ValueError as error:
            raise DefinitionErrors((JsonError(str(file), str(error)),)) from error
        found.setdefault(max(fitting, key=len), []).append(document)
    return found


def _told(proof: Proof) -> dict[str, Any]:
    told = {"affair": proof.affair, **figures(proof)}
    return {**told, "examples": proof.examples}


def _lines(proof: Proof) -> list[str]:
    agreement = proof.t_equals_v
    verdicts = f"{agreement.valid} valid, {agreement.invalid} invalid"
    lines = [
        f"{proof.affair}: {'proven' if proof.ok else 'NOT proven'}",
        f"  documents that came back    {_share(proof.round_trip)}",
        f"  schema agrees with judge    {verdicts}, {agreement.mismatched} mismatched",
        f"  documents made again        {_share(proof.completeness)}",
    ]
    for matters, who in (
        (agreement.v_only, "only the judge speaks of"),
        (agreement.residual, "the judge has the last word on"),
    ):
        if matters:
            lines.append(f"  {who} {', '.join(matters)}")
    lines += [f"  {error}" for error in proof.conflicts]
    lines += [f"  no valid sample where {_as_json(s)}" for s in proof.uncertified]
    lines += [f"  {proof.mismatch}"] if proof.mismatch is not None else []
    lines += [
        f"  {law} failed, such as for {_as_json(sample)}"
        for law, sample in proof.examples.items()
        if law != "t_equals_v"  # the mismatch says it
    ]
    return lines


def _share(tally: Tally) -> str:
    return f"{tally.checked - tally.failed} of {tally.checked}"


def _imported(made: Imported) -> Sequence[str]:
    lines = [f"matters: {', '.join(made.matters)}", f"facts: {len(made.facts)}"]
    lines += [f"  {fact}" for fact in made.facts]
    lines.append(f"pointers left unbound: {len(made.unbound)}")
    lines += [f"  {u.form}{u.path} ({u.fact}): {u.reason}" for u in made.unbound]
    lines.append(f"fields no page can ask for yet: {len(made.unserved)}")
    lines += [f"  {u.matter}{u.path}: {u.reason}" for u in made.unserved]
    return lines


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
