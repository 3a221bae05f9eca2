"""Building: what is good is never lost to a build that fails or is killed, and no build needs a network."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import PROJECT, often, page

from kb import atomic, publish

PUBLISH = """
import sys
from pathlib import Path
from kb.publish import publish
sys.exit(publish(Path(sys.argv[1]), Path(sys.argv[1], "site")))
"""
UNSHARE = shutil.which("unshare")
# In a namespace of its own: a disk of 24 MB, a good site on it, then all but `room` bytes filled, and another build.
SMALL_DISK = """
set -e
mount -t tmpfs -o size=24m none "$1"
cp -r "$2/." "$1"
cd "$1"
"$3" -c "$4" "$1"
find -L site -type f -exec sha256sum {} + | sort > "$2/before"
dd if=/dev/zero of=filler bs=1k count=$(( $(df -k --output=avail . | tail -1) - $5 )) 2>/dev/null
if "$3" -c "$4" "$1"; then echo built > "$2/wrong"; fi
find -L site -type f -exec sha256sum {} + | sort > "$2/after"
"""


def digest(folder):
    """Give one check of every file of a folder, by name and content."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(f"{file.relative_to(folder)}".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def filled(folder, text):
    """Make a folder with one page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(text)
    return folder


@pytest.fixture
def small(miniature, tmp_path):
    """A miniature site's project, published once; give it with a function that publishes it again."""
    assert miniature({}).status == 0
    shutil.rmtree(tmp_path / "site")

    def run(**options):
        command = [sys.executable, "-c", PUBLISH, str(tmp_path)]
        return subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
        )

    first = run()
    output = first.communicate()[0]
    assert first.returncode == 0, output
    return tmp_path, run


