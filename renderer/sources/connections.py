"""Which sources an installation has, and how all of them are asked at once."""

import json
import logging
import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builder.model import SourceKind
from renderer.sources.base import Inquiry, PrefillSource, SilentError, Told
from renderer.sources.earlier import Earlier
from renderer.sources.identity import Identity
from renderer.sources.registry import Certificates, Registry
from submissions import outbound
from submissions.errors import ForbiddenAddressError, SettingError
from submissions.store.contract import Store

#: Seconds for all sources together: a page never waits longer for them.
DEADLINE = 1.5
#: The electronic certificates there are.
KINDS = frozenset(
    f"ecert.{name}"
    for name in (
        *("id_card", "hukou", "marriage", "birth", "license", "property"),
        *("ssc", "death", "cremation", "food", "fire", "disability"),
    )
)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """The sources of one installation, by the names the affairs call them."""

    sources: Mapping[str, PrefillSource] = field(default_factory=dict)
    #: Those that this house answers itself.
    own: Mapping[SourceKind, PrefillSource] = field(default_factory=dict)
    deadline: float = DEADLINE

    def ask(
        self, inquiries: Iterable[Inquiry], *, patience: float | None = None
    ) -> dict[str, Told | SilentError]:
        """Ask all at once; return what came in time, by source.

        Args:
            inquiries: what to ask.
            patience: seconds, if less than the deadline is left.
        """
        within = self.deadline if patience is None else patience
        asked = list(inquiries)
        if not asked:
            return {}
        pool = ThreadPoolExecutor(len(asked), thread_name_prefix="source")
        try:
            running = {each.source: pool.submit(self._one, each) for each in asked}
            wait(running.values(), within)
            return {
                name: run.result() if run.done() else SilentError("deadline")
                for name, run in running.items()
            }
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def find(self, kind: SourceKind, register: str) -> PrefillSource | None:
        """Return whom to ask, or None: nobody connected it."""
        return self.own.get(kind, self.sources.get(register))

    def _one(self, inquiry: Inquiry) -> Told | SilentError:
        source = self.find(inquiry.kind, inquiry.register)
        if source is None:
            return SilentError("not connected")
        try:
            return source.ask(inquiry, deadline=self.deadline)
        except SilentError as error:
            _logger.warning("source.silent %s %s", inquiry.register, error.reason)
            return error


def connected(
    given: Connections | None, path: Path | None, store: Store
) -> Connections:
    """Return the given connections, or those of a file, with the house's own sources.

    Raises:
        SettingError: the file cannot be read.
    """
    known = read_connections(path) if given is None else given
    return replace(known, own={"identity": Identity(), "earlier": Earlier(store)})


def read_connections(path: Path | None) -> Connections:
    """Read which registers there are, as the operator wrote it; None: there are none.

    The file is `{"deadline": 1.5, "sources": {NAME: {"url", "token", "certificate",
    "private", "client_certificate", "client_key", "authorities"}}}`.

    Raises:
        SettingError: it cannot be read.
    """
    if path is None:
        return Connections()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        sources = {name: _source(each) for name, each in told["sources"].items()}
        return Connections(
            sources=sources, deadline=float(told.get("deadline", DEADLINE))
        )
    except (OSError, ValueError, KeyError, TypeError, ForbiddenAddressError) as error:
        wanted = 'a file {"sources": {NAME: {"url": "https://…", "token": "…"}}}'
        raise SettingError("YIBIAO_SOURCES", str(path), wanted) from error


def _source(told: Mapping[str, Any]) -> PrefillSource:
    url = told["url"]
    allowed = (str(outbound.target(url)),) if told.get("private") else ()
    tls = None
    if "client_certificate" in told:
        tls = ssl.create_default_context(cafile=told.get("authorities"))
        tls.load_cert_chain(told["client_certificate"], told["client_key"])
    token = told.get("token", "")
    if "certificate" not in told:
        return Registry(url=url, token=token, tls=tls, allowed=allowed)
    if told["certificate"] not in KINDS:
        raise ValueError(told["certificate"])
    return Certificates(
        url=url,
        token=token,
        tls=tls,
        allowed=allowed,
        certificate=told["certificate"],
    )
