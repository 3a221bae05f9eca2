"""Builds come in, a line of JSON each; each runs in a fork of this process; their exit statuses go out.

Half of a miniature build's time would be spent on reading Python's modules. A fork has read them, and is otherwise what
`python -m mkdocs` would be: a process of its own, with its own folder, environment and end.
"""

import importlib
import json
import os
import resource
import runpy
import signal
import sys

READ = ["mkdocs.commands.build", "material", "pymdownx.superfences", *(f"kb.plugins.{name}" for name in (
    "assets", "citations", "keep", "links", "outgoing", "search", "site"))]  # fmt: skip
LONGEST = 400  # seconds; less than a test may take, so that a build that hangs is ended and its test says so


def main():
    """Run each build that is asked for, one after the other, and say how it ended."""
    for name in READ:
        importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if not child:
            return build(**job)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def build(folder, environment, arguments, limits, words):
    """Be `python -m mkdocs` in a folder, within limits; all that it prints goes into the file `words`."""
    signal.alarm(LONGEST)
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, (file, flags) in enumerate([(os.devnull, os.O_RDONLY), (words, os.O_WRONLY | os.O_CREAT)]):
        os.dup2(os.open(file, flags), number)
    os.dup2(1, 2)
    sys.argv = ["mkdocs", *arguments]
    runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.exit(main())
