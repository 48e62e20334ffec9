# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway's admin interface as a test needs it: it keeps whole objects, and each trap of real gateways is a switch.

Steered over /_: POST /_reset {"trap": name or null}, POST /_advance {"seconds": n}, GET /_state, POST /_state (a
person's edit: replaces members of the state). Traps:
  refuse_400, refuse_429, refuse_401   the change is refused
  refuse_second        the first request of a change is taken, the next refused
  error_after_apply    500, though the change was made
  drop_after_apply     the connection ends without an answer, though the change was made
  silent_ignore        200, nothing was changed
  stale_cache          reads show what was there before a change for 60 s
  write_back           30 s after a change a request in flight writes back what was there before
  other_admin          somebody else's write lands right behind the change: there is no compare-and-set
  edit_between         somebody changes it between two reads
  login_page           200 and HTML for everything
  hang                 no answer
"""
import copy
import http.server
import json
import threading
import time


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(status)
        self.status, self.body = status, body


class StandIn:
    """Subclasses give start() -> state, handle(method, path, query, body) -> body, foreign(state): another's edit."""

    KEY = "sk-admin-standin"
    READS = 1  # requests of one look at everything

    def __init__(self):
        self.lock = threading.RLock()
        self.reset(None)

    def reset(self, trap):
        self.trap, self.now, self.reads, self.writes = trap, 0.0, 0, 0
        self.state = self.start()
        self.before, self.changed_at = None, None

    def start(self):
        raise NotImplementedError

    def handle(self, method, path, query, body):
        raise NotImplementedError

    def foreign(self, state):
        raise NotImplementedError

    def advance(self, seconds):
        self.now += seconds
        if self.trap == "write_back" and self.changed_at is not None and self.now - self.changed_at >= 30:
            self.state, self.changed_at = copy.deepcopy(self.before), None

    def read(self, path, query, body):
        self.reads += 1
        if self.trap == "edit_between" and self.reads == self.READS + 1:
            self.foreign(self.state)
        stale = self.trap == "stale_cache" and self.changed_at is not None and self.now - self.changed_at < 60
        kept = self.state
        if stale:
            self.state = self.before
        try:
            return self.handle("GET" if body is None else "POST", path, query, body)
        finally:
            self.state = kept

    def write(self, method, path, query, body):
        self.writes += 1
        if self.trap in ("refuse_400", "refuse_429", "refuse_401"):
            status = int(self.trap[-3:])
            raise Refused(status, {"error": {"message": "not now", "type": "refused", "code": str(status)}})
        if self.trap == "refuse_second" and self.writes == 2:
            raise Refused(400, {"detail": {"error": "no more"}})
        if self.before is None or self.changed_at is None:
            self.before = copy.deepcopy(self.state)
        self.changed_at = self.now
        kept = copy.deepcopy(self.state)
        answer = self.handle(method, path, query, body)
        if self.trap == "silent_ignore":
            self.state = kept
        if self.trap == "other_admin":
            self.foreign(self.state)
        if self.trap == "error_after_apply":
            raise Refused(500, {"error": {"message": "internal error", "code": "500"}})
        if self.trap == "drop_after_apply":
            raise ConnectionAbortedError
        return answer

    def is_read(self, method, path):
        return method == "GET"

    def is_call(self, path):
        return False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet an answer, or each waits for a delayed acknowledgement
    standin = None

    def answer(self, status, body, headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if isinstance(body, bytes) else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def steer(self, body):
        standin = self.standin
        if self.path == "/_reset":
            standin.reset(body.get("trap"))
        elif self.path == "/_advance":
            standin.advance(body["seconds"])
        elif body is not None:
            standin.state.update(body)
        self.answer(200, standin.state)

    def go(self, method):
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        body = json.loads(raw) if raw else None
        path, _, tail = self.path.partition("?")
        query = dict(pair.split("=", 1) for pair in tail.split("&") if "=" in pair)
        standin = self.standin
        if path.startswith("/_"):
            with standin.lock:
                return self.steer(body)
        if standin.trap == "hang":
            time.sleep(4)
            return None
        if standin.trap == "login_page":
            return self.answer(200, b"<!doctype html><title>Log in</title>")
        with standin.lock:
            try:
                if self.headers.get("authorization") != "Bearer " + standin.KEY and not standin.is_call(path):
                    raise Refused(401, {"error": {"message": "no such key", "code": "401"}})
                read = standin.is_read(method, path)
                result = standin.read(path, query, body) if read else standin.write(method, path, query, body)
            except Refused as refused:
                return self.answer(refused.status, refused.body)
            except ConnectionAbortedError:
                self.close_connection = True
                return None
        headers = result.pop("_headers", None) if isinstance(result, dict) else None
        return self.answer(200, result, headers)

    def do_GET(self):
        self.go("GET")

    def do_POST(self):
        self.go("POST")

    def do_PUT(self):
        self.go("PUT")

    def do_PATCH(self):
        self.go("PATCH")

    def do_DELETE(self):
        self.go("DELETE")

    def log_message(self, *_):
        pass


def serve(standin):
    Handler.standin = standin
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
