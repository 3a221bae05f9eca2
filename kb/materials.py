"""The pins, what is installed and what is borrowed come in; the bill of materials of a release goes out as one file.

CycloneDX 1.6 as JSON, the same bytes from the same pins: what a build and its editions are made with, and what others
wrote that lies in this repository. What only tests and tools need is not in it, whether installed or not.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

from kb import pandoc
from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "bill-of-materials.json"
PINS = ("requirements.txt", "kb/editions/requirements.txt")
BORROWED = ("overrides/assets/vendor/vendor.toml", "kb/editions/fonts/vendor.toml", "kb/terser/vendor.toml")
TOOLS = f".cache/tools/{'Scripts' if os.name == 'nt' else 'bin'}/cyclonedx-py"
PANDOC = {  # the program inside the package pypandoc-binary, which says nothing of it
    "type": "application", "bom-ref": "pandoc", "name": "pandoc", "purl": "pkg:hackage/pandoc",
    "description": "started while a build runs; nothing of it is in what is published",
    "licenses": [{"license": {"id": "GPL-2.0-or-later"}}],
}  # fmt: skip
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pinned(project: Path) -> dict[str, set[str]]:
    """Give the versions of each package that the pins for building and for editions allow, by its name in one form."""
    found: dict[str, set[str]] = {}
    for file in PINS:
        for name, version in PIN.findall((project / file).read_text(encoding="utf-8")):
            found.setdefault(plain(name), set()).add(version)
    return found


def plain(name: str) -> str:
    """Give a package's name in the one form in which two are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def write_bill(project: Path, folder: Path) -> tuple[Path | None, list[Finding]]:
    """Write the bill of what is installed here and borrowed into `folder`; give the file, or why there is none.

    Each package must have a version that the pins name. The tool is in an environment of its own, which `dev.py` makes.
    """
    tool = project / TOOLS
    mend = "type `python3 dev.py materials`, which installs what is pinned"
    if not tool.exists():
        return None, [Finding(FILE, 0, 0, "the tool that writes it is not installed", mend)]
    command = [str(tool), "environment", "--output-reproducible", "--of", "JSON", "-o", "-", sys.executable]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        what = f"it could not be written ({' '.join(done.stderr.split())[-200:]})"
        return None, [Finding(FILE, 0, 0, what, mend)]
    whole, pins = json.loads(done.stdout), pinned(project)
    for item in _kept(whole, pins):
        if item["version"] not in pins[plain(item["name"])]:
            what = f"{item['name']} {item['version']} is installed, and the pins name another"
            return None, [Finding(FILE, 0, 0, what, mend)]
    parts = [*_kept(whole, pins), PANDOC | {"version": pandoc.version()}, *_borrowed(project)]
    bill = _cut(whole, pins) | {"components": parts}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    file.write_bytes((json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    return file, []


def _kept(whole: dict[str, Any], pins: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    """Give the installed packages that a build or an edition needs, without addresses on this machine."""
    for item in whole["components"]:
        if plain(item["name"]) in pins:
            away = [link for link in item.get("externalReferences", []) if link["url"].startswith("http")]
            yield item | ({"externalReferences": away} if away else {})


def _cut(whole: dict[str, Any], pins: dict[str, set[str]]) -> dict[str, Any]:
    """Give the bill's frame: what it is of, and which package needs which, of those that are in it."""
    names = {item["bom-ref"]: plain(item["name"]) for item in whole["components"]}
    kept = {ref for ref, name in names.items() if name in pins}
    needs = [
        {"ref": item["ref"], "dependsOn": sorted(kept.intersection(item.get("dependsOn", [])))}
        for item in whole["dependencies"]
        if item["ref"] in kept
    ]
    own: dict[str, Any] = next((item for item in whole["components"] if plain(item["name"]) == "kb"), {})
    about = {key: own[key] for key in ("name", "version", "description", "licenses") if key in own}
    frame = whole["metadata"] | {"component": {"type": "application", "bom-ref": "kb"} | about}
    return whole | {"metadata": frame, "dependencies": needs}


def _borrowed(project: Path) -> Iterator[dict[str, Any]]:
    """Give the files that others wrote and that lie in this repository, each with its checksum."""
    for name in BORROWED:
        file = project / name
        for item in tomllib.loads(file.read_text(encoding="utf-8"))["file"]:
            path = file.parent / item["path"]
            yield {
                "type": "file",
                "bom-ref": path.relative_to(project).as_posix(),
                "name": path.relative_to(project).as_posix(),
                "version": item["version"],
                "description": item["source"],
                "licenses": [{"license": {"id": item["licence"].partition(" ")[0]}}],
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
            }
