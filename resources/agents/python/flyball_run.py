# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of an agent under its policy: every call is reserved before it is sent and settled on its real usage.

    with run.call(task={"task_type": "draft"}, input_tokens=900, max_output_tokens=500) as call:
        answer = send(model=call.model, max_tokens=call.max_output_tokens)
        call.settle(answer.input_tokens, answer.output_tokens)

An error inside the block gives the reservation back. Denied is raised before anything was sent.
"""
import calendar
import copy
import math
import random
import threading
import time
import uuid

from flyball_rules import Call, Used, cheaper_tier, check, check_breaker, reserve, route, worst_cost


REFUSALS = {"cap_reached": None, "run_stopped": "stop", "workflow_paused": "pause"}


class Denied(Exception):
    """`action`: "abort", "summarize_and_close" (the policy lets one more call pass, with closing=True), "stop" or "pause"."""

    def __init__(self, cap, reason, action="abort"):
        super().__init__(f"{cap}: {reason}")
        self.cap, self.reason, self.action = cap, reason, action


def merge(target, patch):
    """JSON Merge Patch (RFC 7396), except that budget.periods are merged by window."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif name == "periods" and isinstance(value, list):
            windows = {cap["window"]: cap for cap in [*result.get(name, []), *value]}
            result[name] = list(windows.values())
        else:
            result[name] = merge(result.get(name), value)
    return result


def _matches(match, scope):
    return all(value in scope.get("tags", []) if name == "tag" else scope.get(name) == value
               for name, value in match.items())


def _in_force(item):
    return not item.get("until") or calendar.timegm(time.strptime(item["until"][:19], "%Y-%m-%dT%H:%M:%S")) > time.time()


