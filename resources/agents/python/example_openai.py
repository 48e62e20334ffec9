# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenAI-style client under a Flyball policy: python3 example_openai.py "question" [task_type]

Reads FLYBALL_POLICY_* (see README.md), OPENAI_BASE_URL and OPENAI_API_KEY. Prints one JSON line.
"""
import json
import os
import re
import sys
import urllib.request

from flyball_policy import PolicyClient
from flyball_rules import next_step, route
from flyball_run import Denied


def post(body, timeout_s):
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"].rstrip("/") + "/chat/completions", json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:
        return json.load(answer)


def complete(run, messages, task, tier=None, closing=False, timeout_s=60):
    """One call: reserved before it is sent, settled on the usage the provider reports, given back on any error."""
    # No tokenizer makes more tokens than bytes, so this bound is safe; the real usage replaces it.
    bound = sum(len(m["content"].encode()) + 8 for m in messages)
    with run.call(task, bound, max_output_tokens=800, tier=tier, closing=closing, timeout_s=timeout_s) as call:
        # An OpenTelemetry span would carry these, so that charts split at the revision a run really used:
        # span.set_attributes(call.attributes)   ->   flyball.policy.revision
        answer = post({"model": call.model.split("/", 1)[1], "max_tokens": call.max_output_tokens, "messages": messages},
                      timeout_s)
        usage = answer.get("usage") or {}
        call.settle(usage.get("prompt_tokens"), usage.get("completion_tokens"))
        return answer["choices"][0]["message"]["content"], call


def confidence(text):
    found = re.search(r'"confidence":\s*([0-9.]+)', text)
    return float(found.group(1)) if found else None


def ask(client, run, question, task):
    """Tier by the policy's rules; where they allow it, cheap tiers first and up while the answer is unsure."""
    messages, attempts = [{"role": "user", "content": question}], []
    decided = route(run.policy(client.current), {"agent": client.agent, **task})
    while True:
        step = next_step(client.current.tiers, run.policy(client.current), decided, attempts)
        if step[0] == "accept":
            return text, attempts, call
        try:
            text, call = complete(run, messages, task, tier=step[1])
        except Denied as denied:
            if denied.action != "summarize_and_close":
                raise
            text, call = complete(run, [{"role": "user", "content": "Sum up briefly: " + question}], task, closing=True)
            return text, attempts, call
        attempts.append((step[1], confidence(text)))


if __name__ == "__main__":
    client = PolicyClient.from_env()
    try:
        client.poll()
    except OSError as error:
        print(f"policy channel away, last good policy holds: {error}", file=sys.stderr)
    client.start()
    run = client.run(f"example-{os.getpid()}")
    task_type = sys.argv[2] if len(sys.argv) > 2 else "question"
    try:
        text, attempts, call = ask(client, run, sys.argv[1], {"task_type": task_type, "text": sys.argv[1]})
        print(json.dumps({"answer": text, "tiers": [tier for tier, _ in attempts], "model": call.model,
                          "tokens": run.used.tokens, **call.attributes}))
    except Denied as denied:
        print(json.dumps({"denied": denied.cap, "reason": denied.reason, "action": denied.action}))
    finally:
        client.close()
