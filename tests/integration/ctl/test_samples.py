# SPDX-License-Identifier: GPL-3.0-or-later
"""Real traces of named tools: a report says exactly what a reader can know from them (expected.json)."""
import json
import struct

import support

# folder -> (kind, file or folder inside that is read alone)
SAMPLES = {
    "claude-code-2.1.197": ("claude-code", "projects"),
    "otel-openai-0.21/json": ("otlp-json", "traces.jsonl"),
    "otel-openai-0.21/collector": ("otlp-json", "derived-collector-style.traces.jsonl"),
    "traceloop-0.27/json": ("otlp-json", "traces.jsonl"),
    "traceloop-0.27/collector": ("otlp-json", "derived-collector-style.traces.jsonl"),
    "traceloop-0.27/workflow": ("otlp-json", "traces.jsonl"),
    "openinference-4.2.7/json": ("otlp-json", "traces.jsonl"),
    "openinference-4.2.7/collector": ("otlp-json", "derived-collector-style.traces.jsonl"),
    "vercel-ai-6.0/json": ("otlp-json", "traces.jsonl"),
    "vercel-ai-6.0/collector": ("otlp-json", "derived-collector-style.traces.jsonl"),
    "vercel-ai-7.0/genai": ("otlp-json", "traces.jsonl"),
    "vercel-ai-7.0/legacy": ("otlp-json", "traces.jsonl"),
    "codex-0.169": ("codex", "sessions"),
    "gemini-cli-0.61": ("gemini-cli", "tmp"),
    "steps": ("steps", "steps.jsonl"),
    "api-bodies": ("api-usage", "responses.jsonl"),
}
# This exporter sends input without cache counts beside it, so its input is what we call fresh.
REPORTED = {"in_reported": "in_fresh", "out_reported": "out_total", "cache_read_reported": "cache_read",
            "cache_write_reported": "cache_write_untyped"}


def framed(message):
    return struct.pack(">I", len(message)) + message


def zstd(content):
    """One frame of raw blocks (RFC 8878): valid zstd that needs no library to write."""
    out = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(content))
    blocks = [content[at:at + 65536] for at in range(0, len(content), 65536)] or [b""]
    for i, block in enumerate(blocks):
        out += struct.pack("<I", (len(block) << 3) | (1 if i + 1 == len(blocks) else 0))[:3] + block
    return out


