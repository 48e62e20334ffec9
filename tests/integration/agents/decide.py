# SPDX-License-Identifier: GPL-3.0-or-later
"""decide.py CLIENT_FOLDER: one case per line, one decision per line, by the Python client. See policy_oracle.cpp."""
import decimal
import json
import sys
import types

sys.path.insert(0, sys.argv[1])
import flyball_rules as rules  # noqa: E402
from flyball_run import Run  # noqa: E402


def budget(d):
    return [d.verdict, d.cap, d.actions, d.hard_action, d.output_limit, d.trim_input_to, d.reserve_tokens,
            None if d.reserve_pico is None else str(d.reserve_pico)]


def usd(cap, name):
    return str(rules.pico(cap[name])) if name in cap else None


for line in sys.stdin:
    case = json.loads(line, parse_float=decimal.Decimal)
    tiers, used, call = case["tiers"], case["used"], case["call"]
    now = types.SimpleNamespace(policy=case["policy"], overrides=case["overrides"])
    policy = Run(types.SimpleNamespace(agent=case["scope"].pop("agent")), "r", "w", **case["scope"]).policy(now)
    spent = rules.Used(used["tokens"], None if used["pico"] is None else int(used["pico"]), used["calls"],
                       used["reserved_tokens"], int(used["reserved_pico"]))
    rates = call["rates"] and tuple(int(rate) for rate in call["rates"])
    planned = rules.Call(call["input_tokens"], call["max_output_tokens"], rates, call["closing"])
    closing = (case["closing"]["tokens"], int(case["closing"]["pico"]))
    decided = rules.route(policy, case["task"])
    routed = list(decided)
    if decided[0] is not None:
        routed += rules.next_step(tiers, policy, decided, case["attempts"], case["task_allows"])
    routed += rules.after_failure(tiers, policy, case["tier"], case["failures"], case["total"])
    routed.append(rules.cheaper_tier(tiers, case["tier"]))
    print(json.dumps([budget(rules.check(policy, spent)), budget(rules.reserve(policy, spent, planned, closing)), routed,
                      list(rules.check_breaker(policy, case["calls"])),
                      [[cap["window"], usd(cap, "soft_usd"), usd(cap, "hard_usd")]
                       for cap in policy.get("budget", {}).get("periods", [])]]))
