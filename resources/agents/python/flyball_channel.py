# SPDX-License-Identifier: GPL-3.0-or-later
"""How a policy travels: HTTP with a long poll, or a file; and files that are whole or not there."""
import hashlib
import http.client
import json
import os
import ssl
import stat
import time
import urllib.parse

MOST_BYTES = 8 << 20


def save(path, value):
    """0600, whole or not at all, also when the machine stops in the middle."""
    part = path + ".part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        json.dump(value, file)
        file.flush()
        os.fsync(handle)
    os.replace(part, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def load(path):
    """None when there is no such file; PermissionError when others could have written it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
            raise PermissionError(f"{path}: must be a file of this user that nobody else may write")
        return file.read(MOST_BYTES)


class HttpChannel:
    """`cafile`: the authority of an https server (PEM) instead of the system's. Certificates are always verified."""

    def __init__(self, url, token, cafile=None):
        self.url, self.token, self.tls = urllib.parse.urlsplit(url), token, {}
        if self.url.scheme == "https":
            self.tls = {"context": ssl.create_default_context(cafile=cafile)}
        elif self.url.scheme != "http" or self.url.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("without TLS the policy channel is spoken on this machine only")

    def request(self, method, path, body=None, timeout=10, headers=None):
        """(status, headers, body); OSError when there is no whole answer. Redirects are answers, not followed."""
        kind = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        connection = kind(self.url.hostname, self.url.port, timeout=timeout, **self.tls)
        try:
            connection.request(method, self.url.path.rstrip("/") + path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            data = response.read(MOST_BYTES)
            if response.length:
                raise OSError("the answer was cut short")
            return response.status, response.headers, data
        except http.client.HTTPException as error:
            raise OSError(f"no HTTP: {error}") from error
        finally:
            connection.close()

    def post(self, path, body, timeout=10):
        status, _, data = self.request("POST", path, body, timeout)
        try:
            answer = json.loads(data)
        except ValueError:
            answer = {}
        return status, answer if isinstance(answer, dict) else {}

    def poll(self, agent, instance, active, etag, wait):
        query = urllib.parse.urlencode({"agent": agent, "instance": instance, "active": active, "wait": wait})
        status, headers, data = self.request("GET", f"/v1/policy?{query}", timeout=wait + 10,
                                             headers={"If-None-Match": f'"{etag}"'} if etag else None)
        if status not in (200, 304, 404):
            raise OSError(f"the policy channel answers {status}")
        return (headers.get("ETag", "").strip('"'), headers.get("X-Nonce", ""), data) if status == 200 else None

    def ack(self, body):
        self.post("/v1/ack", body)


class FileChannel:
    """The same envelope as a file, without a network; the acknowledgement is a file beside it."""

    def __init__(self, path, agent):
        self.path, self.status = path, os.path.join(os.path.dirname(path), f"status-{agent}.json")

    def poll(self, agent, instance, active, etag, wait):
        until = time.monotonic() + wait
        while True:
            data = load(self.path)
            found = "" if data is None else hashlib.sha256(data).hexdigest()[:16]
            if found not in ("", etag):
                return found, "", data
            if time.monotonic() >= until:
                return None
            time.sleep(min(1, wait))

    def ack(self, body):
        save(self.status, body)

    def post(self, path, body, timeout=10):
        raise OSError("caps wider than a run need the policy channel, there is only a file")
