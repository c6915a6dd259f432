"""What programs are answered: a problem they can read, whatever goes wrong."""

import pytest

from renderer import MOST_BYTES, create_app
from renderer.config import Settings
from submissions.errors import StoreUnavailableError


class Broken:
    """A store that fails as it is told to."""

    def __init__(self, error):
        self.error = error

    def find(self, *_, **__):
        raise self.error


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/parts/p_none/events", b"{}", 404),
        ("POST", "/api/v1/nowhere", b"{}", 404),
        ("POST", "/api/v1/parts/p_1%2F/events", b"{}", 404),
        ("GET", "/api/v1/parts/p_none/events", b"", 405),
        ("POST", "/api/v1/parts/p_none/events", b" " * (MOST_BYTES + 1), 413),
    ],
)
def test_a_refusal_is_a_problem(client, method, path, body, status):
    answer = client.open(path, method=method, data=body)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]
    assert ("POST" in answer.headers.get("Allow", "")) == (status == 405)


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError(), 500), (StoreUnavailableError("", ""), 503)]
)
def test_a_failure_is_a_problem_and_tells_no_inside(tmp_path, error, status):
    app = create_app(Settings(data=tmp_path), store=Broken(error))

    answer = app.test_client().post("/api/v1/parts/p_1/events", data=b"{}")

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


def test_pages_stay_pages(client):
    assert client.get("/nowhere").content_type.startswith("text/html")
