# SPDX-License-Identifier: GPL-3.0-or-later
"""flyball-policy/1: states, acknowledgements, leases, orders and restarts."""
import json
import os
import stat
import statistics
import threading
import time

import channel
from channel import Case, policy


class Protocol(Case):
    def test_offer_ack_verify(self):
        self.start(agents=["a1", "a2=w"], document=policy())
        a = self.agents["a1"]
        self.assertEqual(self.state("a1"), "pending")
        payload, etag, nonce = a.take()
        self.assertEqual((payload["format"], payload["revision"], payload["scope"]["agent"]), ("flyball-policy/1", 1, "a1"))
        self.assertIn("/budget/run_hard", payload["require"])
        self.assertEqual(payload["rates"]["openai/gpt-4o-mini"]["out_nusd_per_mtok"], 600_000_000)
        self.assertEqual(a.ack(etag, nonce, 1)[2], {"state": "in_sync", "nonce": "current"})
        self.assertEqual(a.poll(active=1, etag=etag)[0], 304)
        self.assertEqual(self.status()["agents"], {"in_sync": 1, "pending": 1, "rejected": 0, "drifted": 0, "silent": 0})
        self.assertEqual(self.status()["targets"][0]["state"], "saved")
        b = self.agents["a2"]
        payload, etag, nonce = b.take()
        self.assertEqual(payload["scope"]["workflow"], "w")
        b.ack(etag, nonce, 1)
        self.assertEqual(self.status()["targets"][0]["state"], "applied")
        b.poll(active=1, etag=etag)
        self.assertEqual(self.status()["targets"][0]["state"], "verified")

    def test_nack_keeps_and_is_not_offered_again(self):
        self.start(agents=["a1"], document=policy())
        a = self.agents["a1"]
        _, etag, nonce = a.take()
        error = {"code": "unsupported", "path": "/routing", "message": "no routing here"}
        self.assertEqual(a.ack(etag, nonce, 0, error)[2]["state"], "rejected")
        self.assertEqual(a.poll(active=0, etag=etag)[0], 304)
        for _ in range(4):
            a.poll(active=0, etag=etag)
        self.assertEqual(self.state("a1"), "rejected")
        self.assertEqual(self.status()["targets"][0]["state"], "rejected")
        self.push(policy(run=4))
        payload, etag, nonce = a.take(active=0, etag=etag)
        self.assertEqual((payload["revision"], a.ack(etag, nonce, 2)[2]["state"]), (2, "in_sync"))
        self.assertEqual(a.ack(etag, nonce, 2, {"code": "because"})[0], 400)

    def test_old_nonce_is_logged_only_and_lost_ack_heals(self):
        self.start(agents=["a1"], document=policy())
        a = self.agents["a1"]
        _, etag, old = a.take()
        _, _, nonce = a.take()
        self.assertNotEqual(old, nonce)
        self.assertEqual(a.ack(etag, old, 1)[2], {"state": "pending", "nonce": "old"})
        self.assertEqual(self.status()["agent_list"][0]["old_nonces"], 1)
        a.poll(active=1, etag=etag)
        self.assertEqual(self.state("a1"), "in_sync")

    def test_drifted_after_two_polls(self):
        self.start(agents=["a1"], document=policy())
        a = self.agents["a1"]
        a.take(active=0)
        a.take(active=0)
        self.assertEqual(self.state("a1"), "pending")
        a.take(active=0)
        self.assertEqual(self.state("a1"), "drifted")

    def test_silent_after_two_polls(self):
        self.start(agents=["a1"], document=policy())
        a = self.agents["a1"]
        _, etag, nonce = a.take(wait=1)
        a.ack(etag, nonce, 1)
        self.assertEqual(self.state("a1"), "in_sync")
        time.sleep(8)
        self.assertEqual(self.state("a1"), "silent")

    def test_long_poll_latency(self):
        self.start(agents=["a1"], document=policy(run=1))
        a = self.agents["a1"]
        payload, etag, _ = a.take()
        late = []
        for cents in range(101, 131):
            got = {}
            revision = payload["revision"]

            def wait():
                got["payload"], got["etag"], _ = a.take(wait=20, active=revision, etag=etag)
                got["at"] = time.monotonic()
            thread = threading.Thread(target=wait)
            thread.start()
            time.sleep(0.05)
            begin = time.monotonic()
            self.push(policy(run=cents / 100))
            thread.join(25)
            late.append((got["at"] - begin) * 1000)
            payload, etag = got["payload"], got["etag"]
            self.assertEqual(payload["policy"]["budget"]["run_hard"]["usd"], cents / 100)
        late.sort()
        print(f"push to poll: median {statistics.median(late):.1f} ms, p95 {late[28]:.1f} ms, n 30", flush=True)
        self.assertLess(late[28], 2000)

    def test_conflict_and_rollback(self):
        self.start(document=policy())
        etag = self.status()["etag"]
        self.assertEqual(self.op("PUT", "/v1/policy/document", policy(run=3))[0], 428)
        self.push(policy(run=2))
        status, _, body = self.op("PUT", "/v1/policy/document", policy(run=3), {"If-Match": f'"{etag}"'})
        self.assertEqual((status, body["error"], body["revision"]), (412, "revision_conflict", 2))
        head = {"If-Match": f'"{body["etag"]}"'}
        broken = policy()
        broken["defaults"]["routing"]["default_tier"] = "none"
        status, _, body = self.op("PUT", "/v1/policy/document", broken, head)
        self.assertEqual((status, body["findings"][0]["path"]), (422, "/defaults/routing/default_tier"))
        self.assertEqual(self.op("POST", "/v1/rollback", {"revision": 9}, head)[0], 404)
        self.assertEqual(self.op("POST", "/v1/rollback", {"revision": 1}, head)[2]["revision"], 3)
        text = self.op("GET", "/v1/policy/document")[2]
        self.assertEqual((text["rollback_of"], text["defaults"]["budget"]["run_hard"]["usd"]), (1, 5))

    def test_orders_travel_and_end(self):
        self.start(agents=["a1", "a2=other"], document=policy(day=100))
        a, b = self.agents["a1"], self.agents["a2"]
        payload, etag, nonce = a.take()
        a.ack(etag, nonce, 1)
        other = b.take()[1]
        status, _, order = self.op("POST", "/v1/control", {"action": "pause_workflow", "workflow": "w", "for_s": 3})
        self.assertEqual(status, 200)
        paused, etag2, nonce = a.take(active=1, etag=etag)
        self.assertEqual((paused["revision"], paused["control"][0]["workflow"]), (1, "w"))
        self.assertGreater(paused["issue"], payload["issue"])
        self.assertEqual(self.state("a1"), "pending")
        self.assertEqual(a.ack(etag2, nonce, 1)[2]["state"], "in_sync")
        self.assertEqual(b.poll(active=0, etag=other)[0], 304)  # another workflow's agent hears nothing
        self.assertEqual(a.reserve(1)[2]["error"], "workflow_paused")
        begin = time.monotonic()
        over = a.take(wait=20, active=1, etag=etag2)[0]  # ends by itself, and the waiting poll hears of it
        self.assertLess(time.monotonic() - begin, 6)
        self.assertEqual(over["control"], [])
        self.assertEqual(a.reserve(1)[0], 200)
        order = self.op("POST", "/v1/control", {"action": "stop_run", "run": "r"})[2]["id"]
        self.assertEqual(a.reserve(1)[2]["error"], "run_stopped")
        self.assertEqual(self.op("DELETE", f"/v1/control/{order}")[0], 200)
        self.assertEqual(self.op("DELETE", f"/v1/control/{order}")[0], 404)
        self.assertEqual(a.reserve(1)[0], 200)

    def test_caps_and_leases(self):
        self.start(agents=["a1", "a2"], document=policy(day=1, fleet=50))
        a, b = self.agents["a1"], self.agents["a2"]
        cent = 10_000_000
        lease = a.reserve(60 * cent)[2]["lease"]
        status, _, body = b.reserve(60 * cent)
        self.assertEqual((status, body["cap"], body["scope"]), (409, "/budget/periods/day", "workflow"))
        self.assertEqual(b.ask("POST", "/v1/settle", {"lease": lease, "actual_nusd": 1})[0], 404)
        settle = {"lease": lease, "actual_nusd": 70 * cent}
        self.assertEqual(a.ask("POST", "/v1/settle", settle)[0], 200)
        self.assertEqual(a.ask("POST", "/v1/settle", settle)[0], 200)
        self.assertEqual(a.ask("POST", "/v1/settle", {**settle, "actual_nusd": 1})[0], 409)
        self.assertEqual(a.ask("POST", "/v1/release", {"lease": lease})[0], 409)
        self.assertEqual(self.spend(), (70 * cent, 0))
        self.assertEqual(a.reserve(31 * cent)[0], 409)
        short = a.reserve(30 * cent, ttl_s=1)[2]["lease"]
        self.assertEqual(self.spend(), (70 * cent, 30 * cent))
        self.assertEqual(a.reserve(1)[0], 409)
        time.sleep(1.1)
        self.assertEqual(self.spend(), (70 * cent, 0))  # the holder died: its lease came back
        self.assertEqual(a.ask("POST", "/v1/settle", {"lease": short, "actual_nusd": 5 * cent})[0], 200)
        self.assertEqual(self.spend(), (75 * cent, 0))  # it was alive after all: the money is gone
        again = a.reserve(cent)[2]["lease"]
        for _ in range(2):
            self.assertEqual(a.ask("POST", "/v1/release", {"lease": again})[0], 200)
        self.assertEqual(a.ask("POST", "/v1/settle", {"lease": again, "actual_nusd": 1})[0], 409)
        self.assertEqual(a.ask("POST", "/v1/release", {"lease": "0" * 32})[0], 404)
        self.assertEqual(a.reserve(10, workflow="x")[0], 200)
        self.assertEqual(a.reserve(60_000_000_000, workflow="x")[2]["cap"], "/fleet/periods/day")
        crossings = self.status()["crossings"]
        self.assertEqual(sorted({(c["scope"], c["cap"]) for c in crossings}), [("fleet", "hard"), ("workflow", "hard")])

    def test_32_against_one_dollar_with_a_kill_between(self):
        self.start(agents=[f"a{i}" for i in range(8)], document=policy(day=1))
        amount, spent, lock = 30_000_000, [], threading.Lock()

        def work(agent):
            for _ in range(6):
                try:
                    status, _, body = agent.reserve(amount)
                    if status != 200:
                        continue
                    if agent.ask("POST", "/v1/settle", {"lease": body["lease"], "actual_nusd": amount})[0] == 200:
                        with lock:
                            spent.append(amount)
                except (OSError, channel.http.client.HTTPException):
                    time.sleep(0.05)
        threads = [threading.Thread(target=work, args=(self.agents[f"a{i % 8}"],)) for i in range(32)]
        for thread in threads:
            thread.start()
        time.sleep(0.03)
        self.kill()
        self.start()
        for thread in threads:
            thread.join(60)
        booked, held = self.spend()
        self.assertLessEqual(booked + held, 1_000_000_000)
        self.assertLessEqual(sum(spent), booked)  # what was answered was kept
        self.assertGreater(booked, 0)

    def test_restart_keeps_everything(self):
        self.start(agents=["a1"], document=policy(day=1))
        a = self.agents["a1"]
        _, etag, nonce = a.take()
        a.ack(etag, nonce, 1)
        lease = a.reserve(5)[2]["lease"]
        self.op("POST", "/v1/control", {"action": "stop_run", "run": "other"})
        _, etag, nonce = a.take(active=1, etag=etag)
        before = self.op("GET", "/v1/history")[2], self.status()["controls"]
        self.kill()
        line = self.start(agents=["a1"], document=policy(day=1))
        self.assertEqual(line["agents"], [{"id": "a1", "token": None, "hmac": None}])
        self.assertEqual(before, (self.op("GET", "/v1/history")[2], self.status()["controls"]))
        self.assertEqual(a.ack(etag, nonce, 1)[2], {"state": "in_sync", "nonce": "current"})
        self.assertEqual(self.spend(), (0, 5))
        self.assertEqual(a.ask("POST", "/v1/settle", {"lease": lease, "actual_nusd": 5})[0], 200)
        self.assertEqual(a.poll(active=1, etag=etag)[0], 304)
        old = a.token
        self.kill()
        self.start("--renew", "a1")
        self.assertNotEqual(old, self.agents["a1"].token)
        self.assertEqual(self.ask("GET", "/v1/policy", old)[0], 401)
        self.assertEqual(self.agents["a1"].take()[0]["revision"], 1)

    def test_files_of_the_folder(self):
        folder = self.folder / "exchange"
        self.start("--folder", folder, agents=["a1"], document=policy())
        path = folder / "a1" / "policy.json"
        end = time.monotonic() + 10
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        payload = json.loads(json.loads(path.read_text())["payload"])
        answer = folder / "a1" / "status-a1.json"
        answer.write_text(json.dumps({"agent": "a1", "offered": payload["etag"], "active": 1, "error": None}))
        answer.chmod(0o600)
        end = time.monotonic() + 10
        while self.state("a1") != "in_sync" and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(self.state("a1"), "in_sync")


if __name__ == "__main__":
    channel.main()
