"""Phone numbers: from one file, dialable, and honest about what is confirmed."""

import yaml
from conftest import PROJECT

from kb.helplines import GROUPS, read_helplines, render

RECORD = {
    "id": "line", "group": "talk-uk", "name": "A <line>", "call": "0300 123 4567", "call_uri": "tel:+443001234567",
    "text": "", "text_uri": "", "text_note": "", "web": "https://line.example/",
    "who": "Anyone", "hours": "Day and night",
    "cost": "", "note": "", "seen": "its own site", "seen_on": "2026", "confirmed": "",
}  # fmt: skip


def read(folder, *changes):
    file = folder / "lines.yml"
    file.write_text(yaml.safe_dump([RECORD | change for change in changes]), encoding="utf-8")
    return read_helplines(file, "docs/lines.yml")


def test_a_number_can_be_dialled_and_says_that_it_is_unconfirmed(tmp_path):
    """A reader can tap the number, and is told when nobody has checked it with the service."""
    helplines, findings = read(tmp_path, {})
    shown = render(helplines, "talk-uk")
    assert findings == []
    assert 'href="tel:+443001234567"' in shown
    assert "Not yet confirmed with the service. Seen: its own site, 2026." in shown
    assert "A &lt;line&gt;" in shown


def test_a_confirmed_number_says_when(tmp_path):
    """Once somebody has checked a number, the day is printed."""
    helplines, _ = read(tmp_path, {"confirmed": "2027-01-05"})
    assert "Checked with the service on 2027-01-05." in render(helplines, "talk-uk")


def test_an_emergency_number_carries_no_remark(tmp_path):
    """Somebody who calls an ambulance is not made to doubt the number."""
    helplines, findings = read(tmp_path, {"group": "emergency", "call": "999", "call_uri": "tel:999", "seen": ""})
    assert findings == []
    assert "confirmed" not in render(helplines, "emergency")


def test_a_faulty_record_is_refused(tmp_path):
    """A number that cannot be dialled, an unknown group, or one seen nowhere never reaches a page."""
    for change, says in [
        ({"call_uri": "0300"}, "`call` and `call_uri` do not go together"),
        ({"group": "talk-mars"}, "unknown group 'talk-mars'"),
        ({"seen": ""}, "nothing says where the number was seen"),
        ({"web": "http://line.example"}, "`web` is not an https address"),
    ]:
        _, findings = read(tmp_path, change)
        assert says in str(findings[0])


def test_our_own_numbers_keep_the_rules():
    """Every number we print says where it was seen, and every group has one."""
    helplines, findings = read_helplines(PROJECT / "docs/helplines.yml", "docs/helplines.yml")
    assert findings == []
    assert {item.group for item in helplines} == set(GROUPS)
    assert len({item.id for item in helplines}) == len(helplines)
