# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a payload of the policy channel may be applied: signature, shape, sense, requirements. Pure functions."""
import hashlib
import hmac
import json
import math
import re
from decimal import Decimal

FORMAT = "flyball-policy/1"

# The shape of what this client acts on; the rest of a policy is listed in the ACK as not acted on. A word names a
# check, a tuple a choice, [x] a list of x, {"*": x} any names.
_LIMIT = {"tokens": "1..", "usd": "usd>0"}
_PERIODS = [{"window": ("hour", "day", "week", "month"), "soft_usd": "usd", "hard_usd": "usd"}]
SHAPE = {
    "enabled": "bool",
    "budget": {"run_soft": _LIMIT, "run_hard": _LIMIT, "call_max_tokens": "1..", "call_max_output_tokens": "1..",
               "max_iterations": "1..", "periods": _PERIODS, "on_hard": ("abort", "summarize_and_close"),
               "on_soft": [("warn", "compress_context", "halve_output", "downgrade_tier", "limit_tools")]},
    "routing": {"default_tier": "tier", "rules": [{"id!": "text", "tier!": "tier", "reason": "text", "allow_cascade": "bool",
                "when!": {"task_type": ["text"], "doc_tokens": {"lt": "int", "gte": "int"}, "security_sensitive": "bool",
                          "multi_step_reasoning": "bool", "required_confidence_gt": "0..1", "agent": "text",
                          "user_segment": "text", "keywords_any": ["text"]}}],
                "cascade": {"enabled": "bool", "start_tier": "tier", "min_confidence": "0..1", "order": ["tier"],
                            "missing_confidence": "0..1", "max_escalations": "0.."},
                "planner_executor": {"planner_tier!": "tier", "executor_tier!": "tier"},
                "retry": {"max_attempts": "1..", "backoff_ms": "0..", "escalate_after": "1.."}},
    "output": {"max_tokens_by_task": {"*": "1.."}},
    "circuit_breaker": {"enabled": "bool", "same_call_limit": "2..", "same_error_limit": "2..", "min_output_ratio": "0..1",
                        "supervisor_tier": "tier", "check_every": "1..", "action": ("alert", "summarize_and_close", "abort")},
}


class Refused(Exception):
    """Becomes a NACK."""

    def __init__(self, code, path, message):
        super().__init__(f"{code} {path}: {message}")
        self.error = {"code": code, "path": path[:500], "message": message[:500]}


def _is_int(value, least=-2**63):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**63


def _check_value(value, shape, path, tiers, unknown):
    ok = True
    if shape == "any":
        return
    if isinstance(shape, tuple):
        ok = isinstance(value, str) and value in shape
    elif isinstance(shape, list):
        if ok := isinstance(value, list):
            for number, item in enumerate(value):
                _check_value(item, shape[0], f"{path}/{number}", tiers, unknown)
    elif isinstance(shape, dict):
        if ok := isinstance(value, dict):
            for name, item in value.items():
                known = shape.get(name, shape.get(name + "!", shape.get("*")))
                at = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
                unknown.append(at) if known is None else _check_value(item, known, at, tiers, unknown)
            for name in shape:
                if name.endswith("!") and name[:-1] not in value:
                    raise Refused("invalid", f"{path}/{name[:-1]}", "is missing")
    elif shape in ("usd", "usd>0", "0..1"):
        ok = isinstance(value, (int, Decimal)) and not isinstance(value, bool) and math.isfinite(value) and \
            (0 < value if shape == "usd>0" else 0 <= value) and value <= (1 if shape == "0..1" else 10**6)
    elif shape == "time?":
        ok = value is None or isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?Z", value)
    elif shape in ("text", "tier"):
        ok = isinstance(value, str) and (shape == "text" or value in tiers)
        shape = "text" if shape == "text" else "one of the tiers " + ", ".join(tiers)
    else:
        ok = isinstance(value, bool) if shape == "bool" else _is_int(value, -2**63 if shape == "int" else int(shape[0]))
    if not ok:
        raise Refused("invalid", path, f"must be {list(shape) if isinstance(shape, dict) else shape}")


def _check_sense(policy, path):
    budget = policy.get("budget", {})
    pairs = [("run_hard", budget.get("run_soft", {}), budget.get("run_hard", {}), "tokens", "tokens"),
             ("run_hard", budget.get("run_soft", {}), budget.get("run_hard", {}), "usd", "usd")]
    pairs += [(f"periods/{n}", p, p, "soft_usd", "hard_usd") for n, p in enumerate(budget.get("periods", []))]
    for where, low, high, soft, hard in pairs:
        if soft in low and hard in high and low[soft] >= high[hard]:
            raise Refused("invalid", f"{path}/budget/{where}/{hard}", "must be above the soft cap")
    if budget.get("call_max_output_tokens", 0) > budget.get("call_max_tokens", math.inf):
        raise Refused("invalid", f"{path}/budget/call_max_output_tokens", "is above call_max_tokens")


def read_payload(text, supports=(), lacks=()):
    """(payload, what in it this client does not act on); Refused when it must not be applied."""
    try:
        payload = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("invalid", "", f"is not JSON: {error}") from None
    unknown, tiers = [], []
    _check_value(payload, {"format!": (FORMAT,), "source!": "text", "revision!": "1..", "issue": "0..", "issued_at": "text", "etag": "text",
                           "scope": {"*": "any"}, "require": ["text"], "rollback_of": "any", "timezone": "text",
                           "tiers!": [{"id!": "text", "models!": ["text"]}],
                           "rates": {"*": {"in_nusd_per_mtok!": "0..", "out_nusd_per_mtok!": "0.."}}, "policy!": {"*": "any"},
                           "overrides": [{"match!": {"*": "text"}, "set!": {"*": "any"}}], "fleet": {"periods": _PERIODS},
                           "control": [{"id!": "1..", "action!": "text", "run": "text", "workflow": "text", "until": "time?"}]},
                 "", tiers, unknown)
    tiers = [tier["id"] for tier in payload["tiers"]]
    if not payload["policy"]:
        raise Refused("invalid", "/policy", "is empty; to set no limit say enabled: false")
    _check_value(payload["policy"], SHAPE, "/policy", tiers, unknown)
    _check_sense(payload["policy"], "/policy")
    for number, override in enumerate(payload.get("overrides", [])):
        _check_value(override["set"], SHAPE, f"/overrides/{number}/set", tiers, unknown)
    acted_on = [f"/{name}" for name in SHAPE if name != "output"] + ["/output/max_tokens_by_task", *supports]
    def below(pointer, names):
        return any(pointer == name or pointer.startswith(name + "/") for name in names)

    for pointer in payload.get("require", []):
        if not below(pointer, acted_on) or below(pointer, lacks):
            raise Refused("unsupported", pointer, "this agent does not act on it")
    return payload, unknown


def _no_constant(name):
    raise ValueError(f"{name} is no JSON number")


def named_etag(text, otherwise):
    """What a signed payload calls itself: over the file transport there is no header to say it."""
    try:
        name = json.loads(text)["etag"]
        return name if isinstance(name, str) else otherwise
    except (ValueError, KeyError, TypeError, RecursionError):
        return otherwise


def open_envelope(data, key):
    try:
        envelope = json.loads(data)
        payload, signature = envelope["payload"], envelope["sig"]
        good = hmac.new(key.encode(), payload.encode(), hashlib.sha256).hexdigest()
        if key and hmac.compare_digest(good.encode(), signature.encode()):
            return payload, envelope
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise Refused("bad_signature", "", "the policy was not signed with this agent's key")
