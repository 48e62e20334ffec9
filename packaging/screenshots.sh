#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Takes the pictures of packaging/screenshots again: packaging/screenshots.sh [BIN_DIR] [OUT_DIR] [NAME_PATTERN]
# BIN_DIR holds flyball and agentsim; NAME_PATTERN is a shell pattern such as 'run-*'.
# Everything starts from fresh folders; nothing of the caller's home is read or written.
set -euo pipefail

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
bin="${1:-$repo/build-release/bin}"
out="${2:-$repo/packaging/screenshots}"
pattern="${3:-*}"
fixtures="$repo/tests/fixtures"

if [ ! -x "$bin/flyball" ] || [ ! -x "$bin/agentsim" ]; then
    echo "screenshots.sh: $bin holds no flyball and agentsim; build them or name another folder" >&2
    exit 2
fi
mkdir -p "$out"
scratch="$(mktemp -d)"
fleet=""
cleanup() {
    stop_fleet
    rm -rf "$scratch"
}
stop_fleet() {
    if [ -n "$fleet" ]; then
        kill "$fleet" 2>/dev/null || true
        wait "$fleet" 2>/dev/null || true
        fleet=""
    fi
}
trap cleanup EXIT

export HOME="$scratch/home" XDG_RUNTIME_DIR="$scratch/runtime" TZ=UTC
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME CLAUDE_CONFIG_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"
mkdir -p "$HOME"

# fresh NAME JSON: a new FLYBALL_HOME with that configuration.
fresh() {
    export FLYBALL_HOME="$scratch/$1"
    rm -rf "$FLYBALL_HOME"
    mkdir -p "$FLYBALL_HOME/config"
    printf '%s\n' "$2" >"$FLYBALL_HOME/config/config.json"
}

# shot NAME FLYBALL_ARGS... (the screen is so large that the pointer in its middle hovers over nothing)
shot() {
    local name="$1"
    shift
    # shellcheck disable=SC2053 # the pattern is meant as one
    if [[ "$name" != $pattern ]]; then
        return
    fi
    timeout --kill-after=10 300 xvfb-run -a -s "-screen 0 3400x2400x24" \
        "$bin/flyball" --screenshot "$out/$name.png" "$@" >"$scratch/$name.log" 2>&1 || {
        echo "screenshots.sh: $name failed" >&2
        cat "$scratch/$name.log" >&2
        return 1
    }
    # A picture of a flat interface needs no true colour; 256 shades look the same and are a third.
    if command -v convert >/dev/null; then
        convert "$out/$name.png" -strip +dither -colors 255 -define png:compression-level=9 "PNG8:$out/$name.png"
    fi
    echo "$out/$name.png"
}

# Colours belong to workflows for ever; a new ledger gives them by first sight, which may differ from run to run.
colours='"workflowColours": {"research_agent": 0, "support_triage": 1, "code_review": 2, "doc_enrichment": 3,
  "invoice_extract": 4, "contract_qa": 5, "sales_outreach": 6, "kb_indexer": 7}'

demo_pages() {
    local theme page
    fresh demo "{\"range\": \"3h\", $colours}"
    for theme in dark light; do
        for page in overview workflow runs run explore prices settings; do
            shot "$page-$theme" --demo --page "$page" --theme "$theme" --after 3000
        done
    done
    for theme in dark light; do
        for page in overview workflow runs run explore prices settings; do
            shot "$page-1024x700-$theme" --demo --page "$page" --theme "$theme" --size 1024x700 --after 3000
        done
    done
    fresh large "{\"range\": \"3h\", \"textSize\": 200, $colours}"
    for page in overview run settings; do
        shot "$page-200pct-dark" --demo --page "$page" --theme dark --after 3000
    done
}

# The operator's own ledger: a live fleet, real samples, a source that cannot be read.
source_pages() {
    local theme
    for theme in dark light; do
        one_source_page "sources-$theme" --theme "$theme"
        one_source_page "sources-1024x700-$theme" --theme "$theme" --size 1024x700
    done
    one_source_page stale-overview-dark --theme dark --page overview
    one_source_page stale-overview-light --theme light --page overview
}

