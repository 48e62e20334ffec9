#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares flyballctl with its peers on generated corpora, in one run on one machine:
#   tests/bench/bench.sh [--quick] [--long] [--runs N] [--ctl PROGRAM]
# --quick uses corpora a fifth as large, --long adds the memory needed for a million calls.
# Corpora and peers are kept in $FLYBALL_BENCH_DIR (default: a folder that is removed at the end).
# Peers: ccusage 20.0.24 from npm (left out when npm is absent), plain Python.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ctl="${FLYBALL_BUILD_DIR:-$here/../../build-release}/bin/flyballctl"
ccusage_version=20.0.24
quick=0
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
        --ctl) ctl="$2"; shift ;;
        --quick) quick=1 ;;
        --long) arguments+=(--long) ;;
        --runs) arguments+=(--runs "$2"); shift ;;
        *)
            echo "usage: tests/bench/bench.sh [--quick] [--long] [--runs N] [--ctl PROGRAM]" >&2
            exit 2
            ;;
    esac
    shift
done
if [ ! -x "$ctl" ]; then
    echo "bench.sh: no flyballctl at $ctl; build it or name it with --ctl" >&2
    exit 2
fi
[ "$quick" = 1 ] && arguments+=(--quick)

if [ -n "${FLYBALL_BENCH_DIR:-}" ]; then
    folder="$FLYBALL_BENCH_DIR"
    mkdir -p "$folder"
else
    folder="$(mktemp -d)"
    trap 'rm -rf "$folder"' EXIT
fi

# The npm package is a thin wrapper; the program itself is native and started directly.
peer="$folder/npm/node_modules/@ccusage/ccusage-linux-x64/bin/ccusage"
if [ ! -f "$peer" ] && command -v npm >/dev/null; then
    npm install --prefix "$folder/npm" "ccusage@$ccusage_version" --no-audit --no-fund --ignore-scripts >/dev/null 2>&1 || true
fi
if [ -f "$peer" ]; then
    chmod +x "$peer"
    arguments+=(--ccusage "$peer")
else
    echo "bench.sh: ccusage $ccusage_version is not to be had here (no npm, or no network): left out"
fi

python3 -B "$here/bench.py" --ctl "$ctl" --folder "$folder" "${arguments[@]}"
