"""The bill of materials: whoever publishes can say what all of it is made with, and anyone can compare two bills."""

import hashlib
import json
import re
import subprocess

import pytest
from conftest import PROJECT
from packaging.requirements import Requirement

from kb.materials import BORROWED, TOOLS, pinned, plain, write_bill

TOOL = PROJECT / TOOLS
VALID = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1], encoding="utf-8").read()) or "valid")
"""


@pytest.fixture(scope="module")
def bill(tmp_path_factory, tools):  # noqa: ARG001 - it only has to be there
    """The bill of what is installed here; give its file and what it says."""
    file, findings = write_bill(PROJECT, tmp_path_factory.mktemp("bill"))
    assert findings == []
    return file, json.loads(file.read_text(encoding="utf-8"))


def test_the_bill_names_what_is_pinned_and_no_more(bill):
    """Each package of a build and its editions is in the bill with the pinned version, and nothing of the tests is."""
    found = {plain(item["name"]): item["version"] for item in bill[1]["components"] if item["type"] == "library"}
    files = [PROJECT / "requirements.txt", PROJECT / "kb/editions/requirements.txt"]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    wanted = [Requirement(line) for line in lines if re.match(r"[A-Za-z]", line)]
    here = {plain(item.name): str(item.specifier)[2:] for item in wanted if not item.marker or item.marker.evaluate()}
    assert found == here
    assert found.keys() <= pinned(PROJECT).keys()
    assert "pytest" not in found


def test_the_bill_names_licences_and_what_is_borrowed(bill):
    """Each thing has its licence or says none, each borrowed file its checksum, and Pandoc is named with its own."""
    by_name = {item["name"]: item for item in bill[1]["components"]}
    assert re.fullmatch(r"\d+(\.\d+)+", by_name["pandoc"]["version"])
    assert by_name["pandoc"]["licenses"] == [{"license": {"id": "GPL-2.0-or-later"}}]
    assert {name for name, item in by_name.items() if not item.get("licenses")} <= {"kb"}
    files = [item for item in by_name.values() if item["type"] == "file"]
    assert len(files) >= 7
    for item in files:
        assert item["hashes"][0]["content"] == hashlib.sha256((PROJECT / item["name"]).read_bytes()).hexdigest()


def test_the_bill_is_the_same_wherever_it_is_written(bill, tmp_path, monkeypatch):
    """No address of a machine, no day and no chance is in it."""
    text = bill[0].read_text(encoding="utf-8")
    assert str(PROJECT) not in text
    assert "file:/" not in text
    assert not {"serialNumber", "timestamp"} & {*bill[1], *bill[1]["metadata"]}
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("LC_ALL", "C")
    again, _ = write_bill(PROJECT, tmp_path)
    assert again.read_bytes() == bill[0].read_bytes()


def test_the_bill_keeps_the_standard(bill):
    """Any program that reads CycloneDX 1.6 can read it."""
    python = TOOL.with_name("python.exe" if TOOL.parent.name == "Scripts" else "python")
    done = subprocess.run([python, "-c", VALID, bill[0]], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "valid", done.stdout + done.stderr
    assert bill[1]["specVersion"] == "1.6"


def test_a_bill_without_its_tool_is_refused_in_words(tmp_path):
    """A release on a machine that lacks the tool says what to type, and is not made."""
    file, findings = write_bill(tmp_path, tmp_path)
    assert file is None
    assert "type `python3 dev.py materials`" in str(findings[0])


def test_no_list_of_borrowed_files_is_left_out_of_the_bill():
    """Whoever reads a release's bill finds every file that others wrote and that a site or its build is made with."""
    lists = [file for folder in ("overrides", "kb") for file in (PROJECT / folder).rglob("vendor.toml")]
    assert sorted(BORROWED) == sorted(file.relative_to(PROJECT).as_posix() for file in lists)