one_source_page() {
    local name="$1" home="$scratch/own" page=(--page sources)
    shift
    # shellcheck disable=SC2053 # the pattern is meant as one
    if [[ "$name" != $pattern ]]; then
        return
    fi
    case " $* " in
        *" --page "*) page=() ;;
    esac
    fresh own "$(
        cat <<JSON
{"range": "3h", $colours, "sources": [
  {"id": "agents", "kind": "otlp-json", "target": "$home/traces/agent-spans"},
  {"id": "claude", "kind": "claude-code", "target": "$home/traces/claude-projects"},
  {"id": "traceloop", "kind": "otlp-json", "target": "$home/traces/traceloop"},
  {"id": "openinference", "kind": "otlp-json", "target": "$home/traces/openinference"},
  {"id": "gone", "kind": "otlp-json", "target": "$home/traces/batch-jobs.jsonl"}
]}
JSON
    )"
    mkdir -p "$home/traces/agent-spans"
    cp -r "$fixtures/claude-code-2.1.197/projects" "$home/traces/claude-projects"
    cp -r "$fixtures/traceloop-0.27/workflow" "$home/traces/traceloop"
    cp -r "$fixtures/openinference-4.2.7/json" "$home/traces/openinference"
    printf '{"broken": \nnot json\n' >>"$home/traces/traceloop/traces.jsonl"
    "$bin/agentsim" --out "$home/traces/agent-spans" --history 3h --die-with-parent >/dev/null 2>&1 &
    fleet=$!
    shot "$name" "${page[@]}" "$@" --after 45000
    stop_fleet
}

# The operator's own fleet under a policy: its agents take it from the window's channel, as any agents would.
policy_pages() {
    local theme size name
    for theme in dark light; do
        for size in 1440x900 1024x700; do
            name="policy-$theme"
            [ "$size" = 1440x900 ] || name="policy-$size-$theme"
            # shellcheck disable=SC2053 # the pattern is meant as one
            if [[ "$name" == $pattern ]]; then
                one_policy_page "$name" --theme "$theme" --size "$size"
            fi
        done
    done
}

one_policy_page() {
    local name="$1" home="$scratch/governed" workflow agents=() server
    shift
    fresh governed "{\"range\": \"3h\", $colours, \"sources\": [
      {\"id\": \"agents\", \"kind\": \"otlp-json\", \"target\": \"$home/traces\"}]}"
    mkdir -p "$home/traces"
    rm -f "$scratch/agents.json"
    for workflow in research_agent support_triage code_review doc_enrichment invoice_extract contract_qa sales_outreach \
        kb_indexer; do
        agents+=(--agent "$workflow=$workflow")
    done
    "$bin/flyballctl" policy serve --policy "$fixtures/policy/fleet.json" "${agents[@]}" >"$scratch/agents.json" &
    server=$!
    while [ ! -s "$scratch/agents.json" ]; do sleep 0.2; done
    kill "$server"
    wait "$server" 2>/dev/null || true
    sed -i 's#"url":"[^"]*"#"url":"http://127.0.0.1:4319"#' "$scratch/agents.json"
    chmod 600 "$scratch/agents.json"
    "$bin/agentsim" --out "$home/traces" --history 3h --die-with-parent --policy-file "$scratch/agents.json" \
        >/dev/null 2>&1 &
    fleet=$!
    shot "$name" --page policy "$@" --after 40000
    stop_fleet
}

first_run() {
    local theme
    mkdir -p "$HOME/.claude"
    cp -r "$fixtures/claude-code-2.1.197/projects" "$HOME/.claude/projects"
    for theme in dark light; do
        fresh first '{}'
        shot "first-run-$theme" --theme "$theme" --after 2000
        fresh first '{}'
        shot "first-run-1024x700-$theme" --theme "$theme" --size 1024x700 --after 2000
    done
    rm -rf "$HOME/.claude"
}

# Real samples, as `flyball SOURCE` opens them.
samples() {
    fresh samples '{}'
    shot samples-claude-overview-dark "$fixtures/claude-code-2.1.197/projects" --page overview --theme dark --after 1500
    shot samples-claude-run-dark "$fixtures/claude-code-2.1.197/projects" --page run --theme dark --after 1500
    shot samples-spans-overview-light "$fixtures/traceloop-0.27/workflow" "$fixtures/openinference-4.2.7/json" \
        "$fixtures/vercel-ai-7.0/genai" "$fixtures/otel-openai-0.21/json" --page overview --theme light --after 1500
    shot samples-spans-runs-light "$fixtures/traceloop-0.27/workflow" "$fixtures/openinference-4.2.7/json" \
        "$fixtures/vercel-ai-7.0/genai" "$fixtures/otel-openai-0.21/json" --page runs --theme light --after 1500
    shot samples-spans-1024x700-dark "$fixtures/traceloop-0.27/workflow" "$fixtures/openinference-4.2.7/json" \
        "$fixtures/vercel-ai-7.0/genai" --page run --theme dark --size 1024x700 --after 1500
}

first_run
demo_pages
source_pages
policy_pages
samples
