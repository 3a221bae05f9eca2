"""A verb comes in; a virtual environment is made when the pins change, and `python -m kb VERB` does the rest.

Standard library only, so that it runs on a fresh machine with nothing but Python 3.11 or newer:

    python3 dev.py serve     the site on http://127.0.0.1:8000, with live reload
    python3 dev.py test      lint, types and tests; --full for the long ones
    python3 dev.py build     the site as files, in site/
    python3 dev.py sheets    pictures of every kind of page, by width and by day or night, in dist/sheets/
    python3 dev.py editions  the copies for reading offline, in dist/
    python3 dev.py check     all that writers wrote, without building
    python3 dev.py search    what a reader's words find, and why
    python3 dev.py release   the link contract: every address that is to work for ever
    python3 dev.py materials what all of it is made with: the bill of materials of a release, in dist/
    python3 dev.py links     pages elsewhere, asked over the network; a report, never a failure
    python3 dev.py fetch     a bibliography that is kept elsewhere, as a copy that builds read
    python3 dev.py reproduce two clean builds, compared byte for byte
    python3 dev.py verify    a served copy, crawled as a reader would
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

with contextlib.suppress(ImportError):  # an older Python, which main() names
    import tomllib

PROJECT = Path(__file__).resolve().parent
PLACE = PROJECT / ".venv"
TOOLS = PROJECT / ".cache" / "tools"  # of a release and of the audit: what they need is not what a build needs
OLDEST = (3, 11)
RUN = [PROJECT / "requirements.txt"]
EDITIONS = [*RUN, PROJECT / "kb" / "editions" / "requirements.txt"]
TEST = [*EDITIONS, PROJECT / "tests" / "requirements.txt"]
TOOL_PINS = [PROJECT / ".github" / "requirements.txt"]
NEEDS = {"test": TEST, "sheets": TEST} | dict.fromkeys(("editions", "release", "materials", "reproduce"), EDITIONS)
PIN = re.compile(r"([\w.-]+)==([^\s;]+)")
APT = "Debian's Python comes without venv. Type: apt-get install python3-venv   (with sudo, if you are not root)"


def main(arguments: list[str]) -> int:
    """Make the environment that the verb needs, then run the verb in it; give its exit status."""
    if sys.version_info < OLDEST:
        print("This needs Python 3.11 or newer; this is " + sys.version.split()[0], file=sys.stderr)
        return 1
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0 if arguments else 2
    python = interpreter(PLACE)
    if not (prepare(PLACE) and install(PLACE, NEEDS.get(arguments[0], RUN))):
        return 1
    billed = arguments[0] in {"release", "materials"} and "--draft" not in arguments
    if billed and not (prepare(TOOLS) and install(TOOLS, TOOL_PINS)):
        return 1
    try:
        return subprocess.run([str(python), "-m", "kb", *arguments], cwd=PROJECT, check=False).returncode
    except KeyboardInterrupt:
        return 0


def interpreter(place: Path) -> Path:
    """Give the Python of a virtual environment."""
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(place: Path) -> bool:
    """Make a virtual environment if it is not there; say what to do if that fails."""
    if interpreter(place).exists():
        return True
    print(f"Making a virtual environment in {place.relative_to(PROJECT)} …", flush=True)
    try:
        importlib.import_module("ensurepip")  # the part that Debian leaves out
        venv.create(place, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        shutil.rmtree(place, ignore_errors=True)  # half an environment would be taken for a whole one next time
        print(APT, file=sys.stderr)
        return False
    return True


def install(place: Path, files: list[Path]) -> bool:
    """Install the pinned packages, unless exactly these pins were installed the last time."""
    stamp = place / f"installed-{len(files)}"
    pins = hashlib.sha256(b"".join(file.read_bytes() for file in [*files, PROJECT / "pyproject.toml"])).hexdigest()
    if stamp.exists() and stamp.read_text() == pins:
        return True
    print("Installing the pinned packages (the first time, this takes a minute or two) …", flush=True)
    pip = [str(interpreter(place)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text(hashed(files), encoding="utf-8")
        commands = [[*pip, "--require-hashes", "--no-deps", "--requirement", str(pinned)]]
        if RUN[0] in files:
            commands.append([*pip, "--no-deps", "--editable", "."])
        if any(subprocess.run(command, cwd=PROJECT, check=False).returncode for command in commands):
            print("The packages could not be installed; the lines above say why.", file=sys.stderr)
            return False
    stamp.write_text(pins)
    return True


def hashed(files: list[Path]) -> str:
    """Give the pins of requirement files, each with the SHA-256 of every file that uv.lock knows for it.

    pip refuses hashes beside a local package, so the files themselves, for use without dev.py, are without.
    """
    known = {}
    for package in tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]:
        built = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        known[package["name"], package["version"]] = [file["hash"] for file in built]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = [match for match in map(PIN.match, sorted(lines, key=len, reverse=True)) if match]
    pins = {(match[1], match[2]): match.string for match in found}  # of the same pin twice, the plainest line
    return "".join(
        f"{line} {' '.join(f'--hash={each}' for each in known[pin])}\n" for pin, line in sorted(pins.items())
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
