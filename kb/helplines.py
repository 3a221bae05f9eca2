"""docs/helplines.yml comes in; checked phone numbers, and the lists that pages show of them, go out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from kb.elsewhere import faults as address_faults
from kb.findings import Finding, read_text
from kb.plain_yaml import read_yaml
from kb.quotes import curled

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = ("emergency", "talk-uk", "talk-usa")
CALL = re.compile(r"tel:(\+\d{6,15}|\d{3,6})")
ID = re.compile(r"[a-z0-9-]+")
TEXT = re.compile(r"sms:(\+\d{6,15}|\d{3,6})")


@dataclass(frozen=True)
class Helpline:
    """One service: how to reach it, for whom, and what is known about the number.

    `seen` says where the number was seen and `seen_on` when; `confirmed` is the day on which a person checked it with
    the provider, empty until somebody has. `call_uri` and `text_uri` follow RFC 3966 and RFC 5724.
    """

    id: str
    group: str
    name: str
    call: str
    call_uri: str
    text: str
    text_uri: str
    text_note: str
    web: str
    who: str
    hours: str
    cost: str
    note: str
    seen: str
    seen_on: str
    confirmed: str

    @property
    def numbers(self) -> tuple[str, ...]:
        """The digits of each number it prints."""
        return tuple(re.sub(r"\D", "", number) for number in (self.call, self.text) if number)


def read_helplines(file: Path, name: str) -> tuple[list[Helpline], list[Finding]]:
    """Read the data file; give its records in order, and what is wrong with it. `name` is how findings call it."""
    text, unread = read_text(file, name)
    plain, more = read_yaml(text, name)
    if unread or more or plain.value is None:
        return [], unread + more
    if not isinstance(plain.value, list):
        return [], [Finding(name, 1, 0, "not a list of services", "start each record with `- id: …`")]
    names = [item.name for item in fields(Helpline)]
    helplines: dict[str, Helpline] = {}
    findings = []
    for record, line in zip(plain.value, plain.items, strict=True):
        if not isinstance(record, dict) or set(record) != set(names):
            what = f"a record whose fields are not {', '.join(names)}"
            findings.append(Finding(name, line, 0, what, "give each field, empty if nothing is known"))
            continue
        helpline = Helpline(**{key: str("" if value is None else value).strip() for key, value in record.items()})
        findings += [Finding(name, line, 0, f"'{helpline.id}': {what}", mend) for what, mend in _faults(helpline)]
        if helplines.setdefault(helpline.id, helpline) is not helpline:
            findings.append(Finding(name, line, 0, f"the id '{helpline.id}' stands twice", "give one another id"))
    return list(helplines.values()), findings


def render(helplines: list[Helpline], group: str) -> str:
    """Give the HTML list of one group's services, each number a link that a phone can dial."""
    items = [_item(helpline) for helpline in helplines if helpline.group == group]
    return f'<ul class="kb-helplines">\n{"".join(items)}</ul>'


def _faults(helpline: Helpline) -> list[tuple[str, str]]:
    """List (what, how to mend it) for one record."""
    faults = []
    if helpline.group not in GROUPS:
        faults.append((f"unknown group '{helpline.group}'", f"use one of: {', '.join(GROUPS)}"))
    if bool(helpline.call) != bool(CALL.fullmatch(helpline.call_uri)):
        faults.append(("`call` and `call_uri` do not go together", "write tel:+44… or tel: and a short code"))
    if bool(helpline.text) != bool(TEXT.fullmatch(helpline.text_uri)):
        faults.append(("`text` and `text_uri` do not go together", "write sms: and the number"))
    if helpline.web and not helpline.web.startswith("https://"):
        faults.append(("`web` is not an https address", "write https://…"))
    elif helpline.web:
        faults += address_faults(helpline.web)
    if not ID.fullmatch(helpline.id):
        faults.append(("an `id` of other signs than small letters, figures and hyphens", "write one such as line-999"))
    if not helpline.seen and helpline.group != "emergency":
        faults.append(("nothing says where the number was seen", "fill in `seen`, or leave the service out"))
    return faults


def _item(helpline: Helpline) -> str:
    """Give one service as a list item."""
    say = html.escape
    lines = [f'<li class="kb-helpline" id="line-{say(helpline.id)}"><strong>{say(helpline.name)}</strong>']
    if helpline.call:
        lines.append(f'<a class="kb-number" href="{say(helpline.call_uri)}">Call {say(helpline.call)}</a>')
    if helpline.text:
        note = f" <span>{say(helpline.text_note)}</span>" if helpline.text_note else ""
        lines.append(f'<a class="kb-number" href="{say(helpline.text_uri)}">Text {say(helpline.text)}</a>{note}')
    about = [helpline.who, helpline.hours, helpline.cost, helpline.note]
    lines.append(f"<p>{' '.join(say(curled(part.rstrip('.'))) + '.' for part in about if part)}</p>")
    if helpline.web:
        shown = helpline.web.removeprefix("https://").rstrip("/")
        lines.append(f'<p>Website: <a href="{say(helpline.web)}" rel="external noreferrer">{say(shown)}</a></p>')
    if check := _check(helpline):
        lines.append(f'<p class="kb-helpline__check">{check}</p>')
    return "\n".join([*lines, "</li>\n"])


def _check(helpline: Helpline) -> str:
    """Say in words how sure the number is; nothing of a national emergency number."""
    say = html.escape
    if helpline.confirmed:
        return f"Checked with the service on {say(helpline.confirmed)}."
    if not helpline.seen:  # 999 and 911: a remark under them would only alarm
        return ""
    when = f", {say(helpline.seen_on)}" if helpline.seen_on else ""
    return f"Not yet confirmed with the service. Seen: {say(curled(helpline.seen))}{when}."
