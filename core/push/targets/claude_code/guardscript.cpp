// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/claude_code/guardscript.h"

namespace flyball {

std::string_view guardScript()
{
    return R"PY(#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Written by Flyball: holds the limits in the .json beside this file before each tool use of Claude Code."""
import fcntl
import hashlib
import json
import os
import sys

BASE = os.path.splitext(os.path.abspath(__file__))[0]


def used(transcript):
    """Model answers and tokens of a session. A message is written several times: its largest counts hold."""
    messages = {}
    with open(transcript, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                message = json.loads(line).get("message") or {}
                usage, key = message.get("usage"), message.get("id")
                if not isinstance(usage, dict) or not isinstance(key, str):
                    continue
                fields = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
                tokens = sum(usage[f] for f in fields if type(usage.get(f)) is int and usage[f] > 0)
                messages[key] = max(messages.get(key, 0), tokens)
            except (ValueError, AttributeError):
                continue
    return len(messages), sum(messages.values())


def counted(call):
    """Tool calls of the session, and how often in a row this one came; kept under a lock: tools run in parallel."""
    same = hashlib.sha256(json.dumps([call.get("tool_name"), call.get("tool_input")], sort_keys=True).encode()).hexdigest()
    os.makedirs(BASE + ".sessions", mode=0o700, exist_ok=True)
    name = hashlib.sha256(str(call.get("session_id")).encode()).hexdigest()[:32]
    with open(os.open(os.path.join(BASE + ".sessions", name), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            calls, last, row = json.loads(file.read())
        except ValueError:
            calls, last, row = 0, "", 0
        calls, row = calls + 1, row + 1 if last == same else 1
        file.seek(0)
        file.truncate()
        file.write(json.dumps([calls, same, row]))
    return calls, row


def reason(limits, call):
    calls, row = counted(call)
    if "tool_calls" in limits and calls > limits["tool_calls"]:
        return "%d tool calls are allowed in a session" % limits["tool_calls"], True
    if "same_call" in limits and row >= limits["same_call"]:
        return "the same call came %d times in a row" % row, False
    if "iterations" in limits or "tokens" in limits:
        answers, tokens = used(call["transcript_path"])
        if answers >= limits.get("iterations", answers + 1):
            return "%d model answers of %d allowed in a session" % (answers, limits["iterations"]), True
        if tokens >= limits.get("tokens", tokens + 1):
            return "%d tokens of %d allowed in a session" % (tokens, limits["tokens"]), True
    return None, False


def main():
    try:
        with open(BASE + ".json", encoding="utf-8") as file:
            limits = json.load(file)
        why, over = reason(limits, json.load(sys.stdin))
    except Exception as error:  # a guard that cannot look does not let pass
        print("Flyball's guard cannot check its limits: %s" % type(error).__name__, file=sys.stderr)
        return 2
    if why:
        answer = {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny",
                                         "permissionDecisionReason": "Flyball: " + why + "; sum up and end."}}
        if over and limits.get("abort"):
            answer.update({"continue": False, "stopReason": "Flyball: " + why})
        print(json.dumps(answer))
    return 0


sys.exit(main())
)PY";
}

} // namespace flyball
