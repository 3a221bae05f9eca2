"""The two commands, as a newcomer types them."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import PROJECT


def run(folder, *arguments, **environment):
    """Run dev.py in `folder` as a newcomer would, outside any virtual environment."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("VIRTUAL_ENV", "PYTHON"))}
    python = getattr(sys, "_base_executable", sys.executable)
    return subprocess.run(
        [python, "dev.py", *arguments],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_verb_it_says_what_it_can_do():
    """A newcomer who types the command alone learns the verbs."""
    done = run(PROJECT)
    assert done.returncode == 2
    for verb in ("serve", "test", "build", "editions", "check", "links"):
        assert f"dev.py {verb}" in done.stdout


def test_a_verb_it_does_not_know_is_said_in_one_line():
    """A mistyped verb gives the list of verbs, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "kb", "bild"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "invalid choice: 'bild'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_debian_without_venv_is_told_the_line_to_type(tmp_path):
    """On a Debian whose Python has no venv module, the newcomer is told what to install, and may try again."""
    shutil.copy2(PROJECT / "dev.py", tmp_path)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    done = run(tmp_path, "build", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clean clone of what would be committed, in a new folder with nothing installed."""
    folder = tmp_path_factory.mktemp("clone") / "kb"
    files = subprocess.run(
        [shutil.which("git"), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    return folder


@pytest.mark.full
def test_a_newcomer_builds_the_site_with_one_command(clone):
    """One command on a clean copy gives the whole site, and a second run installs nothing again."""
    first = run(clone, "build", SOURCE_DATE_EPOCH="1795392000")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Installing" in first.stdout
    assert (clone / "site" / "help-now" / "index.html").exists()
    second = run(clone, "check")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Installing" not in second.stdout
    assert "no fault found" in second.stdout


@pytest.mark.full
def test_saving_a_page_changes_what_is_served(clone):
    """A writer saves a page, then the bibliography, and sees each change in the browser."""
    python = clone / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    server = subprocess.Popen(
        [python, "-m", "kb", "serve", "--dev-addr", "127.0.0.1:8765"],
        cwd=clone,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert served("http://127.0.0.1:8765/about/changes/", "What changed")
        page = clone / "docs" / "about" / "changes.md"
        page.write_text(page.read_text(encoding="utf-8") + "\nA sentence saved just now.\n", encoding="utf-8")
        assert served("http://127.0.0.1:8765/about/changes/", "A sentence saved just now.")
        library = clone / "docs" / "research" / "references.bib"
        text = library.read_text(encoding="utf-8")
        assert "Recovery capital: A primer" in text
        library.write_text(text.replace("Recovery capital: A primer", "A title saved just now"), encoding="utf-8")
        assert served("http://127.0.0.1:8765/research/references/", "A title saved just now")
    finally:
        server.terminate()
        server.wait(timeout=20)


def served(address, words, seconds=180):
    """Wait until a page on this machine answers with `words`; say whether it did in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server
                if words in answer.read().decode():
                    return True
        except OSError:
            pass
        time.sleep(0.5)
    return False
