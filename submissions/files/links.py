"""Addresses under which a department fetches the files of one part, for a time.

Whoever has the address has the file, so it names one part and one file, ends, and is
signed with the installation's secret. It is a function of what is stored: every try of
a delivery carries the same one.
"""

import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlencode

from submissions.clock import later

#: How long a link holds: longer than a delivery can be parked and still be sent.
LIFETIME = 60 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and judges the links of one installation."""

    #: The installation's secret.
    key: str
    #: Where the installation is reached; "" makes addresses relative to it.
    base_url: str = ""

    def href(self, part: str, address: str, *, made_at: str) -> str:
        """Return the address of a file of a part.

        Args:
            address: the file's, hexadecimal.
            made_at: when the delivery was made, UTC text.
        """
        expires = later(made_at, LIFETIME)
        query = {"expires": expires, "signature": self._sign(part, address, expires)}
        path = f"/api/v1/parts/{part}/files/{address}?{urlencode(query)}"
        return self.base_url.rstrip("/") + path

    def signed(self, part: str, address: str, expires: str, signature: str) -> bool:
        """Tell whether a link was made here; not whether it still holds."""
        expected = self._sign(part, address, expires)
        return hmac.compare_digest(expected.encode(), signature.encode())

    def _sign(self, part: str, address: str, expires: str) -> str:
        text = json.dumps(["file", part, address, expires])
        return hmac.digest(self.key.encode(), text.encode(), "sha256").hex()
