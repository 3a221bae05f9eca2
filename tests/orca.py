"""Orca, the screen reader of Linux desktops, reading Firefox: keys come in; the words that it says go out.

A display of its own (Xvfb), a session bus, a window manager and the bus of assistive technology are started for it: a
screen reader hears what windows tell the desktop. What it would say is read from its own log, not from a synthesiser.
"""

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import time
import tty
from pathlib import Path

import firefox

NEEDED = ("orca", "Xvfb", "openbox", "xdotool", "dbus-daemon", "gsettings")
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
HINT = "no screen reader was found, so nothing was heard: apt-get install orca xvfb openbox xdotool at-spi2-core dbus"
SAID = re.compile(r"SPEECH OUTPUT: '(.*?)'\s*(?:\{.*\})?$", re.MULTILINE)
ECHO = re.compile(r"[a-z]|left \w+|tab|return|escape|down|up")  # a key, as Orca repeats it
PATIENCE = 45.0  # seconds: a busy machine


def missing():
    """Give why nothing can be heard on this machine, or ''."""
    if not firefox.find():
        return firefox.HINT
    return "" if LAUNCHER.exists() and all(map(shutil.which, NEEDED)) else HINT


class Orca:
    """A running Orca with a Firefox of its own; all that both keep lies in `folder`."""

    def __init__(self, folder, display=":91"):
        self.ends = contextlib.ExitStack()
        self.log = b""
        # Orca writes its log in large pieces to a file, but line by line to a terminal.
        terminal, mine = os.openpty()
        tty.setraw(mine)
        self.terminal, self.written = terminal, os.ttyname(mine)
        for end in (terminal, mine):
            self.ends.callback(os.close, end)
        home = folder / "home"
        profile = home / "profile"
        profile.mkdir(parents=True)
        (folder / "run").mkdir(mode=0o700)
        chosen = firefox.PREFERENCES | {"accessibility.force_disabled": -1, "toolkit.startup.max_resumed_crashes": -1}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items()]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        self.env = {
            **os.environ,
            "DISPLAY": display,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "GNOME_ACCESSIBILITY": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        try:
            self._start(display, profile)
        except BaseException:
            self.close()
            raise

    def _start(self, display, profile):
        self._run("Xvfb", display, "-screen", "0", "1366x768x24")
        time.sleep(1)
        bus = ["dbus-daemon", "--session", "--fork", "--print-address=1", "--print-pid=1"]
        told = subprocess.run(bus, env=self.env, capture_output=True, text=True, check=True).stdout.split()
        self.env["DBUS_SESSION_BUS_ADDRESS"] = told[0]
        self.ends.callback(os.kill, int(told[1]), signal.SIGTERM)
        switch = ["gsettings", "set", "org.gnome.desktop.interface", "toolkit-accessibility", "true"]
        subprocess.run(switch, env=self.env, check=True, capture_output=True)
        self._run("openbox")
        self._run(str(LAUNCHER), "--launch-immediately")
        time.sleep(1)
        self._run("orca", "--replace", "--debug", f"--debug-file={self.written}")
        time.sleep(4)
        self._run(firefox.find(), "--no-remote", "--kiosk", "--profile", str(profile), "about:blank")
        self.until("Finished loading")

    def _run(self, *command):
        quiet = subprocess.DEVNULL
        running = subprocess.Popen(command, env=self.env, stdout=quiet, stderr=quiet, start_new_session=True)

        def end():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()

        self.ends.callback(end)

    def close(self):
        """End all that was started."""
        self.ends.close()

    def _new(self):
        """Give what was said since this was asked last, without the names of keys; None when nothing was noted."""
        text = b""
        while select.select([self.terminal], [], [], 0)[0]:
            text += os.read(self.terminal, 1 << 16)
        if not text:
            return None
        whole, _, self.log = (self.log + text).rpartition(b"\n")
        said = [words.replace("\\n", " ").strip() for words in SAID.findall(whole.decode("utf-8", "replace"))]
        return [words for words in said if words and not ECHO.fullmatch(words)]

    def heard(self, quiet=2.0):
        """Give what is said until nothing has been said or noted for `quiet` seconds."""
        said, still, began = [], time.monotonic(), time.monotonic()
        while time.monotonic() - still < quiet and time.monotonic() - began < PATIENCE:
            if (new := self._new()) is not None:
                said, still = said + new, time.monotonic()
            time.sleep(0.1)
        return said

    def until(self, words):
        """Give what is said up to and with the first words that hold `words`; fail when they do not come."""
        said, began = [], time.monotonic()
        while time.monotonic() - began < PATIENCE:
            said += self._new() or []
            if any(words in one for one in said):
                return said
            time.sleep(0.2)
        raise AssertionError(f"never heard {words!r}, but {said[-40:]}")

    def _do(self, *hands):
        subprocess.run([str(shutil.which("xdotool")), *hands], env=self.env, check=True)

    def press(self, *keys, quiet=2.0):
        """Press keys, each by its X11 name, and give what is said."""
        self.heard(0.3)
        for key in keys:
            self._do("key", "--clearmodifiers", key)
        return self.heard(quiet)

    def type(self, words):
        """Type words, as fast as a person may."""
        self.heard(0.3)
        self._do("type", "--delay", "150", words)

    def open(self, url):
        """Open an address, and give all that is said of the page, to its end."""
        self._do("key", "ctrl+l")
        time.sleep(1)
        self._do("type", "--delay", "8", url)
        self.heard(0.5)
        self._do("key", "Return")
        said = self.until("Page has")
        return said + self.heard(3)
