"""The guard: each threat is answered, and would not be without its defence."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from indexer.ocr.worker_supervisor import ProcessDiedError
from indexer.web.app import make
from indexer.web.guard import HEADERS, MAX_BODY, MAX_REQUESTS
from indexer.web.site import MAX_WRITES
from indexer.web.site import MAX_WRONG_CODES as MAX_FAILURES

from ..conftest import Direct
from .conftest import HOST, ORIGIN


@pytest.mark.parametrize("own", [HOST, "192.168.1.20:8377"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:83770",
        "localhost.evil.com:8377",
        "127.0.0.1.evil.com:8377",
        "evil.com",
        "evil.com:8377",
        "127.0.0.1:8377.evil.com",
        "[::1]:8377",
        "0.0.0.0:8377",
        "127.0.0.1:8377@evil.com",
        "127.0.0.1:8377:8377",
        "127.1:8377",
        "2130706433:8377",
        "192.168.1.20.evil.com:8377",
        "192.168.1.2:8377",
        "192.168.1.20",
        "nas.local.evil.com:8377",
        "127.0.0.1:8377,192.168.1.20:8377",
        "",
    ],
)
def test_a_request_for_another_host_is_refused(served, host, own):
    app = make(served.site, {own}, "1")
    client = TestClient(app, base_url=f"http://{own}", follow_redirects=False)

    answer = client.get("/pair", headers={"Host": host})

    assert answer.status_code == 400
    assert "--allow-host" in answer.json()["detail"]


def test_our_own_name_is_taken_in_capitals_too(served):
    app = make(served.site, {HOST, "NAS.local:8377"}, "1")
    client = TestClient(app, base_url="http://nas.LOCAL:8377", follow_redirects=False)

    assert client.get("/pair").status_code == 200


@pytest.mark.parametrize("path", ["/", "/status", "/devices", f"/photo/{'a' * 32}"])
def test_without_a_token_a_page_leads_to_the_pairing(served, path):
    answer = served.stranger.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/pair")


@pytest.mark.parametrize("path", ["search?q=a", "status", "folders", "devices", "openapi.json"])
def test_without_a_token_the_interface_says_nothing(served, path):
    answer = served.stranger.get(f"/api/v1/{path}")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


def run(coroutine):
    """The result of a coroutine, in a thread: that of a browser has a running loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize("hosts", [[], [HOST, HOST], [HOST, "evil.com"]])
def test_a_request_without_a_host_or_with_two_is_refused(served, hosts):
    scope = {
        "type": "http", "method": "GET", "path": "/pair", "query_string": b"", "scheme": "http",
        "headers": [(b"host", host.encode()) for host in hosts],
    }  # fmt: skip
    sent = []

    async def send(message):
        sent.append(message)

    run(served.app(scope, None, send))

    assert sent[0]["status"] == 400


