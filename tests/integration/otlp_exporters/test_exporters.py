# SPDX-License-Identifier: GPL-3.0-or-later
"""10,000 spans through the official JavaScript exporters while flyballctl is killed again and again: none is lost."""
import json
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ctl"))
import support  # noqa: E402

PACKAGES = ("@opentelemetry/api@1.9", "@opentelemetry/sdk-trace-base@2.12.0",
            "@opentelemetry/exporter-trace-otlp-http@0.223.1", "@opentelemetry/exporter-trace-otlp-proto@0.223.1")
SPANS = 10_000
KILLS = 12
MODULES = pathlib.Path(tempfile.gettempdir())


class Exporters(support.Case):
    def start(self, port):
        process = self.start_ctl("ingest", f"otlp:127.0.0.1:{port}", "--follow")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return process
            except OSError:
                time.sleep(0.01)
        process.kill()
        self.fail("nobody listens")

    def lost(self, form):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        rng = random.Random(form)
        process = self.start(port)
        sender = subprocess.Popen(["node", MODULES / "send.mjs", form, f"http://127.0.0.1:{port}", str(SPANS)],
                                  stdout=subprocess.PIPE)
        with support.ended(sender):
            for kill in range(KILLS):
                time.sleep(0.1 + rng.random() * 0.4)
                process.send_signal(signal.SIGKILL if kill % 3 else signal.SIGTERM)
                process.communicate(timeout=60)
                time.sleep(rng.random() * 0.3)
                process = self.start(port)
            with support.ended(process):
                told, _ = sender.communicate(timeout=200)
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
        self.assertEqual(json.loads(told), {"taken": SPANS, "lost": 0})
        totals = self.report("ledger:")["totals"]
        self.assertEqual(totals["tokens"]["in_total"], sum(1000 + i for i in range(SPANS)))
        return SPANS - totals["calls"]

    def test_json(self):
        self.assertEqual(self.lost("json"), 0)

    def test_protobuf(self):
        self.assertEqual(self.lost("protobuf"), 0)


if __name__ == "__main__":
    if not shutil.which("npm") or not shutil.which("node"):
        print("skipped: no npm")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="flyball-exporters-") as folder:
        MODULES = pathlib.Path(folder)
        shutil.copy(HERE / "send.mjs", MODULES)
        fetched = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
                                  *PACKAGES], capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if fetched.returncode != 0:
            print("skipped: npm cannot fetch the exporters")
            sys.exit(77)
        support.main()
