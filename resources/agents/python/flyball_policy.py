# SPDX-License-Identifier: GPL-3.0-or-later
"""flyball-policy/1, the agent's half: fetches the policy of this agent, keeps the last good one, acknowledges.

    client = PolicyClient.from_env().start()
    run = client.run("run-17", workflow="support_triage")

flyball_run.py spends under it, flyball_rules.py decides. Python 3.10, standard library only.
"""
import json
import math
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass

from flyball_channel import FileChannel, HttpChannel, load, save
from flyball_check import Refused, named_etag, open_envelope, read_payload
from flyball_run import Run

STALE_S = 15 * 60
RETRY_REJECTED_S = 10 * 60
# In force until a policy was ever received: enough to work, too little to hurt.
SAFE = {"budget": {"run_hard": {"tokens": 50_000}, "max_iterations": 25, "call_max_output_tokens": 2000, "on_hard": "abort"}}
ENFORCES = ["caps.tokens:reserve", "caps.usd:reserve", "caps.window:lease", "caps.iterations", "routing", "cascade",
            "retry", "circuit_breaker", "output.max_tokens_by_task", "control"]


@dataclass(frozen=True)
class Policy:
    """What is in force; swapped whole, never changed. Revision 0: the built-in caps."""
    payload: dict
    etag: str = ""

    def __post_init__(self):
        for name, default in (("source", ""), ("revision", 0), ("issue", 0), ("policy", SAFE), ("tiers", []),
                              ("rates", {}), ("overrides", []), ("control", []), ("fleet", {}), ("scope", {})):
            object.__setattr__(self, name, self.payload.get(name, default))


