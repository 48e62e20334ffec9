# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority made for one test, by the openssl program."""
import subprocess


class Authority:
    def __init__(self, folder, name="Test authority"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self.key = folder / "authority.pem", self.new_key("authority")
        self.run("req", "-x509", "-new", "-key", self.key, "-subj", f"/CN={name}", "-days", "2", "-out", self.file)

    def run(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], cwd=self.folder, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        return done

    def new_key(self, name, kind="EC"):
        path = self.folder / f"{name}.key"
        curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "EC" else []
        self.run("genpkey", "-algorithm", kind, *curve, "-out", path)
        path.chmod(0o600)
        return path

    def issue(self, name, hosts="DNS:localhost,IP:127.0.0.1", days=1, kind="EC"):
        """(certificate, key); negative days: it has expired. Without hosts it names none."""
        key, request, out = self.new_key(name, kind), self.folder / f"{name}.csr", self.folder / f"{name}.pem"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={hosts}\n" if hosts else "basicConstraints=CA:FALSE\n")
        self.run("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        self.run("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                 "-extfile", extensions, "-out", out)
        return out, key
