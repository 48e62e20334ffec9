# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Flyball policy says about the next call: pure functions, no clock, no network, no state.

Money is whole pico-USD in an int (1 USD = 10**12), None where it is unknown; a rate is pico-USD per million
tokens. `policy` is the effective body of policy.schema.json, `tiers` its list of tiers, cheapest first.
"""
from dataclasses import dataclass, field
from decimal import Decimal

ORDER = ("allow", "soft", "hard")


@dataclass
class Used:
    """What a run has used. Settled amounts are known; reserved ones are held by calls under way."""
    tokens: int = 0
    pico: int | None = 0
    calls: int = 0
    reserved_tokens: int = 0
    reserved_pico: int = 0


@dataclass
class Call:
    """The next call. `rates` is (input, output); `closing` marks the one last call of summarize_and_close."""
    input_tokens: int = 0
    max_output_tokens: int | None = None
    rates: tuple | None = None
    closing: bool = False


@dataclass
class Decision:
    verdict: str = "allow"
    cap: str = ""  # JSON pointer of the deciding cap
    reason: str = ""
    actions: list = field(default_factory=list)  # soft: what applies from this call on
    hard_action: str = "abort"
    output_limit: int | None = None  # send the call with this and nothing else, or the cap is void
    trim_input_to: int | None = None
    reserve_tokens: int = 0
    reserve_pico: int | None = None


def pico(usd):
    return int(Decimal(str(usd)).scaleb(12))


def worst_cost(rates, input_tokens, output_tokens):
    """Rounded up: a reservation is never too small."""
    return -(-(rates[0] * input_tokens + rates[1] * output_tokens) // 1_000_000)


def _budget(policy):
    return policy.get("budget", {}) if policy.get("enabled", True) else {}


def _hard(budget, cap, reason):
    return Decision("hard", cap, reason, hard_action=budget.get("on_hard", "abort"))


def _standing(budget, used, closing=False):
    def reached(limit, cap, verdict):
        if "tokens" in limit and used.tokens >= limit["tokens"]:
            return verdict(f"{cap}/tokens", f"{used.tokens} tokens used, the cap is {limit['tokens']}")
        if "usd" in limit and (used.pico is None or used.pico >= pico(limit["usd"])):
            spent = "unknown cost" if used.pico is None else f"{used.pico} pico-USD spent"
            return verdict(f"{cap}/usd", f"{spent}, the cap is {limit['usd']} USD")
        return None

    def soft(cap, reason):
        return Decision("soft", cap, reason, list(budget.get("on_soft", [])))

    found = reached(budget.get("run_hard", {}), "/budget/run_hard", lambda *why: _hard(budget, *why))
    if not found and not closing and used.calls >= budget.get("max_iterations", used.calls + 1):
        found = _hard(budget, "/budget/max_iterations", f"{used.calls} calls made")
    return found or reached(budget.get("run_soft", {}), "/budget/run_soft", soft) or Decision()


def check(policy, used):
    """Where the run stands; what is only reserved does not count."""
    return _standing(_budget(policy), used)


def _output_limit(budget, call, actions, input_tokens):
    limits = [n for n in (call.max_output_tokens, budget.get("call_max_output_tokens")) if n is not None]
    if limits and "halve_output" in actions:
        limits.append(max(1, budget.get("call_max_output_tokens", min(limits)) // 2))
    if "call_max_tokens" in budget:
        limits.append(max(1, budget["call_max_tokens"] - input_tokens))
    return min(limits, default=None)


def _output_left(high, call, tokens_before, pico_before):
    """What the hard caps leave for the output when nobody names a limit."""
    limits = []
    if "tokens" in high:
        limits.append(max(1, high["tokens"] - tokens_before - call.input_tokens))
    if "usd" in high and call.rates and call.rates[1] > 0:
        room = pico(high["usd"]) - pico_before - worst_cost(call.rates, call.input_tokens, 0)
        limits.append(min(max(1, room * 1_000_000 // call.rates[1]), 2**31 - 1))
    return min(limits, default=None)


def reserve(policy, used, call, closing=(0, 0)):
    """Whether the call may be sent and how. `closing` (tokens, pico-USD) is kept free for the last call."""
    budget = _budget(policy)
    high = budget.get("run_hard", {})
    decision = _standing(budget, used, call.closing)
    if decision.verdict == "hard":
        return decision
    if call.closing:
        decision = Decision()
    if call.closing or budget.get("on_hard") != "summarize_and_close":
        closing = (0, 0)
    tokens_before = used.tokens + used.reserved_tokens + closing[0]
    pico_before = (used.pico or 0) + used.reserved_pico + closing[1]
    if call.input_tokens > budget.get("call_max_tokens", call.input_tokens):
        decision.trim_input_to = budget["call_max_tokens"]
    input_tokens = call.input_tokens if decision.trim_input_to is None else decision.trim_input_to
    decision.output_limit = _output_limit(budget, call, decision.actions, input_tokens)
    if decision.output_limit is None:
        decision.output_limit = _output_left(high, call, tokens_before, pico_before)
    output = decision.output_limit or 0
    if "tokens" in high and tokens_before + call.input_tokens + output > high["tokens"]:
        return _hard(budget, "/budget/run_hard/tokens", f"{tokens_before} tokens used or held, this call may use "
                     f"{call.input_tokens + output}, the cap is {high['tokens']}")
    if "usd" in high and not call.rates:
        return _hard(budget, "/budget/run_hard/usd", "the price of this call is unknown")
    if "usd" in high and pico_before + worst_cost(call.rates, call.input_tokens, output) > pico(high["usd"]):
        return _hard(budget, "/budget/run_hard/usd", f"this call may pass the cap of {high['usd']} USD")
    decision.reserve_tokens = input_tokens + output
    decision.reserve_pico = worst_cost(call.rates, input_tokens, output) if call.rates else None
    return decision


def _lower(text):
    """ASCII letters only, as the app has it: other scripts compare as they are written."""
    return text.encode("utf-8", "surrogatepass").lower()


def holds(when, task):
    docs, asked = when.get("doc_tokens", {}), task.get("doc_tokens", 0)
    return not (
        ("task_type" in when and task.get("task_type", "") not in when["task_type"])
        or ("lt" in docs and asked >= docs["lt"]) or ("gte" in docs and asked < docs["gte"])
        or any(when.get(flag, task.get(flag, False)) != task.get(flag, False)
               for flag in ("security_sensitive", "multi_step_reasoning"))
        or ("required_confidence_gt" in when
            and not float(task.get("required_confidence", 0)) > float(when["required_confidence_gt"]))
        or any(when.get(name, task.get(name, "")) != task.get(name, "") for name in ("agent", "user_segment"))
        or ("keywords_any" in when
            and not any(_lower(word) in _lower(task.get("text", "")) for word in when["keywords_any"])))


def route(policy, task):
    """(tier or None, reason, whether a cascade is allowed): role, else the first rule, else the default."""
    routing = policy.get("routing")
    if not policy.get("enabled", True) or routing is None:
        return None, "no routing in the policy" if routing is None else "policy disabled", False
    role = task.get("role")
    if role in ("planner", "executor") and "planner_executor" in routing:
        return routing["planner_executor"][role + "_tier"], role, False
    for rule in routing.get("rules", []):
        if holds(rule["when"], task):
            return rule["tier"], rule.get("reason", rule["id"]), rule.get("allow_cascade", False)
    if "default_tier" in routing:
        return routing["default_tier"], "default routing", False
    return None, "no rule matches and there is no default tier", False


def next_step(tiers, policy, decided, attempts, task_allows=True):
    """("try" | "accept", tier, reason) after the attempts so far, a list of (tier, confidence or None)."""
    goal, _, allowed = decided
    cascade = policy.get("routing", {}).get("cascade", {})
    steps = [goal]
    if cascade.get("enabled", False) and allowed and task_allows:
        order = cascade.get("order", [tier["id"] for tier in tiers])
        start = cascade.get("start_tier")
        order = order[order.index(start) if start in order else len(order) if start is not None else 0:]
        if goal in order:
            steps = order[:order.index(goal)][:cascade.get("max_escalations", len(order))] + [goal]
    if not attempts:
        return "try", steps[0], f"direct_{goal}" if len(steps) == 1 else f"cascade_{steps[0]}"
    tier, confidence = attempts[-1]
    if len(attempts) >= len(steps):
        return "accept", tier, f"direct_{goal}"
    if confidence is None or not 0 <= confidence <= 1:
        confidence = cascade.get("missing_confidence", 0.75)
    if float(confidence) >= float(cascade.get("min_confidence", 0.85)):
        return "accept", tier, f"cascade_{tier}_success"
    return "try", steps[len(attempts)], f"escalated_to_{steps[len(attempts)]}"


def after_failure(tiers, policy, tier, failures, total):
    """("retry" | "escalate" | "give_up", tier, milliseconds to wait first)."""
    retry, ids = policy.get("routing", {}).get("retry", {}), [t["id"] for t in tiers]
    if total >= retry.get("max_attempts", 1):
        return "give_up", tier, 0
    wait = min(retry.get("backoff_ms", 0) << min(max(failures - 1, 0), 20), 3_600_000)
    if failures >= retry.get("escalate_after", failures + 1) and tier in ids[:-1]:
        return "escalate", ids[ids.index(tier) + 1], wait
    return "retry", tier, wait


def cheaper_tier(tiers, tier):
    ids = [t["id"] for t in tiers]
    return ids[ids.index(tier) - 1] if tier in ids[1:] else tier


def check_breaker(policy, calls):
    """(action or None, rule, supervisor tier that is due or None) for the calls of a run, oldest first:
    dicts with "call" (tool and arguments), "error", "input_tokens", "output_tokens", each absent if unknown."""
    breaker = policy.get("circuit_breaker")
    if breaker is None or not policy.get("enabled", True) or not breaker.get("enabled", True):
        return None, "", None
    last, rule = calls[-1] if calls else {}, ""

    def streak(name):
        value = last.get(name)
        return next((n for n, c in enumerate(reversed(calls)) if c.get(name) != value), len(calls)) if value else 0

    same, ratio = breaker.get("same_call_limit"), breaker.get("min_output_ratio")
    if same and (streak("call") >= same
                 or last.get("call") and sum(c.get("call") == last["call"] for c in calls[-2 * same:]) > same):
        rule = "L1"
    elif "same_error_limit" in breaker and streak("error") >= breaker["same_error_limit"]:
        rule = "L2"
    elif ratio is not None and len(calls) >= 4:
        sizes = [(c.get("input_tokens"), c.get("output_tokens")) for c in calls[-4:]]
        dry = all(i and o is not None and i > 0 and o < float(ratio) * i for i, o in sizes)
        rule = "L4" if dry and all(a[0] < b[0] for a, b in zip(sizes, sizes[1:])) else ""
    due = "check_every" in breaker and calls and len(calls) % breaker["check_every"] == 0
    return breaker.get("action", "alert") if rule else None, rule, breaker.get("supervisor_tier") if due else None