def test_a_site_takes_the_place_of_the_last_one(tmp_path):
    """A new build replaces the old one as a whole, leaving nothing of it behind."""
    for name, text in (("site", "old"), ("site.new", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{text}.html").write_text(text)
    atomic.swap(tmp_path / "site.new", tmp_path / "site")
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["new.html", "site"]


def test_a_build_that_fails_leaves_the_last_good_site(project_copy):
    """A writer's slip never takes the site away from its readers."""
    site = project_copy / "site"
    site.mkdir()
    (site / "index.html").write_text("the last good site")
    file = project_copy / "docs" / "practice" / "index.md"
    file.write_text(file.read_text(encoding="utf-8").replace("title:", "titel:", 1), encoding="utf-8")
    assert publish.build(project_copy, site) == 1
    assert publish.publish(project_copy, site) == 1
    assert [file.name for file in site.iterdir()] == ["index.html"]
    assert not (project_copy / "site.new").exists()
    assert [file.name for file in atomic.home(site).iterdir()] == ["lock"]


@pytest.mark.skipif(not atomic.LINKS, reason="there are no links to folders here")
def test_a_reader_meets_the_old_site_or_the_new_one_and_nothing_between(tmp_path):
    """However often the site is replaced while it is read, no page is ever missing or half there."""
    site, met, stop = tmp_path / "site", [], threading.Event()

    def read():
        while not stop.is_set():
            met.append((site / "index.html").read_text())

    with atomic.alone(site):
        atomic.put(filled(atomic.new_folder(site), "0" * 1000), site)
        reader = threading.Thread(target=read)
        reader.start()
        for number in range(1, 30):
            atomic.put(filled(atomic.new_folder(site), str(number % 10) * 1000), site)
        stop.set()
        reader.join()
    assert met
    assert {len(text) for text in met} == {1000}
    assert all(len(set(text)) == 1 for text in met)
    assert len(list(atomic.home(site).glob("site-*"))) == 1 + atomic.KEPT


@pytest.mark.skipif(not atomic.LINKS, reason="there are no links to folders here")
def test_a_plain_folder_becomes_a_link_without_being_lost(tmp_path):
    """Whoever has a site from an older version gets the new way of keeping it by building once."""
    site = filled(tmp_path / "site", "old")
    with atomic.alone(site):
        atomic.put(filled(atomic.new_folder(site), "new"), site)
    assert site.is_symlink()
    assert not site.readlink().is_absolute()  # so that the whole folder can be moved
    assert (site / "index.html").read_text() == "new"
    assert not (tmp_path / "site.old").exists()


def test_a_kill_between_two_renames_is_mended_at_the_next_start(tmp_path):
    """Where there are no links, a site that was just put aside comes back by itself."""
    filled(tmp_path / "site.old", "the last good site")
    with atomic.alone(tmp_path / "site"):
        assert (tmp_path / "site/index.html").read_text() == "the last good site"


def test_two_builds_of_one_site_do_not_meet(tmp_path):
    """Whoever starts a second build by mistake is told so, and the first one ends well."""
    said = pytest.raises(atomic.BusyError, match="another build is writing it")
    with atomic.alone(tmp_path / "site"), said, atomic.alone(tmp_path / "site"):
        pytest.fail("the second build was let in")


@pytest.mark.parametrize("options", often([["--strict"], ["--strict", "-q"], []], ["--strict", "-q"]))
def test_mkdocs_own_command_leaves_the_last_good_site_too(small, options):
    """Whoever types `mkdocs build` keeps the last good site, and `-q` hides no warning from `--strict`."""
    project, _ = small
    before = digest(project / "site")
    broken = "A [link](nowhere.md) to nothing.\n" if options else '--8<-- "nothing.svg"\n'
    (project / "docs/index.md").write_text(page("Home", broken), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", *options]
    done = subprocess.run(command, cwd=project, env=publish.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert digest(project / "site") == before
    assert "Traceback" not in done.stderr
    assert not (project / "site.new").exists()


def killed(small, seed, times):
    """Change the site and kill its build at random moments; give how often it was killed before its end."""
    project, run = small
    moments, count = random.Random(seed), 0  # noqa: S311 - no secret
    start = time.monotonic()
    good = {digest(project / "site")}
    run().communicate()
    usual = time.monotonic() - start
    for number in range(times):
        (project / "docs/index.md").write_text(page("Home", f"Version {number}.\n"), encoding="utf-8")
        build = run(start_new_session=True)
        time.sleep(moments.uniform(0, usual))
        os.killpg(build.pid, signal.SIGKILL)
        output = build.communicate()[0]
        count += build.returncode != 0
        now = digest(project / "site")
        if build.returncode == 0:
            good = {now}
        assert "Traceback" not in output
        assert now in good or f"Version {number}." in (project / "site/index.html").read_text(encoding="utf-8")
        good = {now}
    (project / "docs/index.md").write_text(page("Home", "The last version.\n"), encoding="utf-8")
    last = run()
    last.communicate()
    assert last.returncode == 0
    assert "The last version." in (project / "site/index.html").read_text(encoding="utf-8")
    assert len([*atomic.home(project / "site").iterdir()]) <= 2 + atomic.KEPT  # the lock, the site, the one before
    return count


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_a_build_killed_at_any_moment_leaves_the_last_good_site(small):
    """A power cut or an impatient hand never leaves readers with half a site."""
    assert killed(small, seed=1, times=5)


@pytest.mark.full
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_fifty_kills_leave_the_last_good_site(small):
    """Stopped by SIGKILL at fifty random moments, a build leaves the site byte for byte what it was, or the new one."""
    assert killed(small, seed=2, times=50) >= 25


@pytest.mark.parametrize("room", often([0, 60, 200], 60))
def test_a_full_disk_leaves_the_last_good_site(small, tmp_path, room):
    """A build that runs out of disk, at once or half-way, fails in words and changes nothing."""
    project, _ = small
    (project / "docs/index.md").write_text(page("Home", "Another version.\n"), encoding="utf-8")
    if not UNSHARE or subprocess.run([UNSHARE, "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount in a namespace of one's own")
    source = tmp_path.with_name(f"{tmp_path.name}-source")
    shutil.copytree(project, source, symlinks=True, ignore=shutil.ignore_patterns("site", ".site", ".cache"))
    disk = tmp_path / "disk"
    disk.mkdir()
    arguments = [str(disk), str(source), sys.executable, PUBLISH, str(room)]
    command = [UNSHARE, "-Urm", "sh", "-c", SMALL_DISK, "sh", *arguments]
    paths = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (source / "wrong").exists(), done.stdout + done.stderr
    assert (source / "before").read_text() == (source / "after").read_text() != ""
    assert "Traceback" not in done.stderr


def test_a_build_needs_no_network(small):
    """A build finds nothing but this machine's loopback, not even a name server, and succeeds."""
    project, _ = small
    if not UNSHARE or subprocess.run([UNSHARE, "-Urn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no network namespace of one's own")
    command = [UNSHARE, "-Urn", sys.executable, "-c", PUBLISH, str(project)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
