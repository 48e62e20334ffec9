# SPDX-License-Identifier: GPL-3.0-or-later
"""test_tls.py CTL SOURCE NODE: the policy channel over TLS, real clients against the real server; what is not verified
must fail closed."""
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "agents"))
import support  # noqa: E402
from certificates import Authority  # noqa: E402
from support import MODEL, document  # noqa: E402


class TlsServer(support.Server):
    """Adds what a server with a certificate needs; its tests ask it as an operator who knows the authority."""

    def __init__(self, folder, authority, certificate, key, **options):
        self.authority, self.listen = authority, options.pop("listen", "127.0.0.1")
        words = ("--tls-cert", str(certificate), "--tls-key", str(key), "--ca-file", str(authority.file))
        self.context = ssl.create_default_context(cafile=authority.file)
        super().__init__(folder, document(), ["a1"], words)

    def start(self, *words):
        hello = super().start("--listen", f"{self.listen}:{self.port}", *words)
        self.told = hello["url"]
        return hello

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def ask(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=20, context=self.context)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {token or self.operator}", **(headers or {})})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}"), response.headers
        finally:
            connection.close()


class Case(support.Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "ca")

    def tls_server(self, hosts="DNS:localhost,IP:127.0.0.1", folder=None, **options):
        folder = folder or self.folder
        server = TlsServer(folder, self.authority, *self.authority.issue("server", hosts, kind=options.pop("kind", "EC")), **options)
        self.addCleanup(server.kill)
        return server

    def agent_of(self, kind, folder, server, url=None, ca=None):
        secret = server.secrets["a1"]
        before = os.environ.get("FLYBALL_POLICY_CA")
        if ca:
            os.environ["FLYBALL_POLICY_CA"] = str(ca)
        try:
            agent = support.Agent(kind, folder, "a1", url or server.url, secret["token"], secret["hmac"], wait=0)
        finally:
            if ca and before is None:
                del os.environ["FLYBALL_POLICY_CA"]
        self.addCleanup(agent.kill)
        return agent

    def ctl(self, home, *words, code=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
        done = subprocess.run([support.CTL, "policy", *map(str, words)], capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, env={**env, "HOME": str(home), "FLYBALL_HOME": str(home)})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done


class Clients(Case):
    def each(self):
        for kind in support.kinds():
            with self.subTest(client=kind):
                folder = self.folder / kind
                folder.mkdir()
                yield kind, folder

    def test_push_ack_long_poll_and_money(self):
        for kind, folder in self.each():
            server = self.tls_server(folder=folder, kind="EC" if kind == "python" else "RSA")
            self.assertTrue(server.told.startswith("https://"))
            agent = self.agent_of(kind, folder, server, ca=self.authority.file)
            self.assertTrue(agent.do("poll")["offered"])
            agent.do("poll")
            self.assertEqual(server.agent("a1")["state"], "in_sync")
            agent.order("poll", wait=20)
            time.sleep(0.3)
            began = time.monotonic()
            revision = server.push(defaults={"budget": {"run_hard": {"tokens": 5000},
                                                        "periods": [{"window": "day", "hard_usd": 1}], "on_hard": "abort"},
                                             "routing": {"default_tier": "mid"}})
            self.assertEqual(agent.answer()["status"]["revision"], revision)
            self.assertLess(time.monotonic() - began, 5, "the poll that waited was answered")
            call = agent.do("call", input_tokens=100, max_output_tokens=100)
            self.assertEqual((call["model"], call["leased"]), (MODEL["mid"], True), call)
            self.assertGreater(server.money()[0], 0)
            agent.do("settle", input_tokens=100, output_tokens=50)
            held, spent = server.money()
            self.assertEqual(held, 0)
            self.assertGreater(spent, 0)
            server.restart()
            self.assertEqual(agent.do("call", **{"as": "d"}, input_tokens=100, max_output_tokens=100)["leased"], True)
            agent.do("release", **{"as": "d"})
            self.assertEqual(server.money(), (0, spent))

    def test_whom_a_client_does_not_know_it_does_not_obey(self):
        other = Authority(self.folder / "other", "Another authority")
        for kind, folder in self.each():
            server = self.tls_server("DNS:localhost", folder=folder)
            for name, ca, url in (("system", None, None), ("wrong", other.file, None),
                                  ("host", self.authority.file, f"https://127.0.0.1:{server.port}")):
                place = folder / name
                place.mkdir()
                agent = self.agent_of(kind, place, server, url, ca)
                answer = agent.do("poll")
                self.assertNotIn(True, [answer.get("offered")], (name, answer))
                self.assertTrue(answer["status"]["builtin"], (name, answer))
                self.assertRegex(json.dumps(answer).lower(), "certificate|altname|issuer|verif|self.signed", name)
                self.assertFalse(agent.last_good.exists())
            self.assertIsNone(server.agent("a1")["last_seen"], "its token was never told to anybody")

    def test_an_expired_certificate(self):
        heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.path)

            def log_message(self, *_):
                pass

        certificate, key = self.authority.issue("expired", days=-1)
        listener = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listener.handle_error = lambda *_: None
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.addCleanup(listener.server_close)
        self.addCleanup(listener.shutdown)
        url = f"https://localhost:{listener.server_address[1]}"
        server = self.tls_server(folder=self.folder)
        for kind, folder in self.each():
            answer = self.agent_of(kind, folder, server, url, self.authority.file).do("poll")
            self.assertIn("expired", json.dumps(answer))
            self.assertTrue(answer["status"]["builtin"])
        token = self.folder / "server/data/operator.token"
        done = self.ctl(self.folder / "x", "status", "--server", url, "--token-file", token, "--ca-file", self.authority.file, code=2)
        self.assertIn("expired", done.stderr)
        self.assertEqual(heard, [])


