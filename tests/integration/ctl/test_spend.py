# SPDX-License-Identifier: GPL-3.0-or-later
"""Spend APIs of gateways: calls that come while the program is killed again and again, a key that nobody may see."""
import datetime
import http.server
import json
import os
import random
import signal
import threading
import time
import urllib.parse

import support

KEY = "not-for-anyone-" + "0123456789abcdef"
KILLS = 12
COST = 3_500_000  # nano-USD of a call
DAY = 1_250_000_000  # of a day before the log
DAYS = 40
FORM = "%Y-%m-%dT%H:%M:%S.%f"


def db_time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(FORM)[:-3] + "Z"


class Log(http.server.ThreadingHTTPServer):
    """The spend log of a LiteLLM proxy, and the log of a Bifrost gateway: pages of what was written so far."""

    daemon_threads = True

    def handle_error(self, *_):  # those who asked are killed
        pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.rows = []
        self.refusing = False
        self.days = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def add(self, count):
        now = time.time()
        for _ in range(count):
            self.rows.append((now - random.random(), f"chatcmpl-{len(self.rows):08}"))

    def litellm(self, query):
        first, last = (query[k].replace(" ", "T") for k in ("start_date", "end_date"))
        rows = sorted(((db_time(t), i) for t, i in list(self.rows) if first <= db_time(t) <= last + ".999Z"), reverse=True)
        size, page = int(query["page_size"]), int(query["page"])
        data = [{"request_id": i, "call_type": "acompletion", "spend": COST / 1e9, "prompt_tokens": 1000,
                 "completion_tokens": 100, "startTime": t, "endTime": t, "model": "gpt-4o",
                 "custom_llm_provider": "openai", "metadata": json.dumps({"user_api_key_alias": "triage"}),
                 "cache_hit": "None", "session_id": "s" + i} for t, i in rows[(page - 1) * size:page * size]]
        return {"data": data, "total": len(rows), "page": page, "page_size": size,
                "total_pages": -(-len(rows) // size)}

    def day(self, query):
        """A total of each day, told slowly: kills come in between."""
        time.sleep(0.05)
        date = query["start_date"]
        self.days[date] = self.days.get(date, 0) + 1
        metrics = {"spend": DAY / 1e9, "prompt_tokens": 5000, "completion_tokens": 500}
        return {"results": [{"date": date, "metrics": metrics, "breakdown": {"models": {"gpt-4o": {"metrics": metrics}}}}],
                "metadata": {"has_more": False}}

    def bifrost(self, query):
        first, last = query["start_time"][:19], query["end_time"][:19]
        rows = sorted(((db_time(t), i) for t, i in list(self.rows) if first <= db_time(t) <= last + ".999Z"), reverse=True)
        size, offset = int(query["limit"]), int(query["offset"])
        logs = [{"id": i, "provider": "openai", "model": "gpt-4o", "status": "success", "timestamp": t, "latency": 1.5,
                 "token_usage": {"prompt_tokens": 1000, "completion_tokens": 100}, "cost": COST / 1e9,
                 "virtual_key_name": "triage"} for t, i in rows[offset:offset + size]]
        return {"logs": logs, "pagination": {"total_count": len(rows)}}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        status, answer = 404, {"detail": "Not Found"}
        if self.server.refusing or self.headers.get("Authorization") != "Bearer " + KEY:
            status, answer = 401, {"error": {"message": f"no such key: {KEY}"}}
        elif url.path == "/spend/logs/ui":
            status, answer = 200, self.server.litellm(query)
        elif url.path == "/user/daily/activity":
            status, answer = 200, self.server.day(query)
        elif url.path == "/api/logs":
            status, answer = 200, self.server.bifrost(query)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Spend(support.Case):
    def setUp(self):
        super().setUp()
        os.environ["SPEND_KEY"] = KEY
        self.log = Log()
        self.addCleanup(self.log.close)

    def follow(self, kind, more=""):
        return self.start_ctl("ingest", f"{kind}:{self.log.url}#secret=env:SPEND_KEY&interval_s=1{more}", "--follow")

    def calls(self):
        result = self.run_ctl("report", "ledger:", "--lenient", "--format", "csv")
        return int(result.stdout.decode().splitlines()[1].split(",")[0]) if result.returncode == 0 else 0

    def keep_secret(self, *texts):
        for text in texts:
            self.assertNotIn(KEY.encode(), text)
        for file in self.flyball_home.rglob("*"):
            if file.is_file():
                self.assertNotIn(KEY.encode(), file.read_bytes(), file)

    def killed_and_complete(self, kind):
        rng = random.Random(5)
        self.log.add(700)
        for _ in range(KILLS):
            process = self.follow(kind)
            with support.ended(process):
                for _ in range(4):
                    time.sleep(rng.random() * 0.5)
                    self.log.add(rng.randrange(30))
                process.send_signal(signal.SIGKILL)
                self.keep_secret(*process.communicate())
        wanted = len(self.log.rows)
        deadline = time.monotonic() + 60
        while self.calls() < wanted and time.monotonic() < deadline:
            process = self.follow(kind)
            with support.ended(process):
                time.sleep(3)
                process.send_signal(signal.SIGINT)
                self.keep_secret(*process.communicate())
        totals = self.report("ledger:")["totals"]
        self.assertEqual(totals["calls"], wanted)
        self.assertEqual(totals["cost_reported_nusd"], wanted * COST)
        self.assertEqual(totals["tokens"]["in_total"], wanted * 1000)
        print(f"{kind}: {KILLS} kills, {wanted} calls")

    def test_litellm_killed(self):
        self.killed_and_complete("litellm")

    def test_bifrost_killed(self):
        self.killed_and_complete("bifrost")

    def test_days_before_the_log_killed(self):
        rng = random.Random(9)
        self.log.add(20)
        for _ in range(KILLS):
            process = self.follow("litellm", f"&backfill_days={DAYS}")
            with support.ended(process):
                time.sleep(0.1 + rng.random() * 0.5)
                self.log.add(2)
                process.send_signal(signal.SIGKILL)
                process.communicate()
        wanted = DAYS * DAY + len(self.log.rows) * COST
        deadline = time.monotonic() + 60
        process = self.follow("litellm", f"&backfill_days={DAYS}")
        with support.ended(process):
            while self.reported() < wanted and time.monotonic() < deadline:
                time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            process.communicate()
        totals = self.report("ledger:")["totals"]
        self.assertEqual(totals["cost_reported_nusd"], wanted)
        self.assertEqual(totals["calls"], len(self.log.rows))
        self.assertEqual(totals["tokens"]["in_total"], DAYS * 5000 + len(self.log.rows) * 1000)
        self.assertEqual(len(self.log.days), DAYS)
        print(f"{KILLS} kills, {DAYS} days, asked for {sum(self.log.days.values())} times")

    def reported(self):
        result = self.run_ctl("report", "ledger:", "--lenient", "--format", "json")
        return json.loads(result.stdout)["totals"]["cost_reported_nusd"] or 0 if result.returncode == 0 else 0

    def test_refused_key_is_said_without_it(self):
        self.log.add(3)
        self.log.refusing = True
        source = f"litellm:{self.log.url}#secret=env:SPEND_KEY"
        refused = self.run_ctl("sources", "test", source)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(b"401", refused.stdout + refused.stderr)
        self.keep_secret(refused.stdout, refused.stderr)
        self.log.refusing = False
        reached = self.run_ctl("sources", "test", source)
        self.assertEqual(reached.returncode, 0, reached.stderr)
        self.assertIn(b"reached, 3 calls read", reached.stdout)


if __name__ == "__main__":
    support.main()
