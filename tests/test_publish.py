"""Building: what is good is never lost to a build that fails, and the same commit gives the same site."""

import filecmp
import os
import subprocess
import sys

import pytest
from conftest import PROJECT

from kb import publish


def test_a_site_takes_the_place_of_the_last_one(tmp_path):
    """A new build replaces the old one as a whole, leaving nothing of it behind."""
    for name, text in (("site", "old"), ("site.new", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{text}.html").write_text(text)
    publish.replace(tmp_path / "site.new", tmp_path / "site")
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["new.html", "site"]


def test_a_build_that_fails_leaves_the_last_good_site(project_copy):
    """A writer's slip never takes the site away from its readers."""
    site = project_copy / "site"
    site.mkdir()
    (site / "index.html").write_text("the last good site")
    file = project_copy / "docs" / "practice" / "index.md"
    file.write_text(file.read_text(encoding="utf-8").replace("title:", "titel:", 1), encoding="utf-8")
    assert publish.build(project_copy, site) == 1
    assert [file.name for file in site.iterdir()] == ["index.html"]
    assert not (project_copy / "site.new").exists()


def build(folder, **environment):
    """Build the real site into `folder` and give the folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    subprocess.run(
        command, cwd=PROJECT, env=publish.environment() | environment, capture_output=True, text=True, check=True
    )
    return folder


def differences(comparison):
    """List the files in which two folders differ."""
    found = comparison.left_only + comparison.right_only + comparison.diff_files
    return found + [item for below in comparison.subdirs.values() for item in differences(below)]


@pytest.mark.full
def test_the_same_commit_gives_the_same_bytes(tmp_path):
    """Two builds with another hash seed and time zone are the same, byte for byte."""
    day = {"SOURCE_DATE_EPOCH": "1795392000"}
    one = build(tmp_path / "one", PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", **day)
    two = build(tmp_path / "two", PYTHONHASHSEED="2", TZ="America/Anchorage", **day)
    assert differences(filecmp.dircmp(one, two, ignore=[])) == []
    assert (one / "index.html").read_bytes() == (two / "index.html").read_bytes()


@pytest.mark.full
def test_a_build_needs_no_network(tmp_path):
    """With every connection refused by a guard, the site still builds."""
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*a, **k):\n    raise OSError('a build tried to reach the network')\n"
        "socket.socket.connect = refuse\nsocket.create_connection = refuse\nsocket.getaddrinfo = refuse\n"
    )
    paths = os.pathsep.join([str(guard), os.environ.get("PYTHONPATH", "")])
    assert (build(tmp_path / "site", PYTHONPATH=paths) / "index.html").exists()