class Operator(Case):
    def test_local_tools_verify_as_well(self):
        server = self.tls_server()
        home = self.folder / "server"
        self.assertEqual(json.loads(self.ctl(home, "status", "--format", "json").stdout)["revision"], 1)
        changed = self.folder / "next.json"
        changed.write_text(json.dumps(document({"budget": {"run_hard": {"tokens": 77}}, "routing": {"default_tier": "mid"}})))
        self.ctl(home, "push", changed)
        token = home / "data/operator.token"
        asked = ("status", "--server", server.url, "--token-file", token)
        far = self.folder / "far"
        self.assertIn("revision 2", self.ctl(far, *asked, "--ca-file", self.authority.file).stdout)
        other = Authority(self.folder / "other", "Another authority")
        for words in ((*asked,), (*asked, "--ca-file", other.file), (*asked, "--ca-file", self.folder / "none.pem")):
            done = self.ctl(far, *words, code=2)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
        self.assertNotEqual(self.ctl(home, "status", "--ca-file", other.file, code=2).stderr, "")
        plain = ("status", "--server", f"http://127.0.0.1:{server.port}", "--token-file", token)
        self.assertEqual(self.ctl(far, *plain, code=2).stdout, "")
        server.kill()

    def test_without_an_authority_the_certificate_is_its_own(self):
        folder = self.folder / "self"
        folder.mkdir()
        key = self.authority.new_key("own")
        own = self.folder / "own.pem"
        self.authority.run("req", "-x509", "-new", "-key", key, "-subj", "/CN=own", "-days", "2", "-addext",
                           "subjectAltName=DNS:localhost", "-out", own)
        server = support.Server(folder, document(), [], ("--tls-cert", str(own), "--tls-key", str(key)))
        self.addCleanup(server.kill)
        self.assertIn("revision 1", self.ctl(folder / "server", "status").stdout)

    def test_what_is_refused(self):
        good, key = self.authority.issue("good")
        expired = self.authority.issue("expired", days=-1)
        nameless = self.authority.issue("nameless", hosts="")
        edwards = self.authority.issue("edwards", kind="ED25519")
        open_key = self.folder / "open.key"
        shutil.copy(key, open_key)
        open_key.chmod(0o644)
        locked = self.folder / "locked.key"
        self.authority.run("ec", "-in", key, "-aes128", "-passout", "pass:x", "-out", locked)
        locked.chmod(0o600)
        nothing = self.folder / "nothing.pem"
        nothing.write_text("nothing\n")
        nothing.chmod(0o600)
        cases = [((good, open_key), open_key, "others"), ((good, expired[1]), expired[1], "is not the key of"),
                 (expired, expired[0], "expired on"), (nameless, nameless[0], "names no host"),
                 ((nothing, key), nothing, "no certificate"), ((good, nothing), nothing, "no private key"),
                 ((good, locked), locked, "passphrase"), ((self.folder / "none", key), self.folder / "none", "cannot read"),
                 ((good, self.folder / "none"), self.folder / "none", "cannot open"), (edwards, edwards[1], "RSA or EC")]
        for (certificate, secret), named, why in cases:
            done = self.ctl(self.folder / "home", "serve", "--tls-cert", certificate, "--tls-key", secret, code=2)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
            self.assertIn(str(named), done.stderr)
            self.assertIn(why, done.stderr)
        for words in (("--tls-cert", good), ("--tls-key", key), ("--ca-file", good), ("--listen", "0.0.0.0:0"),
                      ("--listen", "[::]:0"), ("--listen", "example.org:0", "--tls-cert", good, "--tls-key", key)):
            done = self.ctl(self.folder / "home", "serve", *words, code=2)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)


