"""The files to deploy by say what the code knows, pin what they take, and open nothing to other machines."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.settings import Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "chart" / "values.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]


def test_every_setting_that_they_give_is_one() -> None:
    known = {f"NEWSTABLES_{name.upper()}" for name in Settings.model_fields}
    given = {name for service in SERVICES.values() for name in service.get("environment", {})}
    given |= {one["name"] for one in VALUES["env"]}
    assert {name for name in given if name.startswith("NEWSTABLES_")} - known == set()
    assert {"NEWSTABLES_DATA_DIR", "NEWSTABLES_FLEET_PROCESSES"} <= given


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_pinned_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":\d+\.\d+", service["image"]), service["image"]
    if name != "migrate":  # it ends by itself
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()


def test_only_the_control_host_knows_the_database() -> None:
    with_database = {name for name, service in SERVICES.items() if "database" in service.get("secrets", ())}
    assert with_database == {"migrate", "api-server", "scheduler", "dag-processor"}


def test_no_secret_stands_in_a_file() -> None:
    for path in (DEPLOY / "compose" / "compose.yaml", DEPLOY / "chart" / "values.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|secret_key|fernet_key|access_key)\"?: *['\"]?[\w+/=-]{8,}", text)


def test_secrets_that_compose_reads_are_made() -> None:
    script = (DEPLOY / "compose" / "secrets.sh").read_text(encoding="utf-8")
    made = set(re.findall(r"^make ([\w.]+) ", script, re.MULTILINE))
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == made


def test_the_image_has_the_locks_and_no_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert all(re.search(r":\d+\.\d+\.\d+-", line) for line in text.splitlines() if line.startswith("FROM "))
    assert "--require-hashes" in text and re.search(r"^USER \d+$", text, re.MULTILINE)
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()
    }
    sent = (DEPLOY.parent / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {name for name in copied if not name.startswith("--")}
    assert copied == {line[1:] for line in sent if line.startswith("!")}


@pytest.mark.parametrize(
    ("given", "run"),
    [
        (["bash", "-c", "echo one && echo two"], "one\ntwo\n"),
        (["airflow", "db", "check-migrations"], "airflow db check-migrations\n"),
        (["celery", "worker"], "airflow celery worker\n"),
        (["users", "list"], "airflow users list\n"),
    ],
)
def test_the_image_starts_what_the_chart_and_compose_ask_for(
    given: list[str], run: str, tmp_path: Path
) -> None:
    stub = tmp_path / "airflow"
    stub.write_text('#!/bin/sh\necho airflow "$@"\n')
    stub.chmod(0o755)
    command = ["sh", str(DEPLOY / "entrypoint.sh"), *given]
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == run
    assert 'ENTRYPOINT ["/entrypoint"]' in (DEPLOY / "Dockerfile").read_text(
        encoding="utf-8"
    )  # where probes look


def test_the_chart_asks_for_nothing_that_the_image_lacks() -> None:
    locked = "".join(
        (DEPLOY.parent / f"requirements{part}.txt").read_text("utf-8") for part in ("", "-workers")
    )
    config = VALUES["config"]
    assert find_spec(config["core"]["auth_manager"].rpartition(".")[0])
    assert VALUES["executor"] == "CeleryExecutor" and "\napache-airflow-providers-celery==" in locked
    assert config["logging"]["remote_logging"] == "False" or "\napache-airflow-providers-amazon==" in locked
    assert VALUES["createUserJob"]["defaultUser"]["enabled"] is False
    assert not any(VALUES[part]["logGroomerSidecar"]["enabled"] for part in ("scheduler", "dagProcessor"))
    assert VALUES["workers"]["celery"]["persistence"]["enabled"] is False


def test_the_chart_leaves_the_local_settings_of_the_image() -> None:
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY deploy/airflow_local_settings.py /opt/airflow/config/\n" in image
    assert "AIRFLOW_HOME=/opt/airflow " in image
    # Where this is empty, the chart mounts nothing there; the default is a template of nothing.
    assert VALUES["airflowLocalSettings"] == ""
    mounted = {one["mountPath"] for one in VALUES["volumeMounts"]}
    assert not any(path.startswith("/opt/") for path in mounted)