def test_a_forgotten_device_is_let_in_no_more(served):
    assert served.client.get("/api/v1/folders").status_code in {200, 503}

    assert served.client.delete("/api/v1/devices/1").status_code == 204

    assert served.client.get("/api/v1/folders").status_code == 401


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
        ({"Origin": ORIGIN}, True),
        ({"Origin": "http://127.0.0.1:8378"}, False),
        ({"Origin": "https://127.0.0.1:8377"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://evil.com"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": f"{ORIGIN}.evil.com"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_ours_can_change_something_by_cookie(served, headers, allowed):
    token = served.client.headers["Authorization"].removeprefix("Bearer ")
    served.stranger.cookies.set("ocrsearch_8377", token)

    answer = served.stranger.delete("/api/v1/devices/99", headers=headers)

    assert answer.status_code == (404 if allowed else 403)


def test_a_device_that_may_only_look_changes_nothing_and_gets_no_code_that_may(served):
    served.photo("a.png", "helios")
    looking = served.paired(read_only=True)

    assert looking.get("/api/v1/search?q=helios").status_code == 200
    assert looking.delete("/api/v1/devices/1").status_code == 403
    assert looking.post("/api/v1/failures/retry", json={}).status_code == 403
    page = looking.get("/devices").text
    assert "Forget" not in page
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page).group()
    assert served.site.devices.of(served.site.devices.pair(code, "x"))["read_only"]


def test_where_nobody_may_change_anything_nobody_can(served):
    served.site.read_only = True

    assert served.client.delete("/api/v1/devices/1").status_code == 403
    assert served.client.get("/devices").status_code == 200


@pytest.mark.thorough
def test_many_changes_in_a_minute_are_too_many(served):
    other = served.paired()
    for _ in range(MAX_WRITES):
        assert served.client.delete("/api/v1/devices/99").status_code == 404

    assert served.client.delete("/api/v1/devices/99").status_code == 429
    assert other.delete("/api/v1/devices/99").status_code == 404


def test_a_length_that_is_no_number_or_endless_is_refused(served):
    for said, status in (("x", 400), ("-1", 400), ("٣", 400), ("9" * 5000, 413)):
        headers = {"Content-Length": said.encode()}
        answer = served.client.request("DELETE", "/api/v1/devices/9", headers=headers)
        assert answer.status_code == status, said


@pytest.mark.thorough
def test_a_token_is_in_no_address_no_log_and_no_page(served, caplog):
    caplog.set_level(logging.DEBUG)
    name = served.photo("a.png", "helios")
    code = served.site.devices.new_code()
    answer = served.stranger.post("/api/v1/pair", json={"code": code}, headers={"Origin": ORIGIN})
    token = answer.json()["token"]

    seen = [
        served.client.get(path).text
        for path in ("/", "/?q=helios", f"/photo/{name}", "/status", "/devices", "/api/v1/devices")
    ]

    assert token not in caplog.text
    assert not any(token in text for text in seen)
    assert token not in (served.site.settings.home / "web.json").read_text()
    assert served.client.get("/").headers["referrer-policy"] == "no-referrer"
    assert served.stranger.get(f"/api/v1/status?token={token}", headers={"Cookie": ""}).is_error


def test_a_program_with_a_token_needs_no_origin(served):
    assert served.client.delete("/api/v1/devices/99").status_code == 404


def test_every_answer_has_the_headers_that_keep_it_apart(served):
    served.photo("a.png", "helios")
    for path in ("/pair", "/", "/?q=helios", "/nothing", "/api/v1/status", "/static/style.css"):
        answer = served.client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_no_rule_of_the_policy_lets_inline_script_or_other_sites_in():
    policy = HEADERS["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert not any(word in policy for word in ("unsafe", "http", "*", "data:"))


def test_a_body_that_is_too_large_is_refused(served):
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}

    told = served.client.post("/api/v1/pair", content=b"x" * (MAX_BODY + 1), headers=headers)
    streamed = served.client.post(
        "/api/v1/pair", content=(b"x" * 1000 for _ in range(MAX_BODY // 1000 + 2)), headers=headers
    )

    assert (told.status_code, streamed.status_code) == (413, 413)


def test_who_guesses_codes_has_to_wait_and_then_a_right_code_does_not_help(served):
    right = served.site.devices.new_code()
    send = {"headers": {"Origin": ORIGIN}}
    for number in range(MAX_FAILURES):
        wrong = served.stranger.post("/api/v1/pair", json={"code": f"AAAA-{number:04}"}, **send)
        assert wrong.status_code == 403

    answer = served.stranger.post("/api/v1/pair", json={"code": right}, **send)

    assert answer.status_code == 429


def test_a_code_pairs_once_and_the_cookie_is_out_of_reach_of_scripts(served):
    code = served.site.devices.new_code()
    send = {"json": {"code": code.lower(), "name": "phone"}, "headers": {"Origin": ORIGIN}}

    first = served.stranger.post("/api/v1/pair", **send)
    served.stranger.cookies.clear()
    second = served.stranger.post("/api/v1/pair", **send)

    assert (first.status_code, second.status_code) == (201, 403)
    kept = first.headers["set-cookie"]
    assert kept.startswith("ocrsearch_8377=")
    assert "HttpOnly" in kept
    assert "SameSite=strict" in kept
    assert served.site.devices.listed()[-1]["name"] == "phone"


def test_the_form_pairs_without_script(served):
    code = served.site.devices.new_code()

    wrong = served.stranger.post("/pair", data={"code": "x"}, headers={"Origin": ORIGIN})
    right = served.stranger.post("/pair", data={"code": code}, headers={"Origin": ORIGIN})

    assert wrong.status_code == 403
    assert "this code is wrong" in wrong.text
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert served.stranger.get("/devices").status_code == 200


class Asking:
    """Makes many requests at once, as a paired device."""

    def __init__(self, served) -> None:
        self._app, self.statuses = served.app, []
        token = served.client.headers["Authorization"]
        self._headers = [(b"host", HOST.encode()), (b"authorization", token.encode())]

    async def __call__(self, path: str, query: str = "") -> None:
        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": query.encode(),
            "scheme": "http", "headers": self._headers,
        }  # fmt: skip

        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])

        await self._app(scope, receive, send)


