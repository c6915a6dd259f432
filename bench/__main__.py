"""`make bench`: one JSON line per row; `make bench ROWS=V1,M2` measures only those."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict

from bench import accepting, merging, pages, peers, validity
from bench.measure import MissingError, Rows, Skipped

#: By name in the table of goals.
ROWS: Mapping[str, Callable[[], Rows]] = {
    **validity.ROWS,
    **merging.ROWS,
    **pages.ROWS,
    **peers.ROWS,
    **accepting.ROWS,
}


def main(wanted: str) -> None:
    """Measure the rows named, separated by commas; all, if none is."""
    names = wanted.split(",") if wanted else list(ROWS)
    strangers = [name for name in names if name not in ROWS]
    if strangers:
        sys.exit(f"there is no row {', '.join(strangers)}; known: {', '.join(ROWS)}")
    for name in names:
        for row in _measured(name):
            print(json.dumps(asdict(row), ensure_ascii=False), flush=True)


def _measured(name: str) -> Rows:
    try:
        yield from ROWS[name]()
    except MissingError as missing:
        yield Skipped(row=name, skipped=str(missing))


if __name__ == "__main__":
    main("".join(sys.argv[1:]))
