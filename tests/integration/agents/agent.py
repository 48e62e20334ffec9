# SPDX-License-Identifier: GPL-3.0-or-later
"""agent.py CLIENT_FOLDER: an agent built on the Python client, told what to do by JSON lines. See support.py."""
import json
import os
import random
import sys
import time

sys.path.insert(0, sys.argv[1])
from flyball_policy import PolicyClient, Refused  # noqa: E402
from flyball_run import Denied  # noqa: E402

OPTIONS = json.loads(os.environ.get("AGENT_OPTIONS", "{}"))
runs, held = {}, {}


def say(**answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def accept(payload):
    for number, tier in enumerate(payload["tiers"]):
        if OPTIONS.get("no_key_for") in tier["models"]:
            raise Refused("invalid", f"/tiers/{number}/models/0", "no key for this provider")


client = PolicyClient.from_env(
    supports=OPTIONS.get("supports", []), lacks=OPTIONS.get("lacks", []), accept=accept, wait=OPTIONS.get("wait", 30),
    retry_rejected_s=OPTIONS.get("retry_rejected_s", 600), stale_s=OPTIONS.get("stale_s", 900),
    source=OPTIONS.get("source"), on_applied=lambda policy: say(event="applied", revision=policy.revision, at=time.time()))
send_ack = client.channel.ack


def lossy_ack(body):
    if OPTIONS.get("lose_acks", 0) > 0:
        OPTIONS["lose_acks"] -= 1
        raise OSError("lost")
    send_ack(body)
    if OPTIONS.get("double_acks"):
        send_ack(body)
        send_ack({**body, "nonce": "0" * 16})


client.channel.ack = lossy_ack


def run_of(order):
    name = order.get("run", "r1")
    if name not in runs:
        runs[name] = client.run(name, workflow=order.get("workflow", ""), grace_s=order.get("grace_s", 60),
                                reserve_s=order.get("reserve_s", 2), **order.get("scope", {}))
    return runs[name]


def begin(order):
    return run_of(order).call(order.get("task"), order.get("input_tokens", 100), order.get("max_output_tokens", 100),
                              closing=order.get("closing", False), timeout_s=order.get("timeout_s", 120))


def call(order):
    try:
        lease = begin(order)
    except Denied as denied:
        return {"denied": denied.cap, "action": denied.action, "reason": denied.reason}
    held[order.get("as", "c")] = lease
    return {"model": lease.model, "tier": lease.tier, "max_output_tokens": lease.max_output_tokens, "flags": lease.flags,
            "leased": lease.lease is not None, "attributes": lease.attributes, "supervise_on": lease.supervise_on,
            "reserve_pico": str(lease.decision.reserve_pico)}


def provider(order, lease, rng, log):
    """Answers with less than it may, or fails; what it charges is in the log before the agent knows."""
    fate = rng.random()
    if fate < 0.1:
        raise TimeoutError("the provider took too long")
    if fate < 0.2:
        return None
    output = rng.randint(1, lease.max_output_tokens)
    pico = -(-(lease.rates[0] * order["input_tokens"] + lease.rates[1] * output) // 1_000_000)
    log.write(f"{pico}\n")
    log.flush()
    time.sleep(rng.uniform(0, order["latency_s"]))
    return output


def spend(order):
    """Calls until the cap says no, or the time is over."""
    rng, until, count = random.Random(order["seed"]), time.monotonic() + order["for_s"], {"calls": 0, "capped": 0, "denied": 0}
    with open(order["log"], "a", encoding="utf-8") as log:
        while time.monotonic() < until and count["capped"] < 3:
            try:
                with begin(order) as lease:
                    output = provider(order, lease, rng, log)
                    if output is not None:
                        lease.settle(order["input_tokens"], output)
                        count["calls"] += 1
            except Denied as denied:
                count["capped" if "periods/" in denied.cap else "denied"] += 1
                time.sleep(0.02)
            except TimeoutError:
                count["timeouts"] = count.get("timeouts", 0) + 1
    return count


def finish(order):
    until = time.monotonic() + order["for_s"]
    while client.unsettled and time.monotonic() < until:
        client.settle_all()
        time.sleep(0.05)
    return {}


def obey(order):
    what = order["do"]
    if what == "poll":
        return {"offered": client.poll(order.get("wait", 0))}
    if what == "start":
        client.start()
    if what == "call":
        return call(order)
    if what == "settle":
        held.pop(order.get("as", "c")).settle(order.get("input_tokens"), order.get("output_tokens"),
                                              tool_call=order.get("tool_call", ""), error=order.get("error", ""))
    if what == "release":
        held.pop(order.get("as", "c")).release(order.get("error", ""))
    if what == "set":
        OPTIONS.update(order["options"])
    if what == "used":
        used = run_of(order).used
        return {"tokens": used.tokens, "pico": str(used.pico), "calls": used.calls, "reserved_tokens": used.reserved_tokens,
                "reserved_pico": str(used.reserved_pico)}
    return {"spend": spend, "finish": finish}.get(what, lambda _: {})(order)


for line in sys.stdin:
    try:
        say(**obey(json.loads(line)), status=client.status())
    except OSError as error:
        say(error=str(error), status=client.status())
