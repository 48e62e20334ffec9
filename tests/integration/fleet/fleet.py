# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the fleet share: agentsim as a process against `flyballctl policy serve`, and its truth file."""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "policy_channel"))
import channel  # noqa: E402

WORKFLOWS = ["research_agent", "support_triage", "code_review", "doc_enrichment", "invoice_extract", "contract_qa",
             "sales_outreach", "kb_indexer"]
START = "2026-11-20T12:00:00Z"
SIM = ""


def document(workflows=None, defaults=None, **more):
    """A policy over models the fleet can call; `defaults` and `workflows` are bodies."""
    return {"schema_version": 1, "policy_id": "fleet", "revision": 1,
            "tiers": [{"id": "cheap", "models": ["openai/gpt-4o-mini", "google/gemini-2.5-flash", "openai/gpt-5-mini"]},
                      {"id": "mid", "models": ["anthropic/claude-sonnet-4-5", "openai/gpt-4o"]},
                      {"id": "frontier", "models": ["anthropic/claude-opus-4-5"]}],
            "defaults": {"enabled": True, **(defaults or {})}, "workflows": workflows or {}, **more}


class FleetCase(channel.Case):
    """Serves a policy to eight agents, one for each workflow; simulate() runs the fleet under it."""

    def serve(self, policy=None, agents=None, **more):
        line = self.start(agents=[f"{a}={a}" for a in WORKFLOWS] if agents is None else agents, document=policy, **more)
        self.secrets = self.folder / "agents.json"
        self.secrets.touch(mode=0o600)
        if any(agent["token"] for agent in line["agents"]):
            self.secrets.write_text(json.dumps(line))
        return line

    def command(self, name, *words):
        out = self.folder / name
        return [SIM, "--out", str(out / "traces.jsonl"), "--truth", str(out / "truth.json"), "--start", START,
                "--policy-file", str(self.secrets), "--policy-log", str(out / "applied.jsonl"), *map(str, words)]

    def simulate(self, name, *words, policy=True):
        """Runs to its end; its truth."""
        (self.folder / name).mkdir()
        command = self.command(name, *words)
        if not policy:
            command = [w for i, w in enumerate(command) if "--policy" not in w and "--policy" not in command[i - 1]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=self.environment(),
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.truth(name)

    def truth(self, name):
        return json.loads((self.folder / name / "truth.json").read_text())

    def spans(self, name):
        """Every span of the run as (name, attributes)."""
        found = []
        whole, _, _ = (self.folder / name / "traces.jsonl").read_text().rpartition("\n")  # the last line may be under way
        for line in whole.splitlines():
            for resource in json.loads(line)["resourceSpans"]:
                for scope in resource["scopeSpans"]:
                    for span in scope["spans"]:
                        values = {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}
                        found.append((span, values))
        return found

    def begin(self, name, *words):
        """Starts it and lets it run; ended with the test."""
        (self.folder / name).mkdir()
        process = subprocess.Popen(self.command(name, *words), env=self.environment(), stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
        process.wait(20)
        if process.stderr:
            process.stderr.close()

    def await_state(self, agent, wanted, seconds=20):
        """Waits until `flyballctl policy status` shows the agent in that state."""
        until = time.monotonic() + seconds
        while True:
            status = json.loads(self.ctl("status", "--format", "json").stdout)
            found = next(a for a in status["agent_list"] if a["id"] == agent)
            if found["state"] == wanted:
                return found
            self.assertLess(time.monotonic(), until, f"{agent} is {found['state']}, not {wanted}: {found}")
            time.sleep(0.1)

    def await_all(self, wanted="in_sync", seconds=20):
        for agent in WORKFLOWS:
            self.await_state(agent, wanted, seconds)


def pico(sums):
    """Exact pico-USD of a member of the truth."""
    return int(sums["cost_pusd"])


def per_revision(truth, workflow):
    return {item["revision"]: item for item in truth.get("policy", []) if item["workflow"] == workflow}


def main():
    global SIM
    SIM = sys.argv.pop(2)
    os.environ.setdefault("TZ", "UTC")
    channel.main()
