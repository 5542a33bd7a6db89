"""A federation on this machine: Flower's SuperLink and one SuperNode for each site, as processes of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

APP = Path(__file__).resolve().parents[1]
Settings = Mapping[str, str | int | float]


class FederationFailed(RuntimeError):
    """The run ended without a model; the text has the last lines of its log."""


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _toml(settings: Settings) -> str:
    return " ".join(f'{k}="{v}"' if isinstance(v, str) else f"{k}={v}" for k, v in settings.items())


def _environment(home: Path) -> dict[str, str]:
    commands = Path(sys.executable).parent
    return {
        **os.environ,
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(APP.parent),
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextmanager
def _processes(sites: Sequence[Settings], home: Path, environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    address = f"127.0.0.1:{port}"
    coordinator = ["flower-superlink", "--host", "127.0.0.1", "--port", str(port)]
    node = ["flower-supernode", "--superlink", address, "--host", "127.0.0.1"]
    commands = [[*coordinator, "--insecure", "--disable-runtime-dependency-installation"]]
    commands += [[*node, "--port", str(_free_port()), "--insecure", "--node-config", _toml(s)] for s in sites]
    running = []
    try:
        for number, command in enumerate(commands):
            with (home / f"process-{number}.log").open("w", encoding="utf-8") as log:
                running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
            if number == 0:
                _wait_for(port)
        yield address
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise FederationFailed(f"the coordinator did not answer within {seconds:g} s")


def run_federation(sites: Sequence[Settings], run: Settings, out: Path, *, seconds: float = 3600) -> None:
    """Runs the app over `sites` (the node configuration of each) until `out` is complete.

    Unencrypted and on this machine only; the README says how sites are joined. @raises FederationFailed
    """
    home = Path(tempfile.mkdtemp(prefix="federation-"))
    environment = _environment(home)
    out.unlink(missing_ok=True)
    try:
        with _processes(sites, home, environment) as address:
            (home / "config.toml").write_text(
                f'[superlink]\ndefault = "here"\n[superlink.here]\naddress = "{address}"\ninsecure = true\n', encoding="utf-8"
            )
            settings = _toml({**run, "sites": len(sites), "out": str(out.resolve())})
            command = ["flwr", "run", str(APP), "here", "--stream", "-c", settings]
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
            ) as process:
                lines = _until_finished(process, time.monotonic() + seconds)
        if not any(line.startswith("finished:") for line in lines):
            raise FederationFailed("\n".join(lines[-20:]))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _until_finished(process: subprocess.Popen[str], until: float) -> list[str]:
    """Follows the log; the stream of the library stays open after the end."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith(("step", "round", "finished:")):
            print(line, end="", flush=True)
        if line.startswith("finished:") or "failed" in line.lower() or time.monotonic() > until:
            break
    process.terminate()
    return lines
