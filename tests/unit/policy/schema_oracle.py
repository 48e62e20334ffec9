#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""schema_oracle.py READER SCHEMA WORKDIR: the loader and a JSON Schema validator must agree.

200 valid and 500 broken documents come from a seeded generator that walks the schema itself; ajv (from npm)
says of each whether it is valid; READER must say the same, and must give back every accepted one
unchanged. Exit 0 agreed, 1 not, 77 when npm or ajv cannot be had.
"""
import json
import pathlib
import random
import shutil
import subprocess
import sys

AJV = "ajv@8.20.0"
VALIDATE = """
const Ajv = require('ajv/dist/2020').default;
const fs = require('fs');
const ajv = new Ajv({strict: false, validateFormats: false});
const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
for (const line of fs.readFileSync(process.argv[3], 'utf8').split('\\n'))
    if (line) console.log(check(JSON.parse(line)) ? 'accept' : 'reject ' + JSON.stringify(check.errors[0]));
"""


class Generator:
    """Values for a schema, by its own keywords; `density` is the share of optional members."""

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng

    def resolve(self, node):
        """The node with $ref and allOf folded in: enough for the keywords this schema uses."""
        out = {}
        for part in [self.schema["$defs"][node["$ref"].split("/")[-1]]] if "$ref" in node else []:
            out = self.join(out, self.resolve(part))
        for part in node.get("allOf", []):
            out = self.join(out, self.resolve(part))
        return self.join(out, {k: v for k, v in node.items() if k not in ("$ref", "allOf")})

    @staticmethod
    def join(a, b):
        out = {**a, **b}
        if "properties" in a and "properties" in b:
            out["properties"] = {**a["properties"], **b["properties"]}
        return out

    def value(self, node, density):
        node, rng = self.resolve(node), self.rng
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return rng.choice(node["enum"])
        return getattr(self, "make_" + node["type"])(node, density)

    def make_boolean(self, node, density):
        return self.rng.random() < 0.5

    def make_integer(self, node, density):
        low = node.get("minimum", -5)
        value = low + self.rng.choice((0, 1, 7, 4000, 10**6, 10**12))
        return float(value) if self.rng.random() < 0.1 else value  # 4000.0 is an integer to JSON Schema

    def make_number(self, node, density):
        if node.get("maximum") == 1:
            return self.rng.choice((0, 1, 0.85, round(self.rng.random(), 6), 1e-7))
        low = [] if "exclusiveMinimum" in node else [0]
        return self.rng.choice(low + [0.05, 1, 12.5, 1e-9, round(self.rng.uniform(0.001, 5000), 4), 10**7])

    def make_string(self, node, density):
        if "pattern" in node:
            return "".join(self.rng.choice("abcxyz019_-") for _ in range(self.rng.randint(0, 63))).join(("p", ""))
        return self.rng.choice(("cheap", "mid", "", "a b", "\u00e9\u4e2d", "<img src=x>", "a\"b\\c\n", "UTC"))

    def make_array(self, node, density):
        count = self.rng.randint(node.get("minItems", 0), 3)
        items = [self.value(node["items"], density) for _ in range(count)]
        if node.get("uniqueItems"):
            items = list(dict.fromkeys(items))
        return items

    def make_object(self, node, density):
        known, out = node.get("properties", {}), {}
        for name, sub in known.items():
            if name in node.get("required", []) or self.rng.random() < density:
                out[name] = self.value(sub, density * 0.9)
        if len(out) < node.get("minProperties", 0):
            name = self.rng.choice(list(known))
            out[name] = self.value(known[name], density)
        if isinstance(node.get("additionalProperties"), dict):
            for name in self.rng.sample(("classify", "a/b", "x~y", "", "\u00fc"), self.rng.randint(0, 3)):
                out[name] = self.value(node["additionalProperties"], density * 0.8)
        return out


def containers(value, path=()):
    """Every place that can be broken: (parent, key) of each node below the root."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(entries):
        yield value, key, child
        yield from containers(child, path + (key,))


WRONG = (None, True, "text", -1, 0, 1.5, 1.0000001, -0.001, 2, 1e30, [], {}, [1], {"a": 1}, "mid", "USD", "5m", [[]])


def mutate(document, rng):
    """One change that may or may not break it; the oracle decides."""
    places = list(containers(document))
    parent, key, child = rng.choice(places)
    kind = rng.choice(("wrong", "wrong", "wrong", "drop", "extra", "extra", "rename", "repeat"))
    if kind == "drop" and isinstance(parent, dict):
        del parent[key]
    elif kind == "rename" and isinstance(parent, dict):
        parent[str(key) + "_"] = parent.pop(key)
    elif kind == "extra":
        dicts = [p for p, _, _ in places if isinstance(p, dict)] + [document]
        rng.choice(dicts)[rng.choice(("unknown", "Budget", "tokens", "usd", "enabled", "overrides", ""))] = rng.choice(WRONG)
    elif kind == "repeat" and isinstance(child, list):
        child.extend(child or [rng.choice(WRONG)])
    else:
        parent[key] = rng.choice(WRONG)


def lines_of(schema):
    rng = random.Random(20261121)
    generator = Generator(schema, rng)
    valid = [generator.value(schema, rng.choice((0.05, 0.2, 0.4, 0.7))) for _ in range(200)]
    mutants = []
    for i in range(4000):
        document = json.loads(json.dumps(valid[i % len(valid)]))
        for _ in range(rng.choice((1, 1, 2))):
            mutate(document, rng)
        mutants.append(document)
    return [json.dumps(d) for d in valid], [json.dumps(d) for d in mutants]


def oracle(work, schema, lines):
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "node_modules" / "ajv").is_dir():
        (work / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        result = subprocess.run(["npm", "install", "--no-audit", "--no-fund", AJV], cwd=work, capture_output=True,
                                text=True, check=False)
        if result.returncode != 0:
            print(f"skipped: npm cannot fetch {AJV}: {result.stderr.strip().splitlines()[-1:]}")
            sys.exit(77)
    (work / "validate.cjs").write_text(VALIDATE, encoding="utf-8")
    (work / "documents.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = subprocess.run(["node", "validate.cjs", str(schema), "documents.jsonl"], cwd=work, capture_output=True,
                            text=True, check=True)
    return result.stdout.splitlines()


def main(reader, schema_file, work):
    if not shutil.which("npm") or not shutil.which("node"):
        print("skipped: npm is not installed, and with it the JSON Schema validator this test compares with")
        return 77
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    valid, mutants = lines_of(schema)
    lines = valid + mutants
    theirs = oracle(work, schema_file, lines)
    ours = subprocess.run([reader], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=True).stdout.splitlines()
    if not len(lines) == len(theirs) == len(ours):
        print(f"counts differ: {len(lines)} documents, {len(theirs)} verdicts of ajv, {len(ours)} of the loader")
        return 1
    accepted = sum(v == "accept" for v in theirs[:len(valid)])
    broken = sum(v != "accept" for v in theirs[len(valid):])
    if accepted != 200 or broken < 500:
        print(f"the generator gave {accepted} valid and {broken} broken documents, not 200 and at least 500")
        return 1
    wrong = [(a, b, d) for a, b, d in zip(theirs, ours, lines) if a.split()[0] != b.split()[0] or "changed" in b]
    for their, our, document in wrong[:10]:
        print(f"ajv: {their}\nloader: {our}\n{document}\n")
    print(f"{accepted} valid, {broken} broken and {len(mutants) - broken} changed but valid documents: "
          f"{len(wrong)} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])))
