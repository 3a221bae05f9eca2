"""Firefox, driven over WebDriver BiDi (W3C): an installed Firefox comes in; tabs that note each request and complaint.

Playwright speaks BiDi too, but asks of Firefox what the long-term release does not know yet, and geckodriver is in no
package of pip's. Nothing but this machine can be reached from these tabs: all else goes to a proxy that is not there.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

from websockets.sync.client import connect

HINT = "no Firefox was found, so nothing was tested in it: apt-get install firefox-esr, or name one in KB_FIREFOX"
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 1,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 1,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.disabledForTesting": True,
    "security.file_uri.strict_origin_policy": True,  # as readers have it
}
# What a page's policy refused is no message of its console; it is an event.
WATCH = """() => document.addEventListener("securitypolicyviolation", event => {
    console.error("refused", event.violatedDirective, event.blockedURI);
})"""
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowDown": "\ue015"}


def find():
    """Give the path of an installed Firefox, or None."""
    return os.environ.get("KB_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


def address(said):
    """Give the address that a Firefox says it listens at, once it does."""
    for _ in range(600):
        if found := re.search(r"listening on (ws://\S+)", said.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(said.read_text(encoding="utf-8", errors="replace")[-500:])


class Firefox:
    """A running Firefox with a profile of its own in `folder`; `dark` and `script` are what its reader has chosen."""

    def __init__(self, path, folder, *, dark=False, script=True):
        chosen = {"javascript.enabled": script, "layout.css.prefers-color-scheme.content-override": 0 if dark else 1}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in (PREFERENCES | chosen).items()]
        (folder / "user.js").write_text("".join(lines), encoding="utf-8")
        command = [path, "--headless", "--remote-debugging-port=0", "--profile", str(folder), "--no-remote"]
        self.numbers, self.events = count(1), []
        with contextlib.ExitStack() as ends:
            said = ends.enter_context((folder / "said").open("wb"))
            process = ends.enter_context(subprocess.Popen(command, stderr=said, stdout=subprocess.DEVNULL))
            ends.callback(process.terminate)
            self.wire = ends.enter_context(connect(f"{address(folder / 'said')}/session", proxy=None, max_size=None))
            self.ask("session.new", capabilities={})
            self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            self.ask("script.addPreloadScript", functionDeclaration=WATCH)
            self.close = ends.pop_all().close  # where any of these fails, nothing is left running

    def ask(self, method, **parameters):
        """Send a command and give its result; what happens meanwhile is kept in `events`."""
        number = next(self.numbers)
        self.wire.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.wire.recv(timeout=60))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer.get('message')}"
                return answer["result"]
            self.events.append(answer)

    def tab(self, width=1366, height=800):
        """Open a tab of a size."""
        context = self.ask("browsingContext.create", type="tab")["context"]
        self.ask("browsingContext.setViewport", context=context, viewport={"width": width, "height": height})
        return Tab(self, context)


class Tab:
    """One tab; what it asked for and what it complained of are in `requests` and `complaints`."""

    def __init__(self, firefox, context):
        self.firefox, self.context = firefox, context

    def _happened(self, method):
        place = {"log.entryAdded": lambda event: event["source"].get("context")}.get(method, lambda e: e["context"])
        mine = [event["params"] for event in self.firefox.events if event.get("method") == method]
        return [event for event in mine if place(event) == self.context]

    @property
    def requests(self):
        """Give the address of each thing that was asked for."""
        return [event["request"]["url"] for event in self._happened("network.beforeRequestSent")]

    @property
    def complaints(self):
        """Give each error and warning."""
        return [event["text"] for event in self._happened("log.entryAdded") if event["level"] in {"error", "warn"}]

    def goto(self, url):
        """Open an address, and wait until all of it is there."""
        self.firefox.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def run(self, expression):
        """Give the value of an expression in the page: words, a number, yes or no, a list of these."""
        target = {"context": self.context}
        command = {"expression": f"JSON.stringify({expression})", "target": target, "awaitPromise": True}
        answer = self.firefox.ask("script.evaluate", **command)
        assert answer["type"] == "success", answer.get("exceptionDetails", {}).get("text")
        return json.loads(answer["result"].get("value", "null"))

    def wait(self, expression):
        """Wait until an expression is true."""
        for _ in range(200):
            if self.run(f"Boolean({expression})"):
                return
            time.sleep(0.05)
        raise AssertionError(f"never: {expression}")

    def rest(self, expression):
        """Wait until the value of an expression has stayed the same for a third of a second."""
        before, same = None, 0
        while same < 7:
            now = self.run(expression)
            before, same = now, same + 1 if now == before else 0
            time.sleep(0.05)

    def find(self, css):
        """Give the elements that a selector finds, also where scripts are off."""
        locator = {"type": "css", "value": css}
        return self.firefox.ask("browsingContext.locateNodes", context=self.context, locator=locator)["nodes"]

    def click(self, css):
        """Click on the first element that a selector finds, as a mouse does: where it is, after scrolling to it."""
        self.point(css, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def point(self, css, *then):
        """Move the mouse over an element, and do with it what follows."""
        self.run(f"document.querySelector({json.dumps(css)}).scrollIntoView({{block: 'center'}})")
        there = {"type": "element", "element": {"sharedId": self.find(css)[0]["sharedId"]}}
        acts = [{"type": "pointerMove", "x": 0, "y": 0, "origin": there}, *then]
        self._act({"type": "pointer", "id": "mouse", "actions": acts})

    def type(self, *words):
        """Press the keys of words, or one of KEYS by its name."""
        signs = [sign for word in words for sign in ([KEYS[word]] if word in KEYS else word)]
        acts = [{"type": kind, "value": sign} for sign in signs for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": acts})

    def _act(self, source):
        self.firefox.ask("input.performActions", context=self.context, actions=[source])

    def picture(self, file):
        """Draw what is seen into a file."""
        Path(file).write_bytes(self._data("browsingContext.captureScreenshot"))

    def pdf(self):
        """Print the page on A4, and give the PDF."""
        return self._data("browsingContext.print", page={"width": 21, "height": 29.7}, background=True)

    def _data(self, method, **parameters):
        return base64.b64decode(self.firefox.ask(method, context=self.context, **parameters)["data"])
