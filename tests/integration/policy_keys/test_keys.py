# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of push targets: flyballctl as processes on a session bus with gnome-keyring, and without one."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = ""
KEY, OTHER = "key-4f1c9a7e22d0", "key-77aa0c1d9b3e"


class Case(unittest.TestCase):
    keyring = True

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-keys-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "flyball" / "data"
        self.data.mkdir(parents=True, mode=0o700)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_", "DBUS_", "DISPLAY"))}
        self.env.update({name: str(self.folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")})
        self.env["FLYBALL_HOME"] = str(self.folder / "flyball")
        self.daemon = None
        if self.keyring:
            bus = subprocess.Popen(["dbus-daemon", "--nofork", "--print-address", f"--config-file={HERE / 'session.conf'}"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.env)
            self.addCleanup(self.end, bus)
            self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
            self.start_keyring()
        self.said = ""

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()

    def bus(self, *words):
        return subprocess.run(["gdbus", *words], env=self.env, capture_output=True, check=False, timeout=20).returncode

    def start_keyring(self):
        self.daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.env)
        self.addCleanup(self.end, self.daemon)
        self.daemon.stdin.write(b"password")
        self.daemon.stdin.close()
        until = time.monotonic() + 20
        while self.bus("introspect", "--session", "--dest", "org.freedesktop.secrets", "--object-path",
                       "/org/freedesktop/secrets/collection/login"):
            self.assertLess(time.monotonic(), until, "gnome-keyring does not come up")
            time.sleep(0.05)

    def stop_keyring(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def lock(self):
        self.assertEqual(0, self.bus("call", "--session", "--dest", "org.freedesktop.secrets", "--object-path",
                                     "/org/freedesktop/secrets", "--method", "org.freedesktop.Secret.Service.Lock",
                                     "['/org/freedesktop/secrets/collection/login']"))

    def run_ctl(self, *words, expect=0, typed="", **more):
        done = subprocess.run([PROGRAM, *words], env={**self.env, **more}, capture_output=True, text=True, timeout=90,
                              input=typed, check=False)
        self.said += done.stdout + done.stderr
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def ctl(self, *words, **options):
        return json.loads(self.run_ctl("policy", *words, "--format", "json", **options).stdout)

    def refused(self, *words, **options):
        done = self.run_ctl("policy", *words, expect=2, **options)
        self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
        return done.stderr

    def target(self, secret, **more):
        path = self.data / "targets.json"
        target = {"id": "router", "kind": "bifrost", "url": "http://127.0.0.1:1", "virtual_key": "v", "secret": secret, **more}
        path.write_text(json.dumps({"targets": [target]}))
        path.chmod(0o600)

    def file(self, text=KEY, mode=0o600):
        path = self.folder / "router.key"
        path.write_text(text + "\n")
        path.chmod(mode)
        return path

    def place(self, **more):
        one = self.ctl("targets", "list", **more)["targets"][0]
        return one["key"] or one["detail"]

    def doctor(self):
        return {c["check"]: c for c in json.loads(self.run_ctl("doctor", "--format", "json").stdout)["checks"]}

    def no_key_anywhere(self):
        """Not in what was printed, nor in a file of ours."""
        for text in (KEY, OTHER):
            self.assertNotIn(text, self.said)
            for path in self.data.rglob("*"):
                if path.is_file():
                    self.assertNotIn(text.encode(), path.read_bytes(), path.name)


class WithKeyring(Case):
    def test_set_restart_use_forget(self):
        self.target(["keychain:router", "env:ROUTER_KEY"])
        self.assertEqual(self.place(ROUTER_KEY=OTHER), "from $ROUTER_KEY")
        self.ctl("targets", "set-key", "router", typed=KEY + "\n")
        self.assertEqual(self.place(ROUTER_KEY=OTHER), "in the keychain")
        self.stop_keyring()
        self.start_keyring()
        self.assertEqual(self.place(), "in the keychain")
        doctor = self.doctor()
        self.assertEqual((doctor["keychain"]["there"], doctor["key of router"]["place"]), (True, "in the keychain"))
        self.ctl("targets", "forget-key", "router")
        self.assertEqual(self.place(ROUTER_KEY=OTHER), "from $ROUTER_KEY")
        self.assertIn("does not exist", self.refused("targets", "forget-key", "router"))
        self.no_key_anywhere()

    def test_a_key_is_moved_and_its_file_deleted(self):
        path = self.file()
        self.target(f"file:{path}")
        self.assertEqual(self.place(), "in a file only you can read")
        self.ctl("targets", "move-key", "router")
        self.assertFalse(path.exists())
        targets = json.loads((self.data / "targets.json").read_text())
        self.assertEqual(targets["targets"][0]["secret"], "keychain:router")
        self.assertEqual((self.data / "targets.json").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.place(), "in the keychain")
        self.assertIn("no key in a file", self.refused("targets", "move-key", "router"))
        self.no_key_anywhere()

    def test_nothing_is_moved_over_another_key(self):
        self.target("keychain:router")
        self.ctl("targets", "set-key", "router", typed=OTHER)
        path = self.file()
        self.target(["keychain:router", f"file:{path}"])
        before = (self.data / "targets.json").read_text()
        self.assertIn("another key", self.refused("targets", "move-key", "router"))
        self.assertEqual((path.read_text(), (self.data / "targets.json").read_text()), (KEY + "\n", before))
        path = self.file(OTHER)  # the same key is no other key
        self.ctl("targets", "move-key", "router")
        self.assertFalse(path.exists())

    def test_locked_or_gone_loses_nothing(self):
        path = self.file()
        self.target(["keychain:router", f"file:{path}"])
        self.ctl("targets", "set-key", "router", typed=KEY)
        self.lock()
        for word in ("move-key", "forget-key", "set-key"):
            self.assertIn("locked", self.refused("targets", word, "router", typed=OTHER), word)
        self.assertIn("locked", self.place(), "somebody said no: the file is no way around it")
        self.assertEqual(path.read_text(), KEY + "\n")
        self.stop_keyring()
        for word in ("move-key", "forget-key", "set-key"):
            self.assertIn("no keychain", self.refused("targets", word, "router", typed=OTHER), word)
        self.assertEqual(self.place(), "in a file only you can read")
        self.assertEqual(path.read_text(), KEY + "\n")
        self.start_keyring()
        self.assertEqual(self.place(), "in the keychain")
        self.ctl("targets", "move-key", "router")
        self.assertFalse(path.exists())
        self.no_key_anywhere()

    def test_words_that_are_refused(self):
        self.target("env:ROUTER_KEY")
        self.assertIn("names no keychain entry", self.refused("targets", "set-key", "router", typed=KEY))
        self.target("keychain:router")
        self.assertIn("has none", self.refused("targets", "set-key", "router", typed="\n"))
        self.refused("targets", "set-key", typed=KEY)
        self.refused("targets", "set-key", "other", typed=KEY)
        self.refused("targets", "set-key", "router", KEY)


class WithoutKeyring(Case):
    keyring = False

    def test_what_stands_in_is_named(self):
        path = self.file()
        self.target(["keychain:router", f"file:{path}", "env:ROUTER_KEY"])
        self.assertEqual(self.place(ROUTER_KEY=OTHER), "in a file only you can read")
        path.chmod(0o640)
        self.assertIn("can be read or written by others", self.place(ROUTER_KEY=OTHER))
        path.unlink()
        self.assertEqual(self.place(ROUTER_KEY=OTHER), "from $ROUTER_KEY")
        self.assertIn("no keychain", self.place())
        self.assertIn("no keychain", self.refused("targets", "set-key", "router", typed=KEY))
        doctor = self.doctor()
        self.assertEqual((doctor["keychain"]["there"], doctor["key of router"]["state"]), (False, "warning"))
        self.file()
        self.assertIn("no keychain", self.refused("targets", "move-key", "router"))
        self.assertTrue(path.exists())


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    if not shutil.which("dbus-run-session"):
        print("no dbus-run-session here: keys in the keychain are NOT tested")
        sys.exit(0)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
