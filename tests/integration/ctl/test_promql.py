# SPDX-License-Identifier: GPL-3.0-or-later
"""`promql:` against the real servers: Prometheus and VictoriaMetrics scrape an exporter that is restarted in the middle;
spend per workflow is what the counters of both its lives say, to the pico-dollar."""
import contextlib
import decimal
import json
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import support

WAIT = 90  # seconds; far beyond what is ever needed, machines are busy
EXPORTER = pathlib.Path(__file__).resolve().parent / "gateways" / "litellm_exporter.py"
RULES = "resources/prometheus/flyball-rules.yml"
SERVERS = {"prometheus": "prometheus", "victoria": "victoria-metrics"}
PICO = decimal.Decimal(10) ** 12
TOKENS = {"in": "litellm_input_tokens_metric_total", "out": "litellm_output_tokens_metric_total"}
SPEND = "litellm_spend_metric_total"
LINE = re.compile(r'^(\w+)\{.*api_key_alias="([^"]*)".*\} (\S+)$')


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(question, what):
    deadline = time.monotonic() + WAIT
    while True:
        with contextlib.suppress(OSError, urllib.error.URLError):
            answer = question()
            if answer:
                return answer
        if time.monotonic() > deadline:
            raise AssertionError(what)
        time.sleep(0.2)


