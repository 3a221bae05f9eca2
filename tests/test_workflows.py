"""Publishing: what the hosts' workflows run is what everyone can run, pinned, and with as few rights as it needs."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from conftest import PROJECT, often, page

from kb import publish
from kb.__main__ import VERBS

BASH = shutil.which("bash")
GITHUB = sorted((PROJECT / ".github/workflows").glob("*.yml"))


def steps():
    """Give each line that a workflow runs, with the workflow's name."""
    for file in GITHUB:
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            yield from ((file.name, step["run"]) for step in job["steps"] if "run" in step)
    for job in yaml.safe_load((PROJECT / ".gitlab-ci.yml").read_text(encoding="utf-8")).values():
        if isinstance(job, dict):
            yield from ((".gitlab-ci.yml", line) for line in job.get("script", []))


def scripts():
    """Give each line of our own scripts that calls a verb."""
    for file in sorted((PROJECT / ".ci").iterdir()):
        yield from ((file.name, line) for line in file.read_text(encoding="utf-8").splitlines() if "dev.py" in line)


@pytest.mark.parametrize(("where", "line"), [*steps(), *scripts()])
def test_every_step_names_what_is_there(where, line):
    """A verb that was renamed, or a script that was moved, is found before a publication fails."""
    for verb in re.findall(r"dev\.py (\w+)", line):
        assert verb in VERBS, where
    for script, argument in re.findall(r"(?<![\w.])(\.ci/\w+)(?: (\w+))?", line):
        file = PROJECT / script
        assert file.stat().st_mode & 0o111, where
        assert not argument or f"{argument})" in file.read_text(encoding="utf-8"), where
    assert re.search(r"dev\.py|\.ci/|GITHUB_STEP_SUMMARY", line), where


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_a_workflow_is_pinned_and_may_do_little(file):
    """Nobody who takes over an action's tag, or proposes a change, gets to write anything."""
    text = file.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in text
    assert "secrets." not in text
    for job in workflow["jobs"].values():
        assert set(job.get("permissions", {})) <= {"pages", "id-token"}
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step["uses"]), step
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", "")  # what others wrote never becomes part of a command


@pytest.fixture
def steps_here(project_copy):
    """A copy of the project in which a step is run as a workflow does; what dev.py installs is there already."""
    for name in (".ci", "dev.py", "pyproject.toml", "LICENSE", "LICENSE-CONTENT.md"):
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy2
        copy(PROJECT / name, project_copy / name)
    python = project_copy / "bin/python3"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\n[ "$1" = dev.py ] && shift && set -- -m kb "$@"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    ours = publish.environment() | {"GITHUB_STEP_SUMMARY": str(project_copy / "summary.md")}
    ours["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"

    def run(line):
        done = subprocess.run(
            [BASH, "-euc", line], cwd=project_copy, env=ours, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stdout + done.stderr
        summary = project_copy / "summary.md"
        return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else ""

    return project_copy, run


PREVIEW = '.ci/preview "$GITHUB_STEP_SUMMARY"'


@pytest.mark.skipif(os.name == "nt", reason="the hosts' machines run Linux")
def test_a_preview_gives_the_pages_to_look_at(steps_here):
    """Whoever proposes a good change gets the site with it, and a plain word on how to look."""
    project, run = steps_here
    assert PREVIEW in {line for _, line in steps()}
    status, said, summary = run(PREVIEW)
    assert status == 0, said
    assert summary == "The pages can be built. Download the preview below, unpack it, and open it.\n"
    assert (project / "public/help-now/index.html").is_file()
    assert not (project / "public").is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="the hosts' machines run Linux")
@pytest.mark.parametrize(
    ("before", "after", "words"),
    often(
        [
            ("title: ", "titel: ", "docs/help-now.md:2: unknown field `titel`; "),
            ("\n## ", "\nSee [this](nowhere.md).\n\n## ", "docs/help-now.md"),
            ("\n## ", '\n<p onclick="a()">Words.</p>\n\n## ', "an inline handler, `onclick`, which no page may hold; "),
        ],
        ("title: ", "titel: ", "docs/help-now.md:2: unknown field `titel`; "),
    ),
)
def test_a_preview_tells_a_writer_what_to_mend_in_plain_words(steps_here, before, after, words):
    """Whoever proposes a change with a slip, whenever it is found, reads which line to change, and needs no Python."""
    project, run = steps_here
    file = project / "docs/help-now.md"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    status, _, summary = run(PREVIEW)
    assert status == 1
    assert summary.startswith("## Nearly there: these lines need a change\n")
    (line,) = [line for line in summary.splitlines() if line.startswith("    ") and words in line]
    assert re.match(r"    docs/help-now\.md(:\d+)?", line)
    assert not re.search(r"INFO|Aborted|Traceback", summary)
    assert not (project / "public").exists()


@pytest.mark.skipif(os.name == "nt", reason="the hosts' machines run Linux")
def test_a_preview_names_a_page_that_no_menu_has(steps_here):
    """Whoever adds a page and forgets the menu is told by its name, though only the whole build can know."""
    project, run = steps_here
    (project / "docs/practice/new.md").write_text(page("A page that is new"), encoding="utf-8")
    status, _, summary = run(PREVIEW)
    assert status == 1
    assert "practice/new.md" in summary, summary


@pytest.mark.full
@pytest.mark.skipif(os.name == "nt", reason="the hosts' machines run Linux")
def test_every_step_before_an_upload_runs_here(steps_here, tools):
    """What the hosts' machines are told to run does run, up to what is uploaded."""
    project, run = steps_here
    (project / ".cache").mkdir(exist_ok=True)
    (project / ".cache/tools").symlink_to(tools)
    elsewhere = {
        ".ci/run": "this test is part of it",
        ".ci/tools audit": "it asks for advisories over the network",
        "python3 dev.py reproduce": "tests/test_reproduce.py",
        "apt-get update -q && apt-get install -q -y --no-install-recommends git": "the machine's own",
    }
    asking = "python3 dev.py links --report links.md"
    quick = {asking: f"{asking} --delay 0 --timeout 0.2 --waits"}
    for line in dict.fromkeys(line for _, line in steps()):
        if line not in elsewhere:
            status, said, _ = run(quick.get(line, line))
            assert status == 0, f"{line}: {said}"
        if line == ".ci/publish":  # a preview puts its own in the same place
            assert (project / "public/editions/SHA256SUMS").is_file()
    assert (project / "dist/bill-of-materials.json").is_file()
    assert "Outgoing links, asked on" in (project / "links.md").read_text(encoding="utf-8")
