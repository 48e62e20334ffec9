# SPDX-License-Identifier: GPL-3.0-or-later
"""The OTLP receiver from outside: killed again and again while agents send, nothing is lost and nothing counted twice."""
import gzip
import http.client
import queue
import pathlib
import random
import signal
import socket
import ssl
import sys
import threading
import time

import support

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "policy_tls"))
from certificates import Authority  # noqa: E402

SEED = 20261122
BODIES = 1200
SPANS = 5  # in each
KILLS = 12
SENDERS = 6


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def body_of(number):
    spans = [support.chat(number + 1, i + 1, 0, 1_795_255_200_000_000_000 + number * 10**9, (1000 + number, 10 + i),
                          flyball__workflow=f"flow-{number % 7}") for i in range(SPANS)]
    return support.export(spans)


class Sender(threading.Thread):
    """An exporter that comes again until it is told 200, as OTLP wants it for 503 and lost connections."""

    def __init__(self, port, work):
        super().__init__(daemon=True)
        self.port, self.work, self.answers, self.retries = port, work, {}, 0

    def run(self):
        connection = None
        while True:
            number = self.work.get()
            if number is None:
                if connection:
                    connection.close()
                break
            data = body_of(number).encode()
            headers = {"Content-Type": "application/json"}
            if number % 2:
                data, headers["Content-Encoding"] = gzip.compress(data), "gzip"
            while True:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                try:
                    connection.request("POST", "/v1/traces", data, headers)
                    answer = connection.getresponse()
                    answer.read()
                    self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
                    if answer.status == 200:
                        break
                except (OSError, http.client.HTTPException):
                    connection.close()
                    connection = None
                self.retries += 1
                time.sleep(0.02)


class Receive(support.Case):
    def start(self, port, options=""):
        process = self.start_ctl("ingest", f"otlp:127.0.0.1:{port}{options}", "--follow")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return process
            except OSError:
                self.assertIsNone(process.poll(), "it ended by itself")
                time.sleep(0.01)
        process.kill()
        self.fail("nobody listens")

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=support.LIMIT)
        self.assertEqual(process.returncode, 0, errors.decode())

    def test_killed_while_agents_send(self):
        lines = self.folder / "spans.jsonl"
        lines.write_text("".join(body_of(number) for number in range(BODIES)))
        wanted = support.without_window(self.report(lines, "--by", "workflow,model"))
        self.assertEqual(wanted["totals"]["calls"], BODIES * SPANS)
        rng = random.Random(SEED)
        numbers = list(range(BODIES))
        rng.shuffle(numbers)
        port = free_port()
        work = queue.Queue()
        senders = [Sender(port, work) for _ in range(SENDERS)]
        process = self.start(port)
        for sender in senders:
            sender.start()
        # Handed out a part at a time, so that each part has its kill however fast the machine is.
        part = BODIES // (KILLS + 1)
        for kill in range(KILLS):
            for number in numbers[part * kill:part * (kill + 1)]:
                work.put(number)
            time.sleep(rng.random() * 0.3)
            process.send_signal(signal.SIGKILL if kill % 3 else signal.SIGTERM)
            process.communicate(timeout=support.LIMIT)
            process = self.start(port)
        with support.ended(process):
            for number in numbers[part * KILLS:] + [None] * SENDERS:
                work.put(number)
            for sender in senders:
                sender.join(support.LIMIT)
            self.assertFalse(any(sender.is_alive() for sender in senders))
            self.end(process)
        self.assertEqual(sum(sender.answers[200] for sender in senders), BODIES)
        self.assertGreater(sum(sender.retries for sender in senders), 0)  # the kills were felt
        self.assertEqual(support.without_window(self.report("ledger:", "--by", "workflow,model")), wanted)

    def test_key_and_certificate(self):
        authority = Authority(self.folder / "pki")
        certificate, key = authority.issue("receiver")
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text("open sesame\n")
        port = free_port()
        process = self.start(port, f"#tls_cert={certificate}&tls_key={key}&secret=file:{secret}")
        trusting = ssl.create_default_context(cafile=authority.file)
        with support.ended(process):
            for token, status in ((None, 401), ("Bearer open sesam", 401), ("Bearer open sesame", 200)):
                connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=trusting)
                headers = {"Content-Type": "application/json", **({"Authorization": token} if token else {})}
                connection.request("POST", "/v1/traces", body_of(1), headers)
                self.assertEqual(connection.getresponse().status, status, token)
                connection.close()
            stranger = http.client.HTTPSConnection("localhost", port, timeout=30, context=ssl.create_default_context())
            self.assertRaises(ssl.SSLError, stranger.request, "POST", "/v1/traces", body_of(2))
            plain = http.client.HTTPConnection("localhost", port, timeout=30)
            with self.assertRaises((OSError, http.client.HTTPException)):
                plain.request("POST", "/v1/traces", body_of(2), {"Authorization": "Bearer open sesame"})
                plain.getresponse()
            plain.close()
            self.end(process)
        self.assertEqual(self.report("ledger:")["totals"]["calls"], SPANS)

    def test_ends_when_asked_and_says_what_it_took(self):
        port = free_port()
        process = self.start(port)
        with support.ended(process):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            for body, status in ((body_of(1), 200), ("rubbish", 400), (body_of(1), 200)):
                connection.request("POST", "/v1/traces", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, status)
            connection.close()
            self.end(process)
        report = self.report("ledger:", code=3)  # something was refused, and the totals say so
        self.assertEqual(report["totals"]["calls"], SPANS)
        self.assertEqual(report["coverage"]["rejected"], {"not_json": 1})

    def test_a_port_that_is_taken_is_waited_for(self):
        port = free_port()
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            taken.listen(64)
            process = self.start_ctl("ingest", f"otlp:127.0.0.1:{port}", "--follow")
            ledger = self.flyball_home / "data"
            until = time.monotonic() + 60
            while not ledger.exists() and time.monotonic() < until:
                time.sleep(0.02)
            self.assertIsNone(process.poll())
        with support.ended(process):
            answered = None
            until = time.monotonic() + 60
            while answered != 200 and time.monotonic() < until:
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                    connection.request("POST", "/v1/traces", body_of(1), {"Content-Type": "application/json"})
                    answered = connection.getresponse().status
                    connection.close()
                except OSError:
                    time.sleep(0.1)
            self.assertEqual(answered, 200)
            self.end(process)
        self.assertEqual(self.report("ledger:")["totals"]["calls"], SPANS)

    def test_tried_before_it_is_added(self):
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.listen()
            place = f"127.0.0.1:{stranger.getsockname()[1]}"
            tried = self.run_ctl("sources", "test", f"otlp:{place}")
            self.assertNotEqual(tried.returncode, 0)
            self.assertIn(f"{place} is in use".encode(), tried.stderr)
        tried = self.run_ctl("sources", "test", f"otlp:{place}")
        self.assertEqual(tried.returncode, 0, tried.stderr)
        self.assertIn(f"it can listen on http://{place}".encode(), tried.stdout)


if __name__ == "__main__":
    support.main()
