# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the push targets share: npm packages, a provider that answers, a home for flyballctl."""
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
CACHE = pathlib.Path()
PREFIX = pathlib.Path()
SKIPPED = 77
OPERATOR_KEY = "sk-operator-0c6f"
PROVIDER_KEY = "sk-provider-91ab"


def npm_package(name, version, inside):
    """Installs a package once per build tree; ends the test as skipped where that is not possible."""
    prefix = CACHE / (name.replace("/", "_") + "-" + version)
    wanted = prefix / "node_modules" / inside
    if wanted.exists():
        return prefix
    if not shutil.which("npm") or not shutil.which("node"):
        skip(f"{name} {version}: npm or node is not installed")
    prefix.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(["npm", "install", "--prefix", str(prefix), f"{name}@{version}", "--no-audit", "--no-fund",
                               "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000"], capture_output=True, timeout=100)
    except subprocess.TimeoutExpired:
        done = None
    if not wanted.exists():
        shutil.rmtree(prefix, ignore_errors=True)
        errors = [line for line in (done.stderr.decode() if done else "").splitlines() if "error" in line.lower()]
        skip(f"{name} {version} is not to be had: " + (errors[:1] or ["npm took too long"])[0])
    return prefix


def skip(why):
    print("SKIPPED: " + " ".join(why.split()), flush=True)
    sys.exit(SKIPPED)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("waited in vain")


class Provider:
    """Answers chat completions with the model that was asked for, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
                provider.asked.append(body)
                answer = json.dumps({
                    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body.get("model"),
                    "choices": [{"index": 0, "message": {"role": "assistant", "content": "pong"}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-targets-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "flyball" / "data"
        self.data.mkdir(parents=True, mode=0o700)
        self.provider = Provider()
        self.addCleanup(self.provider.close)

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
        env.update(HOME=str(self.folder), FLYBALL_HOME=str(self.folder / "flyball"), OPERATOR_KEY=OPERATOR_KEY, **more)
        return env

    def ctl(self, *words, expect=0):
        done = subprocess.run([PROGRAM, "policy", *words, "--format", "json"], env=self.environment(),
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stderr.decode() + done.stdout.decode())
        return json.loads(done.stdout)

    def targets(self, *targets):
        path = self.data / "targets.json"
        path.write_text(json.dumps({"targets": targets}))
        path.chmod(0o600)

    def push(self, document, expect=0, *words):
        path = self.folder / "policy.json"
        path.write_text(json.dumps(document))
        return self.ctl("push", str(path), *words, expect=expect)

    def target(self, status, name):
        return next(t for t in status["targets"] if t["id"] == name)

    def state(self, status, name):
        return self.target(status, name)["state"]

    def kill_home(self, home):
        """Ends every process that runs in a home of this test: programs here restart themselves under new ids."""
        for process in pathlib.Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                mine = f"HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0")
                if mine and int(process.name) != os.getpid():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue

    def secrets_stay_out(self):
        for path in self.data.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                for secret in (OPERATOR_KEY, PROVIDER_KEY):
                    self.assertNotIn(secret.encode(), content, path.name)


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"content-type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode(errors="replace")
    finally:
        connection.close()


def main(*package):
    """`package`: name, version and a file in it that the tests need; its prefix is PREFIX then."""
    global PROGRAM, CACHE, PREFIX
    PROGRAM, CACHE = sys.argv[1], pathlib.Path(sys.argv[2])
    if package:
        PREFIX = npm_package(*package)
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
