#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds everything and runs every test: packaging/test.sh [--long]
# Order: the core-only build, the unit tests under ASan and UBSan, then the release build with all tests, whose
# closing line is the last line of the output. --long adds TSan on the core and the tests labelled long, which also
# see FLYBALL_LONG=1; FLYBALL_SOAK_MINUTES says how long the soak is (10).
# FLYBALL_BUILD_DIR moves the release tree (the others get a suffix), FLYBALL_JOBS limits parallel jobs.
set -euo pipefail

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
jobs="${FLYBALL_JOBS:-$(nproc)}"
started=$SECONDS
long=0
for argument in "$@"; do
    case "$argument" in
        --long) long=1 ;;
        *)
            echo "usage: packaging/test.sh [--long]" >&2
            exit 2
            ;;
    esac
done

# shellcheck source=packaging/deps.sh
. "$repo/packaging/deps.sh"
# Two clones of one commit share what was compiled.
export CCACHE_BASEDIR="$repo" CCACHE_NOHASHDIR=1
export LC_ALL=C.UTF-8 TZ=UTC
export CTEST_PARALLEL_LEVEL="$jobs" CTEST_OUTPUT_ON_FAILURE=1
# A throw-away container may install the package for real; a desk gets it unpacked only.
if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ]; then
    export FLYBALL_TEST_INSTALL="${FLYBALL_TEST_INSTALL:-1}"
fi
export ASAN_OPTIONS="${ASAN_OPTIONS:-strict_string_checks=1:detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
# Debian's Qt is not instrumented; anything broader than this option hides real races.
export TSAN_OPTIONS="${TSAN_OPTIONS:-ignore_noninstrumented_modules=1:halt_on_error=1}"

say() { printf '\n== %s (%d s)\n' "$*" "$((SECONDS - started))"; }

build_dir() { # preset -> build tree
    if [ -n "${FLYBALL_BUILD_DIR:-}" ]; then
        if [ "$1" = release ]; then echo "$FLYBALL_BUILD_DIR"; else echo "$FLYBALL_BUILD_DIR-$1"; fi
    else
        echo "$repo/build-$1"
    fi
}

build_preset() { # preset [cmake arguments...]
    local preset="$1" dir
    shift
    dir="$(build_dir "$preset")"
    local -a launcher=()
    if command -v ccache >/dev/null; then
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    (cd "$repo" && cmake --preset "$preset" -B "$dir" "${launcher[@]}" "$@")
    cmake --build "$dir" --parallel "$jobs"
}

run_ctest() { # preset [ctest arguments...]
    local dir
    dir="$(build_dir "$1")"
    shift
    ctest --test-dir "$dir" --output-on-failure --no-tests=error "$@"
}

groups=(build run fonts headless test)
if [ "$long" = 1 ]; then
    groups+=(long)
fi
flyball_deps_install "${groups[@]}"
flyball_servers "$(build_dir release)/servers"

say "core alone, without Qt Quick"
build_preset core-only -DFLYBALL_TESTS=OFF

say "ASan and UBSan on the core"
build_preset dev-asan -DFLYBALL_TESTS=ON
# Lint and packaging say the same in every tree, bench figures mean nothing under a sanitizer.
run_ctest dev-asan -L '^unit$'

if [ "$long" = 1 ]; then
    say "TSan on the core"
    build_preset dev-tsan -DFLYBALL_TESTS=ON
    run_ctest dev-tsan -LE '^(lint|bench|long)$'
fi

say "release build"
build_preset release -DFLYBALL_TESTS=ON
say "all tests"
log="$(build_dir release)/ctest.log"
status=0
if [ "$long" = 1 ]; then
    FLYBALL_LONG=1 run_ctest release --no-label-summary 2>&1 | tee "$log" || status=$?
else
    run_ctest release --no-label-summary -LE '^long$' 2>&1 | tee "$log" || status=$?
fi

say "total time $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
closing="$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1 || true)"
if [ -z "$closing" ]; then
    echo "test.sh: ctest printed no closing line" >&2
    exit 1
fi
echo "$closing"
exit "$status"
