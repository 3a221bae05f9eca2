"""A script as it was written comes in; the same in fewer bytes goes out, made by Terser in V8 and kept by content.

No wheel of a minifier that knows today's JavaScript runs on all our systems, and V8 is here for the search already: so
Terser, which is one file, lies in kb/terser/. Names that other scripts may use stay as they are.
"""

from __future__ import annotations

import atexit
import functools
import json
from pathlib import Path

from py_mini_racer import MiniRacer

from kb.cache import remembered

TERSER = Path(__file__).parent / "terser" / "terser.min.js"
VERSION = "5.51.2"  # changes what is kept
ASK = """
function kbMinify(code) {
  try {
    return Terser.minify_sync(code, {ecma: 2020, format: {comments: /^!/}}).code;
  } catch (error) {
    if (!error.line) throw error;
    return {line: error.line, column: error.col + 1, message: error.message};
  }
}"""


def minify(code: str, folder: Path | None, name: str) -> str:
    """Give a script without what only people need; `folder` keeps what was made, `name` is how errors call the file.

    Raises ValueError with file, line and column for a script that no browser could read.
    """
    return remembered(folder, ("minified", VERSION, code), lambda: _made(code, name))


def _made(code: str, name: str) -> str:
    """Ask Terser."""
    made = json.loads(str(_terser().eval(f"JSON.stringify(kbMinify({json.dumps(code)}))")))
    if isinstance(made, str):
        return made + "\n"
    what = f"no browser can read this script ({made['message']})"
    raise ValueError(f"{name}:{made['line']}:{made['column']}: {what}; mend it there, or in the lines before")


@functools.cache
def _terser() -> MiniRacer:
    """Start Terser once; it ends just before the interpreter does."""
    context = MiniRacer()
    atexit.register(context.close)  # Python's own end holds V8's thread, and then closing can wait for ever
    context.eval(TERSER.read_text(encoding="utf-8") + ASK)
    return context