class Hostile(Case):
    def handshake(self, server, name="localhost"):
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        return server.context.wrap_socket(plain, server_hostname=name)

    def answer(self, server, host):
        with self.handshake(server) as tls:
            tls.sendall(f"GET /v1/status HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.operator}\r\n\r\n".encode())
            return int(tls.recv(4096).split()[1])

    def refused(self, server):
        return server.ask("GET", "/v1/status")[0]

    def test_only_the_names_of_the_certificate(self):
        server = self.tls_server("DNS:localhost,DNS:*.policy.test,IP:127.0.0.1", listen="0.0.0.0")
        port = server.port
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"a.policy.test:{port}", f"A.POLICY.TEST:{port}"):
            self.assertEqual(self.answer(server, host), 200, host)
        for host in ("localhost", f"0.0.0.0:{port}", f"policy.test:{port}", f"a.b.policy.test:{port}", f"evil.test:{port}",
                     f".policy.test:{port}", f"a.policy.test:{port + 1}"):
            self.assertEqual(self.answer(server, host), 421, host)

    def test_plain_http_and_noise_get_nothing(self):
        server = self.tls_server()
        for sent in (f"GET /v1/status HTTP/1.1\r\nHost: localhost:{server.port}\r\nAuthorization: Bearer {server.operator}\r\n\r\n".encode(),
                     os.urandom(600), b"\x16\x03\x01\x00\x05hello" * 9):
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain:
                plain.sendall(sent)
                heard = b""
                try:
                    while chunk := plain.recv(4096):
                        heard += chunk
                except ConnectionResetError:
                    pass
                self.assertNotIn(b"HTTP/", heard)
        old = ssl.create_default_context(cafile=self.authority.file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, OSError)), socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain:
            old.wrap_socket(plain, server_hostname="localhost")
        self.assertEqual(server.ask("GET", "/v1/status")[0], 200)

    def test_a_slow_handshake_holds_nobody_up(self):
        server = self.tls_server()
        slow = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(50)]
        for one in slow[:25]:
            one.sendall(b"\x16\x03\x01")
        began = time.monotonic()
        for _ in range(5):
            self.assertEqual(server.ask("GET", "/v1/status")[0], 200)
        self.assertLess(time.monotonic() - began, 5)
        for one in slow:
            one.settimeout(20)
            try:
                self.assertEqual(one.recv(10), b"", "it was ended")
            except ConnectionResetError:
                pass
            one.close()
        self.assertGreater(time.monotonic() - began, 8, "not at once")

    def test_large_and_many(self):
        server = self.tls_server()
        with self.handshake(server) as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 20000)
            self.assertEqual(int(tls.recv(4096).split()[1]), 431)
        many = [self.handshake(server) for _ in range(200)]
        request = f"GET /v1/status HTTP/1.1\r\nHost: localhost:{server.port}\r\nAuthorization: Bearer {server.operator}\r\n\r\n"
        for tls in many:
            tls.sendall(request.encode())
        self.assertEqual({tls.recv(4096).split()[1] for tls in many}, {b"200"})
        for tls in many:
            tls.close()


if __name__ == "__main__":
    if not shutil.which("openssl"):
        sys.exit("the openssl program is needed (packaging/deps.sh)")
    support.main(sys.argv)
