# SPDX-License-Identifier: GPL-3.0-or-later
"""test_money.py CTL SOURCE NODE: caps wider than a run hold, whoever is killed (P9). FLYBALL_LONG=1: 100 seeds."""
import os
import random
import socket
import sys
import threading
import time

import support
from support import document

CAP_PICO = 10**12
SEEDS = range(100) if os.environ.get("FLYBALL_LONG") else range(3)
PROCESSES = 32
TTL = 25


def shop(hard_usd=1, **budget):
    return document({"routing": {"default_tier": "frontier"}},
                    workflows={"shop": {"budget": {"periods": [{"window": "month", "hard_usd": hard_usd}], **budget}}})


class LossyProxy:
    """Passes one request per connection on; of those that begin with `what`, the first `count` answers are lost."""

    def __init__(self, target, what, count):
        self.target, self.what, self.left, self.lost = target, what, count, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.exchange, args=(client,), daemon=True).start()

    def exchange(self, client):
        with client, client.makefile("rb") as lines, socket.create_connection(("127.0.0.1", self.target)) as server:
            head, size = b"", 0
            for line in lines:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
                if name.lower() == b"host":
                    line = b"Host: 127.0.0.1:%d\r\n" % self.target
                if name.lower() != b"connection":
                    head += line if line != b"\r\n" else b"Connection: close\r\n\r\n"
                if line == b"\r\n":
                    break
            server.sendall(head + lines.read(size))
            answer = b"".join(iter(lambda: server.recv(65536), b""))
            if head.startswith(self.what) and self.left > 0:
                self.left -= 1
                self.lost += 1
            else:
                client.sendall(answer)


