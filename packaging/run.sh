#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds Flyball and starts it: packaging/run.sh [FLYBALL ARGS...]
# Without a display the same app runs under Xvfb for 20 s and leaves a screenshot.
# FLYBALL_BUILD_DIR moves the build tree, FLYBALL_SCREENSHOT the picture.
set -euo pipefail

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
build="${FLYBALL_BUILD_DIR:-$repo/build-release}"
# shellcheck source=packaging/deps.sh
. "$repo/packaging/deps.sh"
# Two clones of one commit share what was compiled.
export CCACHE_BASEDIR="$repo" CCACHE_NOHASHDIR=1

has_display=1
if [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
    has_display=0
fi

build_app() {
    local -a configure=(cmake -S "$repo" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release)
    if command -v ccache >/dev/null; then
        configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    # A tree that test.sh set up keeps its tests; a new one does not need them.
    if [ ! -f "$build/CMakeCache.txt" ]; then
        configure+=(-DFLYBALL_TESTS=OFF)
    fi
    "${configure[@]}" >"$build/configure.log" 2>&1 || {
        cat "$build/configure.log" >&2
        return 1
    }
    cmake --build "$build" --target flyball flyballctl agentsim
}

xvfb_pid=""
scratch=""
cleanup() {
    if [ -n "$xvfb_pid" ]; then
        kill "$xvfb_pid" 2>/dev/null || true
        wait "$xvfb_pid" 2>/dev/null || true
    fi
    if [ -n "$scratch" ]; then
        rm -rf "$scratch"
    fi
}

# Xvfb picks the free display number itself (-displayfd), so two runs never collide.
start_xvfb() {
    scratch="$(mktemp -d)"
    local authority="$scratch/authority" number="" cookie
    cookie="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    : >"$authority"
    xauth -q -f "$authority" add :0 . "$cookie"
    : >"$scratch/display"
    Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp -noreset -auth "$authority" \
        3>"$scratch/display" >"$scratch/xvfb.log" 2>&1 &
    xvfb_pid=$!
    for _ in $(seq 100); do
        number="$(tr -d '[:space:]' <"$scratch/display")"
        if [ -n "$number" ]; then
            break
        fi
        if ! kill -0 "$xvfb_pid" 2>/dev/null; then
            break
        fi
        sleep 0.1
    done
    if [ -z "$number" ]; then
        echo "run.sh: Xvfb did not start:" >&2
        cat "$scratch/xvfb.log" >&2
        return 1
    fi
    # The server takes any cookie of its file; the client looks its own number up.
    xauth -q -f "$authority" add ":$number" . "$cookie"
    export DISPLAY=":$number" XAUTHORITY="$authority"
    if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
        mkdir -m 700 "$scratch/runtime"
        export XDG_RUNTIME_DIR="$scratch/runtime"
    fi
}

run_headless() {
    local picture="${FLYBALL_SCREENSHOT:-$build/flyball-screenshot.png}" argument
    local -a arguments=("$@")
    for argument in "$@"; do
        case "$argument" in
            # These end by themselves and need no picture of ours.
            --help | -h | --version | -v)
                QT_QPA_PLATFORM=offscreen "$build/bin/flyball" "$@"
                return
                ;;
            --screenshot | --screenshot=*)
                start_xvfb
                "$build/bin/flyball" "$@"
                return
                ;;
        esac
    done
    if [ "${#arguments[@]}" -eq 0 ]; then
        arguments=(--demo)
    fi
    start_xvfb
    rm -f "$picture"
    echo "No display: running 'flyball ${arguments[*]}' under Xvfb $DISPLAY for 20 s"
    local status=0
    timeout --kill-after=10 180 \
        "$build/bin/flyball" "${arguments[@]}" --screenshot "$picture" --size 1440x900 --after 20000 || status=$?
    if [ "$status" -ne 0 ]; then
        echo "run.sh: flyball ended with status $status" >&2
        return "$status"
    fi
    if [ ! -s "$picture" ]; then
        echo "run.sh: flyball left no screenshot at $picture" >&2
        return 1
    fi
    echo "screenshot: $picture"
}

groups=(build run fonts)
if [ "$has_display" = 0 ]; then
    groups+=(headless)
fi
flyball_deps_install "${groups[@]}"
mkdir -p "$build"
build_app
if [ "$has_display" = 1 ]; then
    exec "$build/bin/flyball" "$@"
fi
trap cleanup EXIT
run_headless "$@"
