# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell scripts: shellcheck-clean, strict mode, executable."""
import os
import shutil
import subprocess

from checks.common import files, read, relative


def missing_tool():
    return None if shutil.which("shellcheck") else "shellcheck is not installed"


def run(root):
    found = []
    for path in files(root):
        first = read(path).split("\n", 1)[0] if path.suffix in (".sh", "") else ""
        if not first.startswith("#!") or not first.endswith(("bash", "/sh")):
            continue
        name = relative(path, root)
        if "set -eu" not in read(path):
            found.append(f"{name}:1: no 'set -euo pipefail'")
        if not os.access(path, os.X_OK) and root.joinpath(".git").exists():
            found.append(f"{name}:1: not executable")
        result = subprocess.run(["shellcheck", "-x", "-P", str(root), "-f", "gcc", str(path)],
                                capture_output=True, text=True, check=False)
        found += [line.replace(str(root) + "/", "") for line in result.stdout.splitlines()]
    return found


BAD = {
    "unquoted": {"packaging/a.sh": "#!/usr/bin/env bash\nset -euo pipefail\nrm $1\n"},
    "not strict": {"packaging/b.sh": "#!/usr/bin/env bash\necho hello\n"},
}
GOOD = {"clean": {"packaging/a.sh": "#!/usr/bin/env bash\nset -euo pipefail\nrm -- \"$1\"\n"}}
