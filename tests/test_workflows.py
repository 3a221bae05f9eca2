"""Publishing: what the hosts' workflows run is what everyone can run, pinned, and with as few rights as it needs."""

import re

import pytest
import yaml
from conftest import PROJECT

from kb.__main__ import VERBS

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
