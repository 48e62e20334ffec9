# SPDX-License-Identifier: GPL-3.0-or-later
"""10,000 spans through the official JavaScript exporters while flyballctl is killed again and again: none is lost. And
metrics: while both sides are killed, the spend is what the exporter knows to have been taken."""
import decimal
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
            "@opentelemetry/exporter-trace-otlp-http@0.223.1", "@opentelemetry/exporter-trace-otlp-proto@0.223.1",
            "@opentelemetry/sdk-metrics@2.12.0", "@opentelemetry/exporter-metrics-otlp-http@0.223.0",
            "@opentelemetry/exporter-metrics-otlp-proto@0.223.0")
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

    @staticmethod
    def free_port():
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]

    def lost(self, form):
        port = self.free_port()
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

    def counted(self, form, kind):
        """Three processes one after the other; meanwhile the receiver is killed. What was counted, what we say."""
        port = self.free_port()
        rng = random.Random(form + kind)
        process = self.start(port)
        sums = {"in": 0, "out": 0, "money": 0}
        for seed in range(1, 4):
            sender = subprocess.Popen(["node", MODULES / "count.mjs", form, f"http://127.0.0.1:{port}", kind, str(seed)],
                                      stdout=subprocess.PIPE)
            with support.ended(sender):
                while sender.poll() is None:
                    time.sleep(1 + rng.random())
                    process.send_signal(signal.SIGKILL)
                    process.communicate(timeout=60)
                    time.sleep(rng.random() * 0.2)
                    process = self.start(port)
                told = json.loads(sender.communicate(timeout=60)[0])
            self.assertEqual(told["lost"], 0)
            for name in sums:
                sums[name] += told[name]
        with support.ended(process):
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        totals = self.report("ledger:")["totals"]
        self.assertEqual(totals["calls"], 0)
        self.assertEqual(totals["tokens"]["in_total"], sums["in"])
        self.assertEqual(totals["tokens"]["out_total"], sums["out"])
        self.assertEqual(decimal.Decimal(totals["cost_usd"]),
                         (decimal.Decimal(sums["money"]) / 1024).quantize(decimal.Decimal("1e-9")))
        self.assertGreater(sums["money"], 0)

    def test_metrics(self):
        for form in ("json", "protobuf"):
            for kind in ("delta", "cumulative"):
                with self.subTest(form=form, kind=kind):
                    self.flyball_home = self.folder / form / kind
                    self.counted(form, kind)

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
        for script in ("send.mjs", "count.mjs"):
            shutil.copy(HERE / script, MODULES)
        fetched = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
                                  *PACKAGES], capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if fetched.returncode != 0:
            print("skipped: npm cannot fetch the exporters")
            sys.exit(77)
        support.main()
