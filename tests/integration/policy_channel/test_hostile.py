# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger may send: the right refusal, and a server that goes on."""
import json
import os
import socket
import time

import channel
from channel import Case, policy


class Hostile(Case):
    def setUp(self):
        super().setUp()
        self.start(agents=["a1"], document=policy())

    def raw(self, data, wait=5.0):
        """Status of the answer to raw bytes; 0: closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as s:
            try:
                s.sendall(data)
                answer = b""
                while b"\r\n" not in answer:
                    part = s.recv(4096)
                    if not part:
                        break
                    answer += part
            except ConnectionResetError:
                return 0
        return int(answer.split()[1]) if answer else 0

    def head(self, *lines, first="GET /v1/status HTTP/1.1", host=True):
        own = [f"Host: 127.0.0.1:{self.port}"] if host else []
        return ("\r\n".join([first, *own, *lines]) + "\r\n\r\n").encode()

    def test_who_may_ask(self):
        a = self.agents["a1"]
        for path in ("/v1/policy", "/v1/status", "/nowhere"):
            self.assertEqual(self.ask("GET", path, None)[0], 401)
            self.assertEqual(self.ask("GET", path, "0" * 64)[0], 401)
        self.assertEqual(a.ask("GET", "/v1/status")[0], 403)
        self.assertEqual(a.ask("PUT", "/v1/policy/document", policy())[0], 403)
        self.assertEqual(self.op("GET", "/v1/policy?agent=a1")[0], 403)
        self.assertEqual(a.ask("GET", "/v1/policy?agent=a2")[0], 403)
        self.assertEqual(a.ask("POST", "/v1/reserve", {"agent": "a2", "run": "r", "max_nusd": 1})[0], 403)
        self.assertEqual(a.ask("DELETE", "/v1/policy")[0], 405)
        self.assertEqual(self.op("GET", "/nowhere")[0], 404)

    def test_host_and_origin(self):
        self.assertEqual(self.raw(self.head("Host: evil.example", host=False)), 421)
        self.assertEqual(self.raw(self.head("Host: 127.0.0.1", host=False)), 421)
        self.assertEqual(self.raw(self.head(host=False)), 400)
        self.assertEqual(self.raw(self.head("Host: evil.example")), 400)
        self.assertEqual(self.raw(self.head("Origin: http://evil.example")), 403)
        self.assertEqual(self.raw(self.head(f"Host: LOCALHOST:{self.port}", host=False)), 401)

    def test_broken_requests(self):
        post = "POST /v1/ack HTTP/1.1"
        for name, want, data in [
                ("garbage", 400, b"\x16\x03\x01\x00hello\r\n\r\n"),
                ("no target", 400, self.head(first="GET HTTP/1.1")),
                ("absolute target", 400, self.head(first="GET http://x/ HTTP/1.1")),
                ("broken escape", 400, self.head(first="GET /%zz HTTP/1.1")),
                ("nul escape", 400, self.head(first="GET /%00 HTTP/1.1")),
                ("two lengths", 400, self.head("Content-Length: 1", "Content-Length: 2", first=post) + b"xx"),
                ("length and chunked", 400, self.head("Content-Length: 3", "Transfer-Encoding: chunked", first=post) + b"0\r\n\r\n"),
                ("negative length", 400, self.head("Content-Length: -5", first=post)),
                ("plus length", 400, self.head("Content-Length: +5", first=post) + b"hello"),
                ("folded line", 400, self.head("X: a\r\n b")),
                ("nul in header", 400, self.head("X: a\0b")),
                ("bare line feed", 400, b"GET /v1/status HTTP/1.1\nHost: a\n\n\r\n\r\n"),
                ("http/1.0", 505, self.head(first="GET /v1/status HTTP/1.0")),
                ("http/3", 505, self.head(first="GET /v1/status HTTP/3.0")),
                ("large header", 431, self.head("X: " + "a" * 40_000)),
                ("endless header", 431, b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000),
                ("large body", 413, self.head("Content-Length: 5000000", first=post) + b"x" * 100),
                ("large chunk", 413, self.head("Transfer-Encoding: chunked", first=post) + b"4ffffff\r\n" + b"x" * 100),
        ]:
            with self.subTest(name):
                self.assertEqual(self.raw(data), want)
        self.assertEqual(self.op("GET", "/v1/status")[0], 200)

    def test_bodies_that_are_not_what_they_should_be(self):
        a = self.agents["a1"]
        for body in (b"", b"[]", b"nope", b"{\"a\":1,\"a\":2}", b"[" * 100_000, b"\xff\xfe", b"{\"max_nusd\":1e400}"):
            self.assertEqual(a.ask("POST", "/v1/reserve", body)[0], 400, body[:40])
        for change in ({"max_nusd": -1}, {"max_nusd": 1.5}, {"max_nusd": "1"}, {"max_nusd": 10**16}, {"ttl_s": 0},
                       {"run": ""}, {"run": 7}, {"workflow": "w" * 5000}):
            self.assertEqual(a.ask("POST", "/v1/reserve", {"run": "r", "workflow": "w", "max_nusd": 1, **change})[0], 400, change)
        for query in ("wait=-1", "wait=x", "active=99999999999999999999", "active=1.5"):
            self.assertEqual(a.ask("GET", "/v1/policy?" + query)[0], 400, query)
        self.assertEqual(a.ask("POST", "/v1/ack", {"nonce": "n", "offered": "e", "error": []})[0], 400)
        self.assertEqual(self.spend(), (0, 0))

    def test_keep_alive_and_pipelining(self):
        token = self.agents["a1"].token
        body = json.dumps({"run": "r", "workflow": "w", "max_nusd": 1}).encode()
        one = self.head(f"Authorization: Bearer {token}", f"Content-Length: {len(body)}",
                        first="POST /v1/reserve HTTP/1.1") + body
        chunked = self.head(f"Authorization: Bearer {token}", "Transfer-Encoding: chunked",
                            first="POST /v1/reserve HTTP/1.1") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
            s.sendall(one + chunked + one[:30])
            time.sleep(0.1)
            s.sendall(one[30:])
            got = b""
            while got.count(b"granted_nusd") < 3:
                part = s.recv(4096)
                self.assertTrue(part, got)
                got += part
        self.assertEqual(self.spend(), (0, 3))

    def test_expect_continue(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
            s.sendall(self.head("Content-Length: 2", "Expect: 100-continue", first="POST /v1/ack HTTP/1.1"))
            self.assertIn(b"100 Continue", s.recv(4096))
            s.sendall(b"{}")
            self.assertIn(b" 401 ", s.recv(4096))

    def test_slow_requests_end_and_hold_up_nobody(self):
        slow = []
        for i in range(200):
            s = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            s.sendall(b"GET /v1/status HTTP/1.1\r\nX: " if i % 2 else
                      self.head("Content-Length: 10", first="POST /v1/ack HTTP/1.1") + b"x")
            slow.append(s)
        begin = time.monotonic()
        self.assertEqual(self.op("GET", "/v1/status")[0], 200)
        self.assertLess(time.monotonic() - begin, 2)
        for s in slow[:2]:
            self.assertIn(b" 408 ", s.recv(4096))
        self.assertGreater(time.monotonic() - begin, 8)
        for s in slow:
            s.close()

    def test_connection_cap(self):
        held = []
        try:
            for _ in range(1024):
                held.append(socket.create_connection(("127.0.0.1", self.port), timeout=10))
            time.sleep(0.5)
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
                self.assertIn(b" 503 ", s.recv(4096))
        finally:
            for s in held:
                s.close()
        time.sleep(0.5)
        self.assertEqual(self.op("GET", "/v1/status")[0], 200)

    def test_clients_that_vanish(self):
        token = self.agents["a1"].token
        etag = self.agents["a1"].take()[1]
        for _ in range(50):
            s = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            s.sendall(self.head(f"Authorization: Bearer {token}", f'If-None-Match: "{etag}"',
                                first="GET /v1/policy?active=1&wait=30 HTTP/1.1"))
            s.close()
        self.push(policy(run=2))
        self.assertEqual(self.agents["a1"].take()[0]["revision"], 2)

    def test_random_bytes(self):
        seed = int(os.environ.get("FLYBALL_SEED", "7"))
        random = channel.random.Random(seed)
        good = self.head(f"Authorization: Bearer {self.agents['a1'].token}", first="GET /v1/policy HTTP/1.1")
        for turn in range(300):
            data = bytearray(good)
            for _ in range(random.randint(1, 6)):
                data[random.randrange(len(data))] = random.randrange(256)
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
                s.sendall(bytes(data))
                s.shutdown(socket.SHUT_WR)
                try:
                    s.recv(1024)
                except ConnectionResetError:
                    pass
            self.assertIsNone(self.server.poll(), f"seed {seed}, turn {turn}: the server died")
        self.assertEqual(self.op("GET", "/v1/status")[0], 200)


if __name__ == "__main__":
    channel.main()
