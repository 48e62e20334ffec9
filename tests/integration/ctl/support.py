# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of flyballctl share: a program in a home of its own, and small trace writers."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
ROOT = pathlib.Path()
FIXTURES = pathlib.Path()
GENERATORS = pathlib.Path()
LIMIT = 300  # seconds for one run of the program


class Case(unittest.TestCase):
    """A test with an empty HOME, an empty FLYBALL_HOME and a scratch folder."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-ctl-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.flyball_home = self.folder / "flyball"
        self.home.mkdir()

    def environment(self, **extra):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_", "CLAUDE_", "CODEX_"))}
        env.update(HOME=str(self.home), FLYBALL_HOME=str(self.flyball_home), TMPDIR=str(self.folder), **extra)
        return env

    def run_ctl(self, *words, env=None):
        return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, env=env or self.environment(),
                              timeout=LIMIT, check=False, stdin=subprocess.DEVNULL)

    def start_ctl(self, *words):
        return subprocess.Popen([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment(), stdin=subprocess.DEVNULL)

    def json_of(self, *words, code=0):
        """Output of a command with --format json, after its exit code was checked."""
        result = self.run_ctl(*words, "--format", "json")
        self.assertEqual(result.returncode, code, (words, result.stderr.decode()))
        return json.loads(result.stdout)

    def report(self, *words, code=0):
        return self.json_of("report", *words, code=code)

    def ingest(self, *words):
        result = self.run_ctl("ingest", *words)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return json.loads(result.stdout)

    def refused(self, *words, names=()):
        """Exit 2, nothing on stdout, one line on stderr that holds each of `names`."""
        result = self.run_ctl(*words)
        text = result.stderr.decode()
        self.assertEqual(result.returncode, 2, (words, text, result.stdout[:200]))
        self.assertEqual(result.stdout, b"", words)
        self.assertEqual(text.count("\n"), 1, (words, text))
        self.assertTrue(text.startswith("flyballctl: "), text)
        for name in names:
            self.assertIn(str(name), text)
        return text


def without_window(report):
    """Totals and groups: what must not depend on how a report came about."""
    return {"totals": report["totals"], "groups": report["groups"]}


def generate(script, *arguments):
    subprocess.run([sys.executable, "-B", str(GENERATORS / script), *map(str, arguments)], check=True,
                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=LIMIT)


@contextlib.contextmanager
def ended(process):
    """Ends a child that a failed test would leave behind."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def span(trace, span_id, parent, name, start, end, attributes, status=0, events=()):
    """One OTLP/JSON span; ids are numbers, attributes text or whole numbers."""
    def value(v):
        return {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}
    return {"traceId": f"{trace:032x}", "spanId": f"{span_id:016x}", "parentSpanId": f"{parent:016x}" if parent else "",
            "name": name, "kind": 3, "startTimeUnixNano": str(start), "endTimeUnixNano": str(end),
            "attributes": [{"key": k, "value": value(v)} for k, v in attributes.items()],
            "events": list(events), "status": {"code": status} if status else {}}


def chat(trace, span_id, parent, end, tokens=(1000, 100), model="claude-sonnet-4-5", **more):
    """A model call of 1 s that ends at `end` ns."""
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": model,
                  "gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
    attributes.update({k.replace("__", "."): v for k, v in more.items()})
    return span(trace, span_id, parent, "chat " + model, end - 10**9, end, attributes)


def workflow(trace, span_id, name, start, end):
    return span(trace, span_id, 0, "invoke_workflow " + name, start, end,
                {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name})


def export(spans, service="tests"):
    """One line as the collector's file exporter writes it."""
    return json.dumps({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
        "scopeSpans": [{"scope": {"name": "tests"}, "spans": spans}]}]}, ensure_ascii=False) + "\n"


def main():
    """test_x.py PROGRAM SOURCE_ROOT [unittest arguments]"""
    global PROGRAM, ROOT, FIXTURES, GENERATORS
    if len(sys.argv) < 3 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(f"usage: {sys.argv[0]} PROGRAM SOURCE_ROOT")
    PROGRAM = os.path.abspath(sys.argv[1])
    ROOT = pathlib.Path(sys.argv[2]).resolve()
    FIXTURES = ROOT / "tests" / "fixtures"
    GENERATORS = ROOT / "tests" / "bench" / "generators"
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