class PolicyClient:
    """Thread safe. `current` is the Policy in force; start() keeps it up to date in the background. `supports`: JSON
    pointers of further parts the application acts on itself; `lacks`: of parts it cannot act on; `accept(payload)` may
    raise Refused; `on_applied(policy)` is told; `source`: the only app to follow; `cafile`: see HttpChannel."""

    def __init__(self, url, agent, token, key, folder, supports=(), lacks=(), accept=None, on_applied=None, source=None,
                 wait=30, retry_rejected_s=RETRY_REJECTED_S, stale_s=STALE_S, cafile=None):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.agent, self.key, self.wait, self.instance = agent, key, wait, str(uuid.uuid4())
        self.parts, self.accept, self.on_applied, self.source = (supports, lacks), accept, on_applied, source
        self.channel = FileChannel(url[5:], agent) if url.startswith("file:") else HttpChannel(url, token, cafile)
        self.last_good, self.unsettled_path = (os.path.join(folder, f"{agent}.{name}.json") for name in ("policy", "unsettled"))
        self.current, self.problem, self.rejected, self.retry_at = Policy({}), "", None, math.inf
        self.retry_rejected_s, self.stale_s, self.contact, self.unreachable = retry_rejected_s, stale_s, time.monotonic(), ""
        self.dropped, self._stop, self._lock = 0, threading.Event(), threading.RLock()
        self.unsettled = self._load_list()
        self._load_last_good()

    @classmethod
    def from_env(cls, **options):
        names = ("URL", "AGENT", "TOKEN", "KEY", "FOLDER")
        options.setdefault("cafile", os.environ.get("FLYBALL_POLICY_CA") or None)
        return cls(*(os.environ["FLYBALL_POLICY_" + name] for name in names), **options)

    def _load_last_good(self):
        try:
            data = load(self.last_good)
            if data is not None:
                text, envelope = open_envelope(data, self.key)
                self.current = Policy(read_payload(text, *self.parts)[0], envelope.get("etag", ""))
        except (OSError, Refused) as error:
            self.problem = f"last good policy refused, built-in caps hold: {error}"

    def _load_list(self):
        try:
            value = json.loads(load(self.unsettled_path) or b"[]")
            return [item for item in value if isinstance(item, list) and len(item) == 2]
        except (OSError, ValueError, TypeError) as error:
            self.problem = f"list of unsettled calls lost: {error}"
            return []

    def _admit(self, new):
        """Order is by revision, never by clock; a restored or second app is a matter for the operator."""
        old, wanted = self.current, self.source or self.current.source
        if wanted and new.source != wanted:
            raise Refused("stale_revision", "/source", f"this agent follows {wanted}")
        if new.source == old.source and (new.revision, new.issue) < (old.revision, old.issue):
            raise Refused("stale_revision", "/revision", f"{new.revision}.{new.issue} after {old.revision}.{old.issue}")

    def take(self, etag, nonce, data):
        """Verify, check, persist, apply, acknowledge: in this order."""
        error, unknown, offered = None, [], etag
        try:
            text, envelope = open_envelope(data, self.key)
            offered = named_etag(text, etag)
            payload, unknown = read_payload(text, *self.parts)
            new = Policy(payload, etag)
            self._admit(new)
            if self.accept:
                self.accept(payload)
            save(self.last_good, {**envelope, "etag": etag})
            self.current, self.rejected, self.retry_at, self.problem = new, None, math.inf, ""
        except Exception as refusal:  # noqa: BLE001  (also a fault in accept() is an answer, not silence)
            error = getattr(refusal, "error", {"code": "internal", "path": "", "message": repr(refusal)[:500]})
            # Not fetched again until it changes; once more later, in case the cause was ours.
            self.retry_at = math.inf if self.rejected == etag else time.monotonic() + self.retry_rejected_s
            self.rejected, self.problem = etag, f"{error['code']} {error['path']}: {error['message']}"
        try:
            self.channel.ack({"agent": self.agent, "instance": self.instance, "nonce": nonce, "offered": offered,
                              "active": self.current.revision, "error": error, "enforces": ENFORCES, "unknown": unknown[:100],
                              "policy_age": round(time.monotonic() - self.contact)})
        except OSError:
            pass  # the next poll says what is active
        if error is None and self.on_applied:
            self.on_applied(new)

    def poll(self, wait=0):
        """One exchange; True when something was offered. OSError when the channel cannot be reached."""
        again = time.monotonic() >= self.retry_at
        held = self.current.etag if again or not self.rejected else self.rejected
        offer = self.channel.poll(self.agent, self.instance, self.current.revision, held, wait)
        self.contact, self.unreachable = time.monotonic(), ""
        if offer:
            self.take(*offer)
        elif again:
            self.retry_at = math.inf
        return offer is not None

    def _keep_polling(self):
        failures = 0
        while not self._stop.is_set():
            began, before = time.monotonic(), (self.current.etag, self.rejected)
            try:
                self.poll(self.wait)  # an answer that is neither news nor late is no reason to ask again at once
                useful = before != (self.current.etag, self.rejected) or time.monotonic() - began >= min(1, self.wait / 2)
            except Exception as error:  # noqa: BLE001  (whatever it was, an agent must not stop listening)
                useful, self.unreachable = False, repr(error)
            try:
                self.settle_all()
            except OSError as error:
                self.problem = f"the list of unsettled calls cannot be written: {error}"
            failures = 0 if useful else failures + 1
            if failures:
                self._stop.wait(random.uniform(0.5, 1) * min(60, 0.25 * 2 ** min(failures, 8)))

    def start(self):
        threading.Thread(target=self._keep_polling, name="flyball-policy", daemon=True).start()
        return self

    def close(self):
        self._stop.set()
        self.settle_all()

    def settle(self, path, body):
        """Written down before it is sent: what was spent is told the server even after a crash of either."""
        with self._lock:
            self.unsettled.append([path, body])
            save(self.unsettled_path, self.unsettled)
        self.settle_all()

    def settle_all(self):
        with self._lock:
            while self.unsettled:
                path, body = self.unsettled[0]
                try:
                    status, _ = self.channel.post(path, body, timeout=5)
                except OSError:
                    return
                if status >= 500 or status in (401, 408, 429):
                    return
                self.dropped += status != 200
                self.unsettled.pop(0)
                save(self.unsettled_path, self.unsettled)

    def status(self):
        age = time.monotonic() - self.contact
        return {"agent": self.agent, "source": self.current.source, "revision": self.current.revision,
                "issue": self.current.issue, "builtin": self.current.revision == 0, "policy_age_s": round(age, 3),
                "stale": age > self.stale_s, "rejected": self.rejected, "problem": self.problem, "unreachable": self.unreachable,
                "unsettled": len(self.unsettled), "settlements_refused": self.dropped}

    def run(self, run_id, **scope):
        return Run(self, run_id, **scope)
