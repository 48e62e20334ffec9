# SPDX-License-Identifier: GPL-3.0-or-later
"""Xvfb on a number of its own, and the flyball window on it with its trace lines."""
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

MISSING = [tool for tool in ("Xvfb",) if not shutil.which(tool)]
XWD_HEADER = 100


class Display:
    """A screen of 1600 x 1000 at 24 bits, kept in a file that pixels() reads."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        read, write = os.pipe()
        self.log = open(self.folder / "xvfb.log", "wb")
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-fbdir",
             str(self.folder)], pass_fds=[write], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start: " + (self.folder / "xvfb.log").read_text(errors="replace"))
        self.name = f":{number}"

    def pixels(self):
        """The screen as it is now: width, height and the bytes (B, G, R, unused) of each line in turn."""
        data = (self.folder / "Xvfb_screen0").read_bytes()
        words = [int.from_bytes(data[at:at + 4], "big") for at in range(0, XWD_HEADER, 4)]
        header, width, height, stride, colours = words[0], words[4], words[5], words[12], words[19]
        begin = header + colours * 12
        rows = [data[begin + y * stride:begin + y * stride + width * 4] for y in range(height)]
        return width, height, rows

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Window:
    """A running flyball. Its stderr is split into trace lines and the rest, which should be empty."""

    def __init__(self, program, arguments, env):
        self.began = time.monotonic_ns()
        self.process = subprocess.Popen([str(program), *map(str, arguments)], env=dict(env, FLYBALL_TRACE="1"),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.trace, self.others = [], []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace").rstrip()
            if text.startswith('{"trace":'):
                self.trace.append(json.loads(text))
            else:
                self.others.append(text)

    def wait_for(self, what, test, seconds):
        """The first trace line `what` that passes the test; None if none came in time."""
        deadline, at = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            while at < len(self.trace):
                line = self.trace[at]
                at += 1
                if line["trace"] == what and test(line):
                    return line
            if self.process.poll() is not None:
                return None
            time.sleep(0.02)
        return None

    def stop(self, seconds=20):
        """Asks it to end with SIGTERM; its exit code, or None if it had to be killed."""
        self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        self.thread.join()
        return code


def own_home(folder, display):
    """An environment in which nothing of the person's own is seen or touched."""
    folder = pathlib.Path(folder)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("FLYBALL_", "XDG_", "CLAUDE_", "QT_", "QSG_", "WAYLAND_", "DBUS_"))}
    env.update(HOME=str(folder), FLYBALL_HOME=str(folder / "flyball"), XDG_RUNTIME_DIR=str(runtime),
               TMPDIR=str(folder), DISPLAY=display, QT_QPA_PLATFORM="xcb", LIBGL_ALWAYS_SOFTWARE="1", TZ="UTC",
               LC_ALL="C.UTF-8")
    return env