class Run:
    """Thread safe. `scope`: workflow, step, user_segment, tags. `closing` (tokens, pico-USD) is kept for the last call."""

    def __init__(self, client, run_id, workflow="", closing=(0, 0), reserve_s=2, grace_s=60, **scope):
        self.client, self.id, self.workflow, self.closing = client, run_id, workflow, closing
        self.reserve_s, self.grace_s = reserve_s, grace_s  # how long to ask for a lease; how long it outlives a dead caller
        self.scope = {"agent": client.agent, "workflow": workflow, **scope}
        self.used, self.calls, self.wide_actions = Used(), [], set()  # what wider soft caps ask for from the next call on
        self._lock = threading.RLock()

    def policy(self, now):
        body = now.policy
        for override in now.overrides:
            if _matches(override["match"], self.scope):
                body = merge(body, override["set"])
        return body

    def _obey_orders(self, now, policy, closing):
        workflow = self.workflow or now.scope.get("workflow")
        for item in now.control:
            if item["action"] == "stop_run" and item.get("run") == self.id and _in_force(item):
                raise Denied(f"/control/{item['id']}", "the operator stopped this run", "stop")
            if item["action"] == "pause_workflow" and item.get("workflow") == workflow and _in_force(item):
                raise Denied(f"/control/{item['id']}", "the operator paused this workflow", "pause")
        action, rule, supervise_on = check_breaker(policy, self.calls)
        if action in ("abort", "summarize_and_close") and not closing:
            raise Denied("/circuit_breaker", f"the run goes in circles ({rule})", action)
        return ([f"breaker {rule}"] if action else []), supervise_on

    def call(self, task=None, input_tokens=0, max_output_tokens=4096, tier=None, closing=False, timeout_s=120):
        """Reserves; Denied when the policy does not let the call pass. `tier`: a cascade's or retry's choice."""
        with self._lock:
            now = self.client.current
            policy, task = self.policy(now), {"agent": self.client.agent, **(task or {})}
            flags, supervise_on = self._obey_orders(now, policy, closing)
            tier = tier or route(policy, task)[0]
            actions = {*check(policy, self.used).actions, *self.wide_actions}
            if "downgrade_tier" in actions:
                tier = cheaper_tier(now.tiers, tier)
            if closing and now.tiers:
                tier = now.tiers[0]["id"]
            models = next((t["models"] for t in now.tiers if t["id"] == tier), [])
            rates, priced = self._rates(now, models)
            by_task = policy.get("output", {}).get("max_tokens_by_task", {}).get(task.get("task_type"))
            asked = min((n for n in (max_output_tokens, by_task) if n is not None), default=None)
            if asked and "halve_output" in self.wide_actions:
                asked = max(1, asked // 2)
            decision = reserve(policy, self.used, Call(input_tokens, asked, rates, closing), self.closing)
            if decision.verdict == "hard":
                raise Denied(decision.cap, decision.reason, decision.hard_action)
            self.used.reserved_tokens += decision.reserve_tokens
            self.used.reserved_pico += decision.reserve_pico or 0
            self.used.calls += 1
        flags += [] if priced else ["unpriced"]
        flags += ["policy_stale"] if self.client.status()["stale"] else []
        held = HeldCall(self, now, tier, models, rates, decision, flags, supervise_on)
        try:
            self._lease(held, now, policy, timeout_s)
        except BaseException:
            held.forget()
            self.used.calls -= 1
            raise
        return held

    @staticmethod
    def _rates(now, models):
        """((input, output), known): the dearest of the policy's models where this one's price is unknown."""
        listed = [(r["in_nusd_per_mtok"] * 1000, r["out_nusd_per_mtok"] * 1000)
                  for r in ([now.rates[models[0]]] if models and models[0] in now.rates else now.rates.values())]
        return (tuple(map(max, zip(*listed))) if listed else None), bool(models) and models[0] in now.rates

    def _lease(self, held, now, policy, timeout_s):
        """Caps wider than this run are held by the server: no answer denies where one is hard, flags where all are soft."""
        caps = policy.get("budget", {}).get("periods", []) + now.fleet.get("periods", [])
        if not policy.get("enabled", True):
            caps = now.fleet.get("periods", [])
        if not caps:
            return
        hard = any("hard_usd" in cap for cap in caps)
        failure, until = "the price of this call is unknown", time.monotonic() + self.reserve_s
        key = uuid.uuid4().hex  # asked again after an answer that was lost, the server gives the same lease
        while held.decision.reserve_pico is not None:
            try:
                body = {"agent": self.client.agent, "run": self.id, "workflow": self.workflow, "key": key,
                        "ttl_s": min(3600, math.ceil(timeout_s + self.grace_s)), "max_nusd": -(-held.decision.reserve_pico // 1000)}
                status, answer = self.client.channel.post("/v1/reserve", body, timeout=self.reserve_s)
                if status == 200 and isinstance(answer.get("lease"), str):
                    held.lease = answer["lease"]
                    crossed = [cap for cap in answer.get("soft", []) if isinstance(cap, dict)]
                    held.flags += [f"soft {cap.get('cap')}" for cap in crossed]
                    self.wide_actions = {action for cap in crossed for action in cap.get("actions", [])}
                    return
                if status == 409 and answer.get("error") in REFUSALS:
                    raise Denied(str(answer.get("cap", "/control")), str(answer.get("message")),
                                 REFUSALS[answer["error"]] or str(answer.get("action", "abort")))
                failure = f"the policy channel answers {status} {answer.get('error', '')}"
                if status < 500 and status not in (408, 429):
                    break
            except OSError as error:
                failure = f"the policy channel cannot be reached: {error}"
            if time.monotonic() >= until:
                break
            time.sleep(random.uniform(0.05, 0.2))
        if hard:
            raise Denied("/budget/periods", failure)
        held.flags.append(f"not reserved: {failure}")


class HeldCall:
    """A call that may be sent: with `model` (or a fallback in `models`) and at most `max_output_tokens`. Put `attributes`
    on its span. `flags` and `decision.actions` (compress_context, limit_tools, warn) are for the application."""

    def __init__(self, run, now, tier, models, rates, decision, flags, supervise_on):
        self.run, self.tier, self.models, self.model = run, tier, models, models[0] if models else None
        self.rates, self.decision, self.flags, self.supervise_on = rates, decision, flags, supervise_on
        self.max_output_tokens, self.trim_input_to = decision.output_limit, decision.trim_input_to
        self.attributes = {"flyball.policy.revision": now.revision, "flyball.policy.source": now.source}
        self.lease, self.open = None, True

    def forget(self):
        with self.run._lock:
            self.open, used = False, self.run.used
            used.reserved_tokens -= self.decision.reserve_tokens
            used.reserved_pico -= self.decision.reserve_pico or 0

    def settle(self, input_tokens=None, output_tokens=None, pico=None, tool_call="", error=""):
        """Real usage; what is not known is booked as reserved. `pico`: the provider's own figure, if it gives one."""
        with self.run._lock:
            if not self.open:
                raise RuntimeError("this call is settled or released already")
            self.forget()
            known = input_tokens is not None and output_tokens is not None
            if pico is None:
                priced = known and self.rates
                pico = worst_cost(self.rates, input_tokens, output_tokens) if priced else self.decision.reserve_pico
            used = self.run.used
            used.tokens += input_tokens + output_tokens if known else self.decision.reserve_tokens
            used.pico = None if used.pico is None or pico is None else used.pico + pico
            self.run.calls.append({"call": tool_call, "error": error, "input_tokens": input_tokens,
                                   "output_tokens": output_tokens})
        if self.lease:
            self.run.client.settle("/v1/settle", {"lease": self.lease, "actual_nusd": -(-pico // 1000)})

    def release(self, error=""):
        """Nothing was spent: cancelled, timed out, refused by the provider."""
        with self.run._lock:
            if not self.open:
                return
            self.forget()
            self.run.calls.append({"call": "", "error": error})
        if self.lease:
            self.run.client.settle("/v1/release", {"lease": self.lease})

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.open:
            self.release(kind.__name__ if kind else "not settled")
        return False
