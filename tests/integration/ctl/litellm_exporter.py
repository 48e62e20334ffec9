# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of an invented LiteLLM proxy, written by the real prometheus_client (Debian python3-prometheus-client):
litellm_exporter.py PORT CALLS [--seed N] [--every SECONDS] [--after SECONDS]

Makes CALLS calls, then only answers. Names, label sets and conventions are those of LiteLLM
(litellm/types/integrations/prometheus.py at ed19250b, litellm/integrations/prometheus.py at 002de3dd)."""
import argparse
import hashlib
import random
import sys
import time

import prometheus_client as pc

KEY = ["hashed_api_key", "api_key_alias"]
TEAM = ["team", "team_alias"]
SPEND = ["end_user", *KEY, "model", *TEAM, "user", "user_email", "client_ip", "user_agent", "model_id"]
TOKENS = ["end_user", *KEY, "model", *TEAM, "user", "user_email", "requested_model", "model_id"]
CACHE = ["model", *KEY, *TEAM, "end_user", "user", "model_id"]

COUNTERS = {
    "spend": pc.Counter("litellm_spend_metric", "Total spend on LLM requests", SPEND),
    "total": pc.Counter("litellm_total_tokens_metric", "Input and output tokens", TOKENS),
    "in": pc.Counter("litellm_input_tokens_metric", "Input tokens", TOKENS),
    "out": pc.Counter("litellm_output_tokens_metric", "Output tokens", TOKENS),
    "read": pc.Counter("litellm_input_cached_tokens_metric", "Prompt cache reads, part of the input", TOKENS),
    "write": pc.Counter("litellm_input_cache_creation_tokens_metric", "Prompt cache writes, part of the input", TOKENS),
    "reasoning": pc.Counter("litellm_output_reasoning_tokens_metric", "Reasoning, part of the output", TOKENS),
    "hits": pc.Counter("litellm_cache_hits_metric", "Response cache hits", CACHE),
    "cached": pc.Counter("litellm_cached_tokens_metric", "Tokens of the response cache", CACHE),
}
LATENCY = pc.Histogram("litellm_request_total_latency_metric", "Seconds", ["model", *KEY],
                       buckets=(0.5, 1.0, 5.0, 60.0, float("inf")))
LEFT = pc.Gauge("litellm_remaining_api_key_budget_metric", "Remaining budget for api key", KEY)

PRICES = {"claude-haiku-4-5": (1.0, 5.0), "claude-sonnet-4-5": (3.0, 15.0), "claude-opus-4-1": (15.0, 75.0)}
WORKFLOWS = {  # model, budget, usual input and output
    "wf-invoice-triage": ("claude-haiku-4-5", 25.0, 4000, 300),
    "wf-code-review": ("claude-sonnet-4-5", 100.0, 18000, 900),
    "wf-research": ("claude-opus-4-1", None, 60000, 2500),
}
spent = dict.fromkeys(WORKFLOWS, 0.0)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def call(rnd):
    workflow = rnd.choice(list(WORKFLOWS))
    requested, budget, usual_in, usual_out = WORKFLOWS[workflow]
    model = "claude-haiku-4-5" if rnd.random() < 0.05 else requested  # a fallback
    key = {"hashed_api_key": digest("sk-" + workflow), "api_key_alias": workflow}
    who = {**key, "team": "team-7f3a", "team_alias": "agents", "end_user": None, "user": "svc-" + workflow,
           "model": model, "model_id": digest(model)}
    tokens = {**who, "user_email": None, "requested_model": requested}
    got = max(200, int(rnd.gauss(usual_in, usual_in / 5)))
    said = max(20, int(rnd.gauss(usual_out, usual_out / 4)))
    cached = rnd.random() < 0.08
    read = 0 if cached else int(got * min(0.95, max(0, rnd.gauss(0.65, 0.2))))
    write = 0 if cached else int((got - read) * 0.4)
    price_in, price_out = PRICES[model]
    cost = ((got - read - write) * price_in + read * price_in * 0.1 + write * price_in * 1.25 + said * price_out) / 1e6
    cost = 0.0 if cached else cost
    spent[workflow] += cost
    COUNTERS["spend"].labels(**who, user_email=None, client_ip=f"10.0.4.{rnd.randint(1, 3)}",
                             user_agent="anthropic-sdk-python/0.71.0").inc(cost)
    parts = {"total": got + said, "in": got, "out": said, "read": read, "write": write,
             "reasoning": int(said * 0.2) if "opus" in model else 0}
    for name, count in parts.items():
        if count:
            COUNTERS[name].labels(**tokens).inc(float(count))
    if cached:
        COUNTERS["hits"].labels(**who).inc()
        COUNTERS["cached"].labels(**who).inc(float(got + said))
    LATENCY.labels(model=model, **key).observe(rnd.random() * 10)
    LEFT.labels(**key).set(float("inf") if budget is None else budget - spent[workflow])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("calls", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--every", type=float, default=0.1)
    parser.add_argument("--after", type=float, default=0)
    options = parser.parse_args()
    rnd = random.Random(options.seed)
    pc.start_http_server(options.port, addr="127.0.0.1")
    time.sleep(options.after)
    for _ in range(options.calls):
        call(rnd)
        time.sleep(options.every)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    sys.exit(main())