def test_a_thousand_requests_at_once_are_told_to_come_again_but_for_some(served):
    ask = Asking(served)

    async def all_at_once():
        await asyncio.gather(*(ask("/api/v1/devices") for _ in range(1000)))

    run(all_at_once())

    assert (ask.statuses.count(200), ask.statuses.count(503)) == (MAX_REQUESTS, 1000 - MAX_REQUESTS)
    assert served.client.get("/api/v1/devices").status_code == 200


@pytest.mark.thorough
def test_a_search_does_not_wait_for_many_pictures(served, monkeypatch):
    name = served.photo("a.png", "helios")
    drawn, ask = threading.Event(), Asking(served)
    draw = Direct.ask

    def slowly(*arguments):
        assert drawn.wait(60)
        return draw(*arguments)

    monkeypatch.setattr(Direct, "ask", slowly)

    async def all_at_once():
        pictures = [
            asyncio.create_task(ask(f"/api/v1/photos/{name}/image"))
            for _ in range(MAX_REQUESTS - 10)
        ]
        await asyncio.sleep(0)  # let them begin
        await ask("/api/v1/search", "q=helios")
        assert ask.statuses.count(200) == 1
        drawn.set()
        await asyncio.gather(*pictures)

    run(all_at_once())

    assert ask.statuses.count(503) >= 1  # more than may wait for a process
    assert set(ask.statuses) == {200, 503}


SECRET = "neverinapath"
ATTACKS = [
    f"{start}{way}{SECRET}{end}"
    for start in ("", "/", "%2f", "C:%5c", "file:%2f%2f", "%00")
    for way in ("../", "..%2f", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "..;/")
    for end in ("", ".webp", "%00.webp", "%0a", "/.")
]


@pytest.mark.thorough
def test_nothing_of_a_request_is_ever_opened_as_a_path(served):
    name = served.photo("a.png", "helios")
    opened, counting = [], [True]

    def hook(event, arguments):
        if counting and event in {"open", "os.listdir", "os.scandir", "os.remove", "os.mkdir"}:
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)  # it stays, and does nothing later
    for attack in ATTACKS:
        for path in (
            f"/static/{attack}",
            f"/photo/{attack}",
            f"/api/v1/photos/{attack}/image",
            f"/api/v1/photos/{name}/image?size={attack}",
            f"/api/v1/photos/{name}/ink?box={attack}",
            f"/api/v1/photos/{name}/export?format={attack}",
        ):
            assert served.client.get(path).status_code in {400, 404}, path
    served.client.get(f"/api/v1/photos?folder={SECRET}")
    served.client.get(f"/?q=helios&folder=/{SECRET}")
    served.client.post("/api/v1/failures/retry", json={"photos": [f"/etc/{SECRET}"]})
    served.client.get(f"/api/v1/photos/{name}/image")
    counting.clear()

    assert [path for path in opened if SECRET in path] == []
    assert any(path.endswith("a.png") for path in opened)  # the hook does hear of files
    assert len(ATTACKS) * 6 > 300


def test_a_pipe_in_place_of_a_photo_is_not_waited_for(served):
    name = served.photo("a.png", "helios")
    (served.world.photos / "a.png").unlink()
    os.mkfifo(served.world.photos / "a.png")

    assert served.client.get(f"/api/v1/photos/{name}/image").status_code == 410


def test_a_picture_that_kills_the_process_that_draws_it_is_told(served, monkeypatch):
    name = served.photo("a.png", "helios")

    def dies(*_):
        raise ProcessDiedError("crashed the reading process (SIGSEGV)")

    monkeypatch.setattr(Direct, "ask", dies)

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert answer.status_code == 422
    assert "SIGSEGV" in answer.json()["detail"]
