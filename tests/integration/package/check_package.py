#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_package.py CPACK BUILD_DIR SOURCE_DIR VERSION: packs, lints, unpacks and starts the Debian package.

By default the package is unpacked into a temporary folder. With FLYBALL_TEST_INSTALL=1, as root, it is
installed with dpkg, started from /usr/bin and removed again. Exit 77 when dpkg is absent.
"""
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from contents import ProblemList, check_control, check_man_options, check_qml_imports, check_tree, png_size

PROGRAMS = ("flyball", "flyballctl", "agentsim")
SUBCOMMANDS = ("report", "watch", "ingest", "sources", "prices", "policy", "doctor")
STARTUP_SECONDS = 120


def run(command, **options):
    print("$", " ".join(str(c) for c in command), flush=True)
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)


def must(problems, command, **options):
    result = run(command, **options)
    if result.returncode != 0:
        problems.add(f"{pathlib.Path(str(command[0])).name} exit {result.returncode}:\n{result.stdout}{result.stderr}")
    return result


def pack(problems, cpack, build, out):
    result = must(problems, [cpack, "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", out])
    debs = sorted(out.glob("*.deb"))
    if len(debs) != 1:
        problems.add(f"cpack made {len(debs)} packages instead of one\n{result.stdout}{result.stderr}")
        return None
    return debs[0]


def lint(problems, deb):
    if not shutil.which("lintian"):
        print("lintian is not installed: step left out")
        return
    options = ["--fail-on", "error", "--tag-display-limit", "0"]
    if os.geteuid() == 0:
        options.append("--allow-root")
    result = must(problems, ["lintian", *options, deb])
    print(result.stdout)


def validate_metadata(problems, root):
    share = root / "usr/share"
    for tool, arguments in (
        ("desktop-file-validate", [share / "applications/flyball.desktop"]),
        ("appstreamcli", ["validate", "--no-net", share / "metainfo/io.github.flyball.Flyball.metainfo.xml"]),
    ):
        if shutil.which(tool):
            must(problems, [tool, *arguments])
        else:
            print(f"{tool} is not installed: step left out")
    if shutil.which("man"):
        for program in PROGRAMS:
            page = share / f"man/man1/{program}.1.gz"
            result = must(problems, ["man", "--warnings", "-E", "UTF-8", "-l", page],
                          env=dict(os.environ, MANROFFSEQ="", MANWIDTH="80", LC_ALL="C.UTF-8"))
            if result.stderr.strip():
                problems.add(f"{program}.1: {result.stderr.strip()}")


def help_texts(problems, bin_dir, options):
    """What each program says about itself; flyballctl says it per subcommand."""
    texts = {name: must(problems, [bin_dir / name, "--help"], **options).stdout for name in PROGRAMS}
    for word in SUBCOMMANDS:
        if word not in texts["flyballctl"]:
            problems.add(f"flyballctl --help does not name {word}")
        texts["flyballctl"] += must(problems, [bin_dir / "flyballctl", word, "--help"], **options).stdout
    return texts


def start(problems, bin_dir, version, share):
    """Starts the programs of the package in a home of their own, without a display."""
    with tempfile.TemporaryDirectory() as home:
        runtime = pathlib.Path(home) / "runtime"
        runtime.mkdir(mode=0o700)
        env = {"PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": home, "FLYBALL_HOME": f"{home}/flyball", "LC_ALL": "C.UTF-8",
               "TZ": "UTC", "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
        options = {"env": env, "cwd": home, "timeout": STARTUP_SECONDS}
        shown = must(problems, [bin_dir / "flyball", "--version"], **options).stdout
        if version not in shown:
            problems.add(f"flyball --version says {shown!r}, the package is {version}")
        for name, text in help_texts(problems, bin_dir, options).items():
            page = gzip.decompress((share / f"man/man1/{name}.1.gz").read_bytes()).decode()
            check_man_options(problems, name, page, text)
        picture = pathlib.Path(home) / "overview.png"
        result = must(problems, [bin_dir / "flyball", "--demo", "--page", "overview", "--screenshot", picture,
                                 "--size", "1280x800", "--after", "6000"], **options)
        if png_size(picture) != (1280, 800):
            problems.add(f"no 1280x800 picture of the started app, got {png_size(picture)}\n{result.stderr}")
        for line in result.stderr.splitlines():
            if re.search(r"is not installed|plugin .* not found|ReferenceError|TypeError|Cannot find font", line):
                problems.add(f"flyball --demo: {line}")


def install_and_start(problems, deb, version, share):
    must(problems, ["dpkg", "-i", deb])
    try:
        start(problems, pathlib.Path("/usr/bin"), version, share)
    finally:
        must(problems, ["dpkg", "--purge", "flyball"])
    for program in PROGRAMS:
        if pathlib.Path("/usr/bin", program).exists():
            problems.add(f"/usr/bin/{program} is still there after the purge")


def main(cpack, build, source, version):
    for tool in ("dpkg-deb", "dpkg-shlibdeps"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            return 77
    problems = ProblemList()
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        deb = pack(problems, cpack, pathlib.Path(build), out / "deb")
        if deb:
            lint(problems, deb)
            root = out / "root"
            must(problems, ["dpkg-deb", "-x", deb, root])
            control = run(["dpkg-deb", "-f", deb]).stdout
            check_control(problems, control, version)
            check_qml_imports(problems, pathlib.Path(source), control)
            check_tree(problems, root, PROGRAMS)
            validate_metadata(problems, root)
            installed = run(["dpkg-query", "-W", "-f=${db:Status-Status}", "flyball"]).stdout == "installed"
            if os.environ.get("FLYBALL_TEST_INSTALL") == "1" and os.geteuid() == 0 and not installed:
                install_and_start(problems, deb, version, root / "usr/share")
            else:
                start(problems, root / "usr/bin", version, root / "usr/share")
    return problems.report()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