def interpreter():
    """A Python that has the client library: Debian's own, where another one comes first in the path."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import prometheus_client"], check=False, capture_output=True).returncode == 0:
            return python
    raise AssertionError("python3-prometheus-client is missing")


def counters(page):
    """Of a page: {name: {workflow: [value of each series]}}."""
    out = {}
    for line in page.splitlines():
        if match := LINE.match(line):
            out.setdefault(match[1], {}).setdefault(match[2], []).append(decimal.Decimal(match[3]))
    return out


def pico(values):
    """Each series by itself, half-even: what a counter of a float says to the pico-dollar."""
    return sum(int((v * PICO).quantize(decimal.Decimal(1), decimal.ROUND_HALF_EVEN)) for v in values)


class Promql(support.Case):
    def setUp(self):
        super().setUp()
        decimal.getcontext().prec = 50
        for program in SERVERS.values():
            if not shutil.which(program):
                self.skipTest(f"{program} is not installed; packaging/test.sh fetches it")
        self.processes = contextlib.ExitStack()
        self.addCleanup(self.processes.close)
        self.port = free_port()
        self.ports = {name: free_port() for name in SERVERS}

    def start(self, *words):
        process = subprocess.Popen([str(w) for w in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, cwd=self.folder)
        return self.processes.enter_context(support.ended(process))

    def export(self, calls, seed):
        """Another life of the exporter: it begins to count when it was scraped once."""
        return self.start(interpreter(), "-B", EXPORTER, self.port, "--calls", calls, "--seed", seed, "--rate", "0.05",
                          "--wait")

    def fetch(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.read().decode()

    def serve(self):
        shutil.copy(support.ROOT / RULES, self.folder / "rules.yml")
        text = ("global:\n  scrape_interval: 1s\n%sscrape_configs:\n  - job_name: litellm\n"
                "    metrics_path: /metrics/\n    static_configs:\n"
                f"      - targets: ['127.0.0.1:{self.port}']\n")
        (self.folder / "prometheus.yml").write_text(
            text % "  evaluation_interval: 1s\nrule_files: [rules.yml]\n")
        (self.folder / "victoria.yml").write_text(text % "")
        self.start("prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                   f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}", "--log.level=warn")
        self.start("victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.ports['victoria']}",
                   "-promscrape.config=victoria.yml", f"-storageDataPath={self.folder}/victoria")

    def address(self, server):
        return f"http://127.0.0.1:{self.ports[server]}"

    def ask(self, server, query):
        form = urllib.parse.urlencode({"query": query, "time": int(time.time()), "nocache": 1}).encode()
        with urllib.request.urlopen(f"{self.address(server)}/api/v1/query", form, timeout=5) as answer:
            return json.load(answer)["data"]["result"]

    def scraped(self, server, name, wanted):
        """Whether the newest samples of a server are the values of the page, to the fifteen digits that both keep."""
        last = {}
        for series in self.ask(server, f"{name}[20s]"):
            last.setdefault(series["metric"]["api_key_alias"], []).append(float(series["values"][-1][1]))
        near = {workflow: sorted(float(v) for v in values) for workflow, values in wanted.items()}
        return last.keys() == near.keys() and all(
            len(last[w]) == len(near[w]) and all(abs(a - b) < 1e-11 for a, b in zip(sorted(last[w]), near[w]))
            for w in near)

    def live(self, calls, seed):
        """One life: the values of its counters when all servers have seen them."""
        exporter = self.export(calls, seed)
        until(lambda: self.fetch("/done") == "", "the calls were not made")
        page = counters(self.fetch("/metrics/"))
        for server in SERVERS:
            for name in (SPEND, *TOKENS.values()):
                until(lambda s=server, n=name: self.scraped(s, n, page[n]), f"{server} did not scrape {name}")
        return exporter, page

    def source(self, server, **options):
        text = "&".join(f"{k}={v}" for k, v in {"interval_s": 1, "since": "20m", **options}.items())
        return f"promql:{self.address(server)}#{text}"

    def ingesting(self, home, source):
        env = self.environment()
        env["FLYBALL_HOME"] = str(self.folder / home)
        process = subprocess.Popen([support.PROGRAM, "ingest", source, "--follow"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=env, stdin=subprocess.DEVNULL)
        self.processes.enter_context(support.ended(process))
        return process

    def spend(self, home):
        """pico-USD by workflow, from the ledger while it is written."""
        path = self.folder / home / "data" / "ledger.db"
        if not path.exists():
            return {}
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
            try:
                return dict(db.execute("SELECT s.text, sum(c.cost) FROM calls c JOIN symbols s ON s.id = c.workflow"
                                       " WHERE c.counted GROUP BY 1"))
            except sqlite3.OperationalError:
                return {}

    def check_spend(self, home, expected):
        try:
            until(lambda: self.spend(home) == expected, "")
        except AssertionError:
            self.assertEqual(self.spend(home), expected, home)

    def check_budgets(self, server):
        """The gauges as the server has them now, to the pico-dollar."""
        def exact(value):
            return None if value in (None, "+Inf") else pico([decimal.Decimal(value)])

        held = {}
        for series in self.ask(server, '{__name__=~"litellm_(remaining_)?(api_key|team)(_max)?_budget_metric"}'):
            name = series["metric"].get("api_key_alias") or series["metric"]["team_alias"]
            column = "left_usd" if "remaining" in series["metric"]["__name__"] else "cap_usd"
            held.setdefault(name, {"left_usd": None, "cap_usd": None})[column] = exact(series["value"][1])
        answer = self.json_of("sources", "test", self.source(server))
        told = {one["name"]: {column: exact(one[column]) for column in ("left_usd", "cap_usd")}
                for one in answer["budgets"]["list"]}
        self.assertEqual(len(held), 4, server)
        self.assertEqual(told, held, server)

    def ended_well(self, process):
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=WAIT)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(json.loads(out)["rejected"], {})

    def test_both_lives_of_an_exporter(self):
        self.serve()
        for server in SERVERS:
            until(lambda s=server: self.ask(s, "1"), f"{server} does not answer")
        homes = {server: self.ingesting(f"live-{server}", self.source(server)) for server in SERVERS}
        recorded = self.ingesting("recorded", self.source("prometheus", recorded=1))
        first, one = self.live(60, 7)
        expected = {w: pico(values) for w, values in one[SPEND].items()}
        self.assertEqual(len(expected), 3)
        for server in SERVERS:
            self.check_spend(f"live-{server}", expected)
        self.check_spend("recorded", expected)

        first.kill()
        first.wait()
        time.sleep(2.5)  # the servers see that it is gone
        homes["prometheus"].kill()  # and Flyball is killed while they count again
        homes["prometheus"].wait()
        _, two = self.live(45, 8)
        homes["prometheus"] = self.ingesting("live-prometheus", self.source("prometheus"))
        expected = {w: pico(one[SPEND][w]) + pico(two[SPEND].get(w, [])) for w in expected}
        for server in SERVERS:
            self.check_spend(f"live-{server}", expected)
        self.check_spend("recorded", expected)
        time.sleep(3)  # further polls add nothing
        for server in SERVERS:
            self.assertEqual(self.spend(f"live-{server}"), expected)
            self.ended_well(homes[server])
        self.ended_well(recorded)

        # The same from history alone, in one go, and the tokens with it.
        tokens = {kind: sum(int(v) for life in (one, two) for values in life[name].values() for v in values)
                  for kind, name in TOKENS.items()}
        for server in SERVERS:
            self.check_budgets(server)
            late = self.ingesting(f"late-{server}", self.source(server, since="10m", match='job="litellm"'))
            self.check_spend(f"late-{server}", expected)
            self.ended_well(late)
            watched = self.run_ctl("watch", self.source(server), "--for", "8")
            self.assertEqual(watched.returncode, 0, watched.stderr)
            last = json.loads(watched.stdout.splitlines()[-1])
            self.assertEqual(last["tokens"]["in_total"], tokens["in"], server)
            self.assertEqual(last["tokens"]["out_total"], tokens["out"], server)
            self.assertEqual(last["cost_nusd"], round(sum(expected.values()) / 1000), server)
            self.assertEqual(last["calls"], 0)

    def test_the_rules_are_valid(self):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed")
        result = subprocess.run(["promtool", "check", "rules", support.ROOT / RULES], capture_output=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    support.main()