class Samples(support.Case):
    def check_tokens(self, got, want, where):
        for name, count in want.items():
            if name != "calls":
                self.assertEqual(got[REPORTED.get(name, name)], count, (where, name))

    def check(self, report, folder, where):
        want = json.loads((support.FIXTURES / folder / "expected.json").read_text())["readable"]
        totals = report["totals"]
        self.assertEqual(totals["errors"], want["error_records"], where)
        self.assertEqual(totals["calls_without_usage"], want["calls_without_usage"], where)
        self.assertEqual(totals["calls"],
                         want["calls_with_usage"] + want["calls_without_usage"] + want["error_records"], where)
        self.assertEqual(report["coverage"]["rejected"], {}, where)
        self.check_tokens(totals["tokens"], want["tokens"], where)
        models = {group["key"]["model"]: group for group in report["groups"]}
        for model, tokens in want["by_model"].items():
            self.assertIn(model, models, where)
            group = models.pop(model)
            if sum(count for name, count in tokens.items() if name != "calls") > 0:
                self.assertEqual(group["calls"] - group["errors"], tokens["calls"], (where, model))
            self.check_tokens(group["tokens"], tokens, (where, model))
        for model, group in models.items():  # what is left are failures that never reached a model
            self.assertEqual(group["calls"], group["errors"], (where, model))

    def test_every_sample_every_way(self):
        for folder, (kind, part) in SAMPLES.items():
            whole = support.FIXTURES / folder
            # A folder holds its telemetry, notes and expected.json as well. Claude Code's telemetry knows more than
            # its transcripts, so the folder as a whole is another question (test_transcripts_and_telemetry).
            sources = [whole / part, f"{kind}:{whole / part}", f"{kind}:{whole}"]
            if kind != "claude-code":
                sources.append(whole)
            first = None
            for source in sources:
                with self.subTest(sample=folder, source=str(source)):
                    report = self.report(source, "--by", "model")
                    self.check(report, folder, str(source))
                    first = first or report
                    self.assertEqual(support.without_window(report), support.without_window(first))

    def check_truth(self, report, folder, where):
        want = json.loads((support.FIXTURES / folder / "expected.json").read_text())["truth"]
        totals = report["totals"]
        tokens = totals["tokens"]
        self.assertEqual(totals["calls"] - totals["errors"], want["ok_calls"], where)
        self.assertEqual(totals["calls_without_usage"], 0, where)
        for name in ("in_fresh", "cache_read", "in_total", "out_total"):
            self.assertEqual(tokens[name], want["tokens"][name], (where, name))
        models = {group["key"]["model"]: group for group in report["groups"]}
        for model, counts in want["by_model"].items():
            self.assertEqual(models[model]["tokens"]["out_total"], counts["out_total"], (where, model))
            self.assertEqual(models[model]["calls"] - models[model]["errors"], counts["calls"], (where, model))

    def test_transcripts_and_telemetry(self):
        """Two channels tell of the same calls: each is counted once, with what either knows."""
        for folder, part in (("claude-code-2.1.197", "projects"), ("codex-0.169", "sessions"), ("gemini-cli-0.61", "tmp")):
            whole = support.FIXTURES / folder
            channels = [whole / part, *sorted((whole / "otel").glob("*.jsonl"))]
            report = self.report(*channels, "--by", "model")
            self.check_truth(report, folder, folder)
            wanted = support.without_window(report)
            for threads in ("1", "2"):
                again = self.report(*reversed(channels), "--by", "model", "--threads", threads)
                self.assertEqual(support.without_window(again), wanted, (folder, threads))
            self.check_truth(self.report(whole / "otel" / "logs.jsonl", "--by", "model"), folder, "telemetry alone")
            for order in (channels, channels[::-1]):
                with self.subTest(sample=folder, order=[str(c) for c in order]):
                    self.flyball_home = self.folder / f"{folder}-{order[0].name}"
                    for channel in order:
                        self.ingest(channel)
                    self.assertEqual(support.without_window(self.report("ledger:", "--by", "model")), wanted)
                    for channel in order:
                        self.assertEqual(self.ingest(channel)["calls_added"], 0)
                    self.assertEqual(support.without_window(self.report("ledger:", "--by", "model")), wanted)

    def test_the_split_of_a_write_survives_telemetry(self):
        folder = support.FIXTURES / "claude-code-2.1.197"
        alone = self.report(folder / "projects")["totals"]["tokens"]
        joined = self.report(folder / "projects", folder / "otel" / "logs.jsonl")["totals"]
        for name in ("cache_write_5m", "cache_write_1h", "cache_write_untyped"):
            self.assertEqual(joined["tokens"][name], alone[name])
        self.assertGreater(joined["tokens"]["out_total"], alone["out_total"])  # subagents state the stream's start only

    def test_samples_through_the_ledger(self):
        for folder, (kind, part) in SAMPLES.items():
            with self.subTest(sample=folder):
                self.flyball_home = self.folder / folder.replace("/", "-")
                source = f"{kind}:{support.FIXTURES / folder / part}"
                self.ingest(source)
                again = self.ingest(source)
                self.assertEqual(again["calls_added"], 0)
                report = self.report("ledger:", "--by", "model")
                self.check(report, folder, folder)
                files = self.report(source, "--by", "model")
                self.assertEqual(support.without_window(report), support.without_window(files))

    def test_length_prefixed_files(self):
        """The Collector's `format: proto`, and `compression: zstd` of both formats, say what its JSON lines say."""
        seen = 0
        for folder in SAMPLES:
            bodies = sorted((support.FIXTURES / folder).glob("traces-*.pb"))
            if not bodies:
                continue
            seen += 1
            lines = support.FIXTURES / folder / "derived-collector-style.traces.jsonl"
            wanted = support.without_window(self.report(lines, "--by", "model"))
            files = {"traces.pb": [body.read_bytes() for body in bodies],
                     "traces.json": lines.read_bytes().splitlines()}
            written = []
            for name, messages in files.items():
                forms = [(f"zstd.{name}", b"".join(framed(zstd(m)) for m in messages)),
                         (f"whole.{name}.zst", zstd(b"".join(framed(m) for m in messages) if name.endswith("pb")
                                                    else b"\n".join(messages)))]
                if name.endswith("pb"):
                    forms.append((name, b"".join(map(framed, messages))))
                for form, content in forms:
                    written.append(self.folder / folder / form)
                    written[-1].parent.mkdir(parents=True, exist_ok=True)
                    written[-1].write_bytes(content)
            for source in [*written, f"otlp-proto:{written[2]}", f"otlp-proto:{written[0]}", f"otlp-proto:{lines}"]:
                with self.subTest(sample=folder, source=str(source)):
                    report = self.report(source, "--by", "model")
                    self.check(report, folder, str(source))
                    self.assertEqual(support.without_window(report), wanted)
            together = self.report(self.folder / folder, lines, "--by", "model")
            self.assertEqual(support.without_window(together), wanted)  # the same calls, however often they are told
            self.flyball_home = self.folder / folder / "home"
            self.ingest(*written)
            self.assertEqual(support.without_window(self.report("ledger:", "--by", "model")), wanted)
            self.assertEqual(self.ingest(*written)["calls_added"], 0)
        self.assertEqual(seen, 4)

    def test_spans_logs_and_metrics_of_one_producer(self):
        """All three carry the same tokens: given together, in any form, they change no total."""
        json_lines = support.FIXTURES / "otel-openai-0.21" / "json"
        wanted = support.without_window(self.report(json_lines / "traces.jsonl", "--by", "model"))
        for signals in (("traces", "logs"), ("traces", "metrics"), ("metrics", "logs", "traces")):
            files = [json_lines / f"{signal}.jsonl" for signal in signals]
            report = self.report(*files, "--by", "model")
            self.assertEqual(support.without_window(report), wanted, signals)
            self.assertGreater(report["coverage"]["ignored"], 0)
        collector = support.FIXTURES / "otel-openai-0.21" / "collector"
        wanted = support.without_window(self.report(collector / "derived-collector-style.traces.jsonl", "--by", "model"))
        one = self.folder / "mixed.pb"  # the exporter of several pipelines writes one file
        one.write_bytes(b"".join(framed(body.read_bytes()) for body in sorted(collector.glob("*.pb"))))
        self.assertEqual(support.without_window(self.report(one, "--by", "model")), wanted)
        self.assertEqual(support.without_window(self.report(one, collector, "--by", "model")), wanted)

    def test_metrics_alone_are_spend(self):
        """Each export repeats the one before: the last one is what was counted. In a ledger the same, file by file."""
        metrics = support.FIXTURES / "otel-openai-0.21" / "json" / "metrics.jsonl"
        lines = metrics.read_text().splitlines(keepends=True)
        counted = 0
        for scope in json.loads(lines[-1])["resourceMetrics"][0]["scopeMetrics"]:
            for metric in scope["metrics"]:
                if metric["name"] == "gen_ai.client.token.usage":
                    counted += sum(point["sum"] for point in metric["histogram"]["dataPoints"])
        wanted = self.report(metrics, "--by", "model")
        totals = wanted["totals"]
        self.assertEqual(totals["calls"], 0)
        self.assertEqual(totals["tokens"]["in_total"] + totals["tokens"]["out_total"], counted)
        self.assertGreater(float(totals["cost_usd"]), 0)
        self.assertEqual(wanted["coverage"]["rejected"], {})
        for at in (2, 0, 1, 2):
            part = self.folder / f"part-{at}.jsonl"
            part.write_text(lines[at])
            self.ingest(part)
        self.assertEqual(support.without_window(self.report("ledger:", "--by", "model"))["totals"],
                         support.without_window(wanted)["totals"])
        # Their spans tell the calls, and take the place of the sums.
        spans = metrics.with_name("traces.jsonl")
        self.ingest(spans)
        self.assertEqual(support.without_window(self.report("ledger:", "--by", "model"))["totals"],
                         support.without_window(self.report(spans, "--by", "model"))["totals"])

    def test_metrics_of_other_things_are_named(self):
        line = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "http.server.duration", "sum": {
            "dataPoints": [{"asInt": 1, "timeUnixNano": "1"}, {"asInt": 2, "timeUnixNano": "2"}]}}]}]}]}
        file = self.folder / "metrics.jsonl"
        file.write_text(json.dumps(line) + "\n")
        result = self.run_ctl("report", f"otlp-json:{file}", "--format", "json")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(json.loads(result.stdout)["coverage"]["ignored_metrics"], 2)
        self.assertIn(b"none of their 2 data points", result.stderr)

    def test_a_broken_record_is_named(self):
        bodies = sorted((support.FIXTURES / "otel-openai-0.21" / "collector").glob("traces-*.pb"))
        good = [framed(body.read_bytes()) for body in bodies]
        cut = bodies[0].read_bytes()[:-9]
        for content, reason in ((good[0] + framed(cut) + good[1], "protobuf_truncated"),
                                (b"".join(good) + b"\xff\xff\xff\xff junk", "record_length"),
                                (b"".join(good) + framed(b"\x28\xb5\x2f\xfd junk"), "zstd_corrupt")):
            file = self.folder / "traces.pb"
            file.write_bytes(content)
            report = self.report(file, code=3)
            self.assertEqual(report["coverage"]["rejected"], {reason: 1})
            self.assertEqual(report["totals"]["calls"], 12)
            self.assertNotEqual(report["totals"]["cost_bound"], "exact")

    def test_costs_equal_ccusage(self):
        # ccusage 20.0.24 on the same transcripts, rounded to nano-USD from its binary fractions.
        oracle = {"claude-opus-4-8": 23_362_250, "claude-sonnet-4-6": 19_470_900, "claude-haiku-4-5": 3_278_050}
        report = self.report(support.FIXTURES / "claude-code-2.1.197" / "projects", "--by", "model")
        self.assertEqual({g["key"]["model"]: g["cost_nusd"] for g in report["groups"] if g["key"]["model"]}, oracle)
        self.assertEqual(report["totals"]["cost_nusd"], sum(oracle.values()))
        self.assertEqual(report["totals"]["calls_placeholder"], 2)

    def test_workflow_is_the_nearest_ancestor(self):
        folder = support.FIXTURES / "traceloop-0.27" / "workflow"
        want = json.loads((folder / "expected.json").read_text())["workflow_of_call"]
        report = self.report(folder, "--by", "workflow,agent")
        got = {(g["key"]["workflow"], g["key"]["agent"]): g["calls"] for g in report["groups"]}
        expected = {}
        for call in want.values():
            key = (call["workflow"], call["agent"] or "")
            expected[key] = expected.get(key, 0) + 1
        self.assertEqual(got, expected)

    def test_order_of_sources_does_not_matter(self):
        one, two = support.FIXTURES / "vercel-ai-6.0" / "json", support.FIXTURES / "traceloop-0.27" / "json"
        a = self.report(one, two, "--by", "model,provider")
        b = self.report(two, one, "--by", "model,provider")
        self.assertEqual(support.without_window(a), support.without_window(b))
        twice = self.report(one, one, one / "traces.jsonl", "--by", "model")
        self.assertEqual(support.without_window(twice), support.without_window(self.report(one, "--by", "model")))


if __name__ == "__main__":
    support.main()
