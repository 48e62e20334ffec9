#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The one list of Debian packages. Sourced by run.sh and test.sh; read by install.cmake as
#   deps.sh --list GROUP...      (groups: build run fonts headless test long)
# so that the .deb depends on exactly what a development machine installs.

declare -A FLYBALL_DEPS=(
    # Compilers, generators, headers.
    [build]="cmake ninja-build g++ ccache pkg-config
        qt6-base-dev qt6-declarative-dev qt6-declarative-dev-tools qt6-charts-dev
        qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools qtkeychain-qt6-dev
        nlohmann-json3-dev libboost-dev libsqlite3-dev libssl-dev zlib1g-dev
        libzstd-dev libprotozero-dev"
    # QML modules, and libsecret for the keychain: loaded by name at run time, so no library dependency pulls them in.
    [run]="qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript
        qml6-module-qtquick qml6-module-qtquick-window qml6-module-qtquick-layouts
        qml6-module-qtquick-controls qml6-module-qtquick-templates qml6-module-qtquick-dialogs
        qml6-module-qtquick-shapes qml6-module-qtcharts qml6-module-qt-labs-folderlistmodel libsecret-1-0"
    # Without any font Qt draws an empty box for every glyph and says nothing.
    [fonts]="fonts-dejavu-core"
    # A display for machines that have none.
    [headless]="xvfb xauth libgl1-mesa-dri"
    # dbus-daemon to gnome-keyring: a session bus with a real keychain. openssl makes certificates.
    [test]="python3 python3-prometheus-client qml6-module-qttest clang-format-14 shellcheck
        dbus-daemon libglib2.0-bin gnome-keyring openssl
        dpkg-dev file lintian desktop-file-utils appstream man-db groff-base"
    # Only for test.sh --long: fuzzers need clang's runtime.
    [long]="clang libclang-rt-14-dev"
)

flyball_deps_list() {
    local group package
    for group in "$@"; do
        if [ -z "${FLYBALL_DEPS[$group]:-}" ]; then
            echo "deps.sh: unknown group '$group'" >&2
            return 2
        fi
        for package in ${FLYBALL_DEPS[$group]}; do
            printf '%s\n' "$package"
        done
    done
}

flyball_deps_missing() {
    local package
    while IFS= read -r package; do
        # "installed" must be the whole status: a removed package keeps a "config-files" entry.
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
            printf '%s\n' "$package"
        fi
    done < <(flyball_deps_list "$@")
}

# flyball_deps_install GROUP...: installs what is missing, touches nothing when all is there.
flyball_deps_install() {
    if [ "${FLYBALL_SKIP_DEPS:-0}" = 1 ]; then
        return 0
    fi
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "flyball: not a Debian system; install the counterparts of these packages yourself," >&2
        echo "flyball: then set FLYBALL_SKIP_DEPS=1 to silence this message:" >&2
        flyball_deps_list "$@" | tr '\n' ' ' >&2
        echo >&2
        return 0
    fi
    local -a missing
    mapfile -t missing < <(flyball_deps_missing "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    local -a as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "flyball: these packages are missing and neither root nor sudo is available:" >&2
            echo "flyball:   ${missing[*]}" >&2
            echo "flyball: ask an administrator to run: apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
        if [ ! -t 0 ]; then
            as_root+=(-n) # nobody is there to type a password
        fi
    fi
    echo "flyball: installing ${missing[*]}"
    local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q)
    # A stale mirror is no reason to stop: what is known may still be installable.
    "${apt[@]}" update || echo "flyball: apt-get update failed, trying with the lists at hand" >&2
    local package
    local -a known=()
    for package in "${missing[@]}"; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            known+=("$package")
        else
            echo "flyball: this system has no package '$package'; what needs it will say so" >&2
        fi
    done
    if [ "${#known[@]}" -eq 0 ]; then
        return 0
    fi
    if ! "${apt[@]}" install -y --no-install-recommends "${known[@]}"; then
        echo "flyball: could not install: ${known[*]}" >&2
        return 1
    fi
}

# Servers that tests start for themselves. As packages they would run on this machine, and listen on all its addresses:
# they are unpacked, not installed.
FLYBALL_SERVERS="prometheus victoria-metrics"

# flyball_servers FOLDER: puts those that are not installed there, and all of them into PATH. Tests say which they miss.
flyball_servers() {
    local folder="$1" package
    for package in $FLYBALL_SERVERS; do
        if command -v "$package" >/dev/null || [ -x "$folder/usr/bin/$package" ]; then
            continue
        fi
        echo "flyball: unpacking $package"
        mkdir -p "$folder/download"
        if ! (cd "$folder/download" && apt-get -q download "$package" && dpkg-deb -x "$package"_*.deb "$folder"); then
            echo "flyball: $package is not to be had; the tests that need it are skipped" >&2
        fi
        rm -rf "$folder/download"
    done
    export PATH="$folder/usr/bin:$PATH"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -euo pipefail
    case "${1:-}" in
        --list) flyball_deps_list "${@:2}" ;;
        --missing) flyball_deps_missing "${@:2}" ;;
        *)
            echo "usage: deps.sh --list|--missing GROUP...   (build run fonts headless test long)" >&2
            exit 2
            ;;
    esac
fi