class Money(support.Case):
    def held(self, server):
        return server.money("shop")[0]

    def spent(self, server):
        return server.money("shop")[1]

    def test_race_for_the_last_dollar(self):
        names = [f"p{n}" for n in range(PROCESSES)]
        kinds = support.kinds()
        facts = []
        for seed in SEEDS:
            folder = self.folder / str(seed)
            folder.mkdir()
            rng = random.Random(seed)
            server = self.server(folder, [f"{name}=shop" for name in names], shop())
            agents = [self.agent(kinds[n % len(kinds)], folder, server, name) for n, name in enumerate(names)]
            for agent in agents:
                agent.order("poll")
            for agent in agents:
                self.assertEqual(agent.answer()["status"]["revision"], 1)
            for number, agent in enumerate(agents):
                agent.order("spend", seed=seed * 1000 + number, for_s=40, latency_s=0.3, log=str(folder / f"log-{agent.name}"),
                            input_tokens=500, max_output_tokens=rng.randint(200, 1500), workflow="shop", run=f"r{number}",
                            reserve_s=1, timeout_s=20, grace_s=TTL - 20)
            time.sleep(rng.uniform(0.1, 0.6))
            dead = rng.sample(agents, 4)
            for agent in dead:
                agent.kill()
            agents = [agent for agent in agents if agent not in dead]
            server.kill()
            time.sleep(rng.uniform(0.05, 0.4))
            server.start()
            counts = [agent.answer(90) for agent in agents]
            for agent in agents:
                agent.order("finish", for_s=20)
            for agent in agents:
                status = agent.answer()["status"]
                self.assertEqual((status["unsettled"], status["settlements_refused"]), (0, 0), (seed, agent.name, status))
            logs = [folder / f"log-{name}" for name in names]
            charged = [int(line) for log in logs if log.exists() for line in log.read_text().split()]
            self.assertLessEqual(sum(charged), CAP_PICO, f"seed {seed}")
            self.assertGreater(sum(charged), CAP_PICO // 2, f"seed {seed}: {counts}")  # the cap was fought for
            self.assertTrue(any(count["capped"] for count in counts))
            # Held is only what the dead held, and leases whose answer was lost with the server.
            lost, told = server.money("shop")
            self.assertLessEqual((told + lost) * 1000, CAP_PICO)
            self.assertGreaterEqual((told + lost) * 1000, sum(charged))
            self.assertLessEqual(told * 1000 - sum(charged), 1000 * len(charged))
            facts.append((sum(charged) / CAP_PICO, len(charged), lost))
            if seed == SEEDS[-1]:
                self.within(TTL + 5, lambda: self.held(server) == 0, "what nobody settles comes back")
                self.assertEqual(self.spent(server), told)
            for agent in agents:
                agent.kill()
            server.kill()
        print(f"{len(facts)} seeds, {PROCESSES} processes: spent {min(f[0] for f in facts):.3f} to {max(f[0] for f in facts):.3f} "
              f"of the cap in {min(f[1] for f in facts)} to {max(f[1] for f in facts)} calls; up to ${max(f[2] for f in facts) / 1e9:.3f} "
              "held by the dead", file=sys.stderr)

    def test_every_reservation_comes_back(self):
        """Cancelled, timed out, killed: nothing stays held."""
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=shop", "a2=shop"], shop())
            one, two = (self.agent(kind, folder, server, name) for name in ("a1", "a2"))
            for agent in (one, two):
                agent.do("poll")
            order = {"workflow": "shop", "input_tokens": 1000, "max_output_tokens": 1000}
            self.assertTrue(one.do("call", **order)["leased"])
            held = self.held(server)
            self.assertGreater(held, 0)
            one.do("release", error="CancelledError")
            self.assertEqual(self.held(server), 0)
            one.do("call", **order)
            one.do("settle", input_tokens=1000, output_tokens=100)
            self.assertEqual(self.held(server), 0)
            spent = self.spent(server)
            self.assertTrue(0 < spent < held)
            # The server is away when the call ends: told later, once, also by the next process of this agent.
            one.do("call", **order)
            server.kill()
            self.assertEqual(one.do("settle", input_tokens=1000, output_tokens=100)["status"]["unsettled"], 1)
            one.kill()
            server.start()
            self.assertEqual(self.held(server), held)
            one.start()
            one.do("finish", for_s=10)
            self.assertEqual((self.held(server), self.spent(server)), (0, 2 * spent))
            # Killed while it holds: back after the time of the call and its grace.
            two.do("call", **order, timeout_s=1, grace_s=1)
            self.assertEqual(self.held(server), held)
            two.kill()
            server.restart()
            self.within(8, lambda: self.held(server) == 0, "the killed holder's reservation is free")
            self.assertEqual(self.spent(server), 2 * spent)

    def test_a_reservation_whose_answer_is_lost_is_made_once(self):
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=shop"], shop())
            with LossyProxy(server.port, b"POST /v1/reserve", 2) as proxy:
                agent = self.agent(kind, folder, server)
                agent.kill()
                agent.env["FLYBALL_POLICY_URL"] = f"http://127.0.0.1:{proxy.port}"
                agent.start()
                agent.do("poll")
                order = {"workflow": "shop", "input_tokens": 1000, "max_output_tokens": 1000}
                answer = agent.do("call", **order)
                self.assertTrue(answer.get("leased"), answer)
                self.assertEqual(proxy.lost, 2)
                held = self.held(server)
                self.assertEqual(held * 1000, int(answer["reserve_pico"]), "one lease, though it was asked for three times")
                agent.do("settle", input_tokens=1000, output_tokens=100)
                self.assertEqual(self.held(server), 0)
                self.assertTrue(agent.do("call", **order)["leased"], "another call has another key")
                self.assertEqual(self.held(server), held)
                agent.do("release")

    def test_more_than_reserved_is_allowed_once(self):
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=shop"], shop(0.1))
            agent = self.agent(kind, folder, server)
            agent.do("poll")
            self.assertTrue(agent.do("call", workflow="shop", input_tokens=10, max_output_tokens=10)["leased"])
            agent.do("settle", input_tokens=100_000, output_tokens=10_000)  # the provider thought harder than it was told
            server.restart()
            answer = agent.do("call", workflow="shop", input_tokens=10, max_output_tokens=10)
            self.assertEqual(answer["denied"], "/budget/periods/month", answer)
            self.assertGreater(self.spent(server), 100_000_000)

    def test_no_server_denies_hard_and_flags_soft(self):
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=shop"], shop())
            agent = self.agent(kind, folder, server)
            agent.do("poll")
            server.kill()
            answer = agent.do("call", workflow="shop", reserve_s=0.3)
            self.assertEqual(answer["denied"], "/budget/periods", answer)
            server.start()
            self.assertTrue(agent.do("call", workflow="shop", reserve_s=3)["leased"])
            agent.do("release")
            server.push(workflows={"shop": {"budget": {"periods": [{"window": "day", "soft_usd": 1}]}}})
            agent.do("poll")
            server.kill()
            flags = agent.do("call", workflow="shop", run="r2", reserve_s=0.3)["flags"]
            self.assertIn("not reserved", flags[0])

    def test_soft_caps_of_a_window_act(self):
        policy = shop()
        policy["workflows"]["shop"]["budget"] = {"periods": [{"window": "day", "soft_usd": 0.000001}],
                                                 "on_soft": ["downgrade_tier", "halve_output"]}
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=shop"], policy)
            agent = self.agent(kind, folder, server)
            agent.do("poll")
            seen = []
            for _ in range(3):
                answer = agent.do("call", workflow="shop")
                seen.append((answer["tier"], answer["max_output_tokens"], answer["flags"]))
                agent.do("settle", input_tokens=100, output_tokens=10)
            crossed = ["soft /budget/periods/day"]
            self.assertEqual(seen, [("frontier", 100, []), ("frontier", 100, crossed), ("mid", 50, crossed)])


if __name__ == "__main__":
    support.main(sys.argv)
