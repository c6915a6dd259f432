import socket
import threading
import time
from contextlib import suppress

import pytest

from submissions import outbound
from submissions.errors import ForbiddenAddressError
from submissions.outbound import is_public, post, target
from tests.waiting import LONG


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "202.106.0.20", "2400:3200::1", "::ffff:1.1.1.1"],
)
def test_a_public_address_may_be_called(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not listened on
        "255.255.255.255",
        "240.0.0.1",
        "224.0.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
    ],
)
def test_an_address_that_only_looks_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "it is not https"),
        ("https://example.org:9000/", "port 9000"),
        ("https://user@example.org/", "user name"),
        ("ftp://example.org/", "no http or https"),
        ("https:///x", "no http or https"),
        ("https://[::1/", "it is no URL"),
        ("https://127.0.0.1/", "private network"),
        ("https://2130706433/", "private network"),
        ("https://0x7f000001/", "private network"),
        ("https://127.1/", "private network"),
        ("https://0177.0.0.1/", "private network"),
        ("https://[::ffff:127.0.0.1]/", "private network"),
        ("https://[::1]:8443/", "private network"),
        ("https://localhost/", "private network"),
    ],
)
def test_a_request_that_may_not_go_there_is_not_made(url, reason):
    result = post(url, {}, b"", deadline=2)

    assert result.status is None
    assert result.error.startswith("forbidden: ")
    assert reason in result.error


def answering(monkeypatch, *addresses):
    answers = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)


def test_one_private_answer_among_public_ones_is_enough(monkeypatch):
    answering(monkeypatch, "1.1.1.1", "10.0.0.1")

    assert "private" in post("https://example.org/", {}, b"", deadline=2).error


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that changes its answer after the check has no chance."""
    answering(monkeypatch, "1.1.1.1", "8.8.8.8")
    dialled = []

    def connect(address, _):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    result = post("https://example.org/", {}, b"", deadline=2)

    assert dialled == [("1.1.1.1", 443), ("8.8.8.8", 443)]
    assert result.error == "ConnectionRefusedError"


def test_a_name_that_is_not_found_is_said(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert post("https://example.org/", {}, b"", deadline=2).error == "gaierror"


def test_a_slow_name_lookup_ends_at_the_deadline(monkeypatch):
    given_up, found = threading.Event(), []

    def look_up(*_, **__):
        given_up.wait(LONG)
        found.append("too late")
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert post("https://example.org/", {}, b"", deadline=0.1).error == "deadline"
    assert found == []
    given_up.set()


def test_a_url_is_taken_apart():
    assert str(target("https://example.org/a?b=c")) == "example.org:443"
    assert target("https://example.org/a?b=c").path == "/a?b=c"
    assert str(target("http://[::1]:80")) == "::1:80"
    with pytest.raises(ForbiddenAddressError):
        target("https://me@example.org")


def test_an_allowed_receiver_gets_exactly_what_was_sent(receiver):
    came = []

    def handle(request, body):
        came.append((request.path, dict(request.headers), body))
        request.send_response(204)
        request.end_headers()

    where = receiver(handle)
    body = "正文".encode()
    result = post(
        f"http://{where}/tax?x=1", {"webhook-id": "m_1"}, body, allowed={where}
    )

    assert result == outbound.Result(status=204)
    ((path, headers, received),) = came
    assert (path, received) == ("/tax?x=1", body)
    assert headers["webhook-id"] == "m_1"
    assert headers["Host"] == where


def test_a_redirect_is_not_followed(receiver):
    came = []

    def handle(request, _):
        came.append(request.path)
        request.send_response(307)
        request.send_header("location", "/elsewhere")
        request.end_headers()

    where = receiver(handle)

    assert post(f"http://{where}/", {}, b"x", allowed={where}).status == 307
    assert came == ["/"]


def test_a_proxy_of_the_environment_is_not_used(receiver, monkeypatch):
    def handle(request, _):
        request.send_response(204)
        request.end_headers()

    where = receiver(handle)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert post(f"http://{where}/", {}, b"", allowed={where}).status == 204


def test_a_huge_answer_is_not_read_to_its_end(receiver):
    sent = []

    def handle(request, _):
        request.send_response(200)
        request.send_header("content-length", str(10**9))
        request.end_headers()
        with suppress(OSError):
            for _ in range(1000):
                request.wfile.write(b"x" * 100_000)
                sent.append(100_000)

    where = receiver(handle)

    assert post(f"http://{where}/", {}, b"", allowed={where}).status == 200
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("after", ["nothing", "half a header", "the headers"])
def test_a_receiver_that_drips_is_cut_at_the_deadline(receiver, after):
    def handle(request, _):
        if after == "half a header":
            request.wfile.write(b"HTTP/1.0 200 OK\r\nx: ")
        if after == "the headers":
            request.send_response(200)
            request.send_header("content-length", "1000")
            request.end_headers()
        with suppress(OSError):
            for _ in range(10_000):  # five minutes
                request.wfile.write(b"H" if after == "nothing" else b"x")
                request.wfile.flush()
                time.sleep(0.03)

    where = receiver(handle)
    for deadline in (0.3, 3, 30):  # the headers may take longer than the first of them
        result = post(f"http://{where}/", {}, b"", deadline=deadline, allowed={where})
        if after != "the headers" or result.status is not None:
            break

    if after == "the headers":
        assert result.status == 200
    else:
        assert result == outbound.Result(error="deadline")


def test_a_receiver_that_takes_and_says_nothing_is_cut_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        for scheme in ("http", "https"):
            result = post(
                f"{scheme}://{where}/", {}, b"", deadline=0.3, allowed={where}
            )
            assert result == outbound.Result(error="deadline")


def test_a_receiver_that_is_down_is_said():
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"127.0.0.1:{server.getsockname()[1]}"

    result = post(f"http://{where}/", {}, b"", allowed={where})

    assert result == outbound.Result(error="ConnectionRefusedError")


def test_a_receiver_that_hangs_up_is_said(receiver):
    where = receiver(lambda request, _: request.connection.shutdown(socket.SHUT_RDWR))

    result = post(f"http://{where}/", {}, b"", allowed={where})

    assert (result.status, result.error) == (None, "RemoteDisconnected")


def test_a_header_that_cannot_be_sent_is_said(receiver):
    where = receiver(lambda *_: None)

    result = post(f"http://{where}/", {"x": "a\nb"}, b"", allowed={where})

    assert (result.status, result.error) == (None, "ValueError")


def test_patience_asked_for_is_passed_on(receiver):
    def handle(request, _):
        request.send_response(429)
        request.send_header("retry-after", "120")
        request.end_headers()

    where = receiver(handle)

    assert post(f"http://{where}/", {}, b"", allowed={where}) == outbound.Result(
        status=429, retry_after="120"
    )
