"""Pins: what pyproject.toml asks for, what uv.lock fixes, and what the requirements files install are one thing."""

import re
import subprocess
import sys
import tomllib
import zipfile

from conftest import PROJECT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev

SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
GROUPS = {
    "test": "tests/requirements.txt",
    "editions": "kb/editions/requirements.txt",
    "publish": ".github/requirements.txt",
    "fuzz": "tests/fuzz/requirements.txt",
}
LOCKED = {(package["name"], package["version"]) for package in LOCK if package["name"] != "kb"}


def pins(file):
    """Read an exported requirements file as (name, version) pairs."""
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if re.match(r"[a-z]", line)]
    return {(canonicalize_name(item.name), str(item.specifier).removeprefix("==")) for item in found}


def allowed(wanted, found):
    """Say whether a range of pyproject.toml is kept by the pins."""
    requirement = Requirement(wanted)
    versions = [version for name, version in found if name == canonicalize_name(requirement.name)]
    return versions and all(version in requirement.specifier for version in versions)


def test_every_range_is_kept_by_a_pin():
    """What a newcomer installs is what the project says it needs."""
    assert not [
        wanted for wanted in SETTINGS["project"]["dependencies"] if not allowed(wanted, pins("requirements.txt"))
    ]
    for group, file in GROUPS.items():
        assert not [item for item in SETTINGS["dependency-groups"][group] if not allowed(item, pins(file))]


def test_the_requirements_files_are_the_lock():
    """Nothing is installed that the lock does not fix, and nothing locked is forgotten."""
    assert pins("requirements.txt").union(*map(pins, GROUPS.values())) == LOCKED


def test_every_locked_file_has_a_hash():
    """A package that was changed on its way is not installed by the locked route."""
    for package in LOCK:
        if package["name"] != "kb":
            files = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
            assert files, package["name"]
            assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_the_lock_knows_the_ranges_of_today():
    """Whoever changes a range renews the lock with it."""
    root = next(package for package in LOCK if package["name"] == "kb")
    locked = {canonicalize_name(item["name"]): item.get("specifier", "") for item in root["metadata"]["requires-dist"]}
    asked = {
        canonicalize_name(item.name): item.specifier for item in map(Requirement, SETTINGS["project"]["dependencies"])
    }
    assert locked.keys() == asked.keys()
    assert all(sorted(locked[name].split(",")) == sorted(str(asked[name]).split(",")) for name in asked)


def test_the_local_package_comes_with_the_requirements():
    """`pip install -r requirements.txt` is all that `mkdocs serve` needs."""
    assert "-e ." in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_pip_refuses_a_package_that_is_not_the_locked_one(tmp_path):
    """Whoever changes a package on its way to a newcomer's machine is found out by its hash, before anything runs."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "watchdog-7.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("watchdog.py", "")
        wheel.writestr("watchdog-7.1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: watchdog\nVersion: 7.1.0\n")
        wheel.writestr("watchdog-7.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        wheel.writestr("watchdog-7.1.0.dist-info/RECORD", "")
    (line,) = [line for line in dev.hashed(dev.RUN).splitlines() if line.startswith("watchdog==")]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-index",
        "--find-links",
        folder,
        "--no-deps",
        "--force-reinstall",
    ]
    for pinned, status in ((line, 1), (line.split()[0], 0)):
        (tmp_path / "pinned.txt").write_text(pinned)
        done = subprocess.run(
            [*pip, "--target", tmp_path / "there", "-r", tmp_path / "pinned.txt"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert ("DO NOT MATCH THE HASHES" in done.stderr) == bool(status)


def test_everything_that_is_installed_is_held_to_its_hash():
    """No package comes by the everyday command without the hash of the lock."""
    for files in (dev.TEST, dev.TOOL_PINS):
        lines = dev.hashed(files).splitlines()
        assert len(lines) == len(set().union(*(pins(str(file.relative_to(PROJECT))) for file in files)))
        assert all(re.search(r" --hash=sha256:[0-9a-f]{64}$", line) for line in lines)
