"""What the same person submitted before, in any affair."""

import json
from dataclasses import dataclass

from renderer.sources.base import Inquiry, PrefillSource, SilentError, Told
from submissions.errors import StoreUnavailableError
from submissions.store.contract import SECRET_TAG, Store


@dataclass(frozen=True, slots=True)
class Earlier(PrefillSource):
    """The facts of a person's last submission that was not erased."""

    store: Store

    def ask(self, inquiry: Inquiry, *, deadline: float) -> Told:  # noqa: ARG002
        """Return `{"facts": {fact: value}}` of the last one."""
        try:
            mine = f"{SECRET_TAG}owner:{inquiry.owner}"
            found = self.store.find("submissions", [("tags", "=", mine)])
        except StoreUnavailableError as error:
            raise SilentError("store") from error
        if not found:
            return Told(values=None, at=inquiry.now)
        last = max(found, key=lambda each: str(each["created_at"]))
        facts = json.loads(last["answers"])["facts"]
        return Told(values={"facts": facts}, at=last["created_at"])
