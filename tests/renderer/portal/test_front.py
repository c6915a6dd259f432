"""Before anybody fills in."""

from pathlib import Path

import pytest

from renderer import create_app
from renderer.config import Settings


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_sent_over_https_only_where_the_operator_said_so(tmp_path, secure):
    app = create_app(Settings(data=Path(tmp_path), secure_cookies=secure))

    # The proxy in front speaks TLS; what reaches us does not show it.
    answer = app.test_client().get("/language/en")

    assert ("Secure" in answer.headers["Set-Cookie"]) == secure
    app.extensions["yibiao"].store.close()
