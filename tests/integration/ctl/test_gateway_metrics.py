# SPDX-License-Identifier: GPL-3.0-or-later
"""A page of metrics from the real Prometheus client is followed into the ledger, both sides are killed meanwhile, and the
ledger holds what the counters say: to the pico-dollar and to the token."""
import collections
import decimal
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import support

WAIT = 90  # seconds; far beyond what is ever needed, machines are busy
EXPORTER = pathlib.Path(__file__).resolve().parent / "gateways" / "litellm_exporter.py"
SPEND = "litellm_spend_metric_total"


def python_with_client():
    """An interpreter that has prometheus_client: the package belongs to Debian's own."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import prometheus_client"], capture_output=True, check=False).returncode == 0:
            return python
    return None


PYTHON = python_with_client()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def labels_of(text):
    """Labels of one line; no value of this exporter holds a quote, a comma or a brace."""
    return dict(part.split("=", 1) for part in text.replace('"', "").split(","))


def spend_of(page):
    """Workflow -> pico-dollars."""
    money = collections.Counter()
    for line in page.splitlines():
        name, _, rest = line.partition("{")
        if name == SPEND:
            labels, _, value = rest.partition("} ")
            pico = (decimal.Decimal(value) * 10**12).to_integral_value(decimal.ROUND_HALF_EVEN)
            money[labels_of(labels)["api_key_alias"]] += int(pico)
    return money


class GatewayMetrics(support.Case):
    def setUp(self):
        super().setUp()
        if PYTHON is None:
            self.skipTest("python3-prometheus-client is not installed")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/metrics"

    def exporter(self, *words):
        process = subprocess.Popen([PYTHON, "-B", str(EXPORTER), str(self.port), *words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    def follower(self):
        process = self.start_ctl("ingest", f"prometheus:{self.url}#interval_s=1", "--follow")
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process, how=signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(how)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def until(self, wanted, what):
        deadline = time.monotonic() + WAIT
        while not wanted():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def page(self):
        with urllib.request.urlopen(self.url, timeout=WAIT) as answer:
            return answer.read().decode()

    def is_done(self):
        try:
            with urllib.request.urlopen(self.url.replace("/metrics", "/done"), timeout=WAIT) as answer:
                return answer.status == 200
        except urllib.error.URLError:
            return False

    def stored(self):
        """Workflow -> pico-dollars, as the ledger holds them; nothing while there is none."""
        ledger = next(iter(self.flyball_home.rglob("ledger.db")), None)
        if ledger is None:
            return {}
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as db:
            try:
                rows = db.execute("SELECT s.text, sum(c.cost) FROM calls c JOIN symbols s ON s.id = c.workflow"
                                  " WHERE c.counted GROUP BY 1 HAVING sum(c.cost) > 0").fetchall()
            except sqlite3.OperationalError: # it is being made
                return {}
        return dict(rows)

    def test_spend_is_what_the_counters_say(self):
        first = self.exporter("--calls", "150", "--rate", "0.03", "--seed", "7", "--wait")
        follower = self.follower()
        for _ in range(2): # the app dies twice while money is spent
            before = sum(self.stored().values())
            self.until(lambda: sum(self.stored().values()) > before, "nothing arrives")
            self.end(follower)
            time.sleep(1)
            follower = self.follower()
        self.until(self.is_done, "the exporter does not end")
        spent = spend_of(self.page())
        expected = {workflow: pico for workflow, pico in spent.items() if pico > 0}
        self.assertEqual(len(expected), 3)
        self.until(lambda: self.stored() == expected, f"{expected} is not what is stored")
        # The gateway dies, and another one begins at 0 while nobody looks.
        self.end(first)
        self.end(follower)
        self.exporter("--calls", "200", "--rate", "0.01", "--seed", "8")
        self.until(self.is_done, "the exporter does not end")
        more = spend_of(self.page())
        self.assertTrue(any(more[workflow] > pico for workflow, pico in spent.items()), "nothing passes its old value")
        expected = {workflow: spent[workflow] + more[workflow] for workflow in spent | more}
        follower = self.follower()
        self.until(lambda: self.stored() == expected, f"{expected} is not what is stored")
        follower.send_signal(signal.SIGTERM)
        self.assertEqual(follower.wait(timeout=WAIT), 0)

    def test_a_source_is_tested_before_it_is_kept(self):
        self.exporter("--calls", "30", "--rate", "0")
        self.until(self.is_done, "the exporter does not end")
        result = self.run_ctl("sources", "test", f"prometheus:{self.url}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout.decode(), r"reached, \d+ series, 3 workflows, newest sample \d+ s ago")

    def test_raw_every_series_with_what_is_made_of_it(self):
        self.exporter("--calls", "30", "--rate", "0")
        self.until(self.is_done, "the exporter does not end")
        page = self.page()
        raw = self.json_of("sources", "raw", f"prometheus:{self.url}")
        lines = [line for line in page.splitlines() if line and not line.startswith("#")]
        self.assertEqual(raw["total"], len(lines))
        self.assertEqual({(row["Series"], row["Value"]) for row in raw["rows"] if row["Series"] == SPEND},
                         {(SPEND, line.rsplit(" ", 1)[1]) for line in lines if line.startswith(SPEND + "{")})
        money = [row for row in raw["rows"] if row["Series"] == SPEND]
        self.assertTrue(money)
        for row in money:
            alias = dict(part.split("=", 1) for part in row["Labels"].replace('"', "").split(", "))["api_key_alias"]
            self.assertTrue(row["meaning"].startswith(f"counts as spend: money of workflow {alias}, model "), row)
            self.assertEqual(row["is"], "counts")


if __name__ == "__main__":
    support.main()
