"""A page, the site's address and the helplines come in; its short link, message, snippets and QR code go out.

The message is what one person sends to another: at most MESSAGE_MAX characters, so that two text messages hold it.
"""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from kb.contract import short_address
from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kb.helplines import Helpline
    from kb.pages import Page

MESSAGE_MAX = 300
# A link counts as this long at least, so that messages still fit when the site moves to a longer address: 44 letters
# for its host and folder, beside "https://" and "/p/k9dx/".
LINK_ROOM = 60
EMERGENCY = " emergency"  # what the names of the national emergency numbers end with in docs/helplines.yml
MARKDOWN = re.compile(r"[\\`*_\[\]]")


@dataclass(frozen=True)
class Sharing:
    """What a reader can copy or send of one page: each value is plain text, which templates escape."""

    short_link: str
    message: str
    markdown: str
    html: str
    plain: str
    code: str


def sharing(page: Page, site: str, address: str, helplines: Iterable[Helpline]) -> Sharing:
    """Give all that can be shared of `page`; `site` is the site's name, `address` its public address, / at its end."""
    link = short_link(page, address)
    title, brief, name = _text(page.title), _text(page.brief), _text(site)
    return Sharing(
        short_link=link,
        message=message(page, link, emergency_line(helplines)),
        markdown=f"[{_marks(title)}]({link}): {_marks(brief)} ({_marks(name)})",
        html=f'<p><a href="{html.escape(link)}">{title}</a>: {brief} ({name})</p>',
        plain=f"{page.title}: {page.brief} ({site})\n{link}",
        code=code_file(page),
    )


def short_link(page: Page, address: str) -> str:
    """Give the address at which the page answers for ever, whatever becomes of its path."""
    return address.rstrip("/") + short_address(page.id)


def message(page: Page, link: str, help_line: str) -> str:
    """Write what one person sends to another: what the page says, one thing to do, the link, whom to call."""
    return "\n".join(line for line in (f"{page.brief} {page.do}", link, help_line) if line)


def emergency_line(helplines: Iterable[Helpline]) -> str:
    """Say the national emergency numbers in one sentence, or nothing if the data file holds none."""
    known = [line for line in helplines if line.group == "emergency" and line.name.endswith(EMERGENCY)]
    numbers = [f"{line.call} ({line.name.removesuffix(EMERGENCY)})" for line in known]
    return f"In an emergency call {' or '.join(numbers)}." if numbers else ""


def check_messages(pages: Iterable[Page], address: str, helplines: list[Helpline], docs: str) -> list[Finding]:
    """Check that each page's message has at most MESSAGE_MAX characters, a link counted with LINK_ROOM at least."""
    findings = []
    for page in pages:
        link = short_link(page, address)
        length = len(message(page, link.ljust(LINK_ROOM), emergency_line(helplines)))
        if length > MESSAGE_MAX:
            lines = page.text.splitlines()[: page.line]
            line = next((number for number, text in enumerate(lines, 1) if text.startswith("brief:")), 1)
            what = f"the message to a friend has {length} characters with its link and help numbers"
            mend = f"cut {length - MESSAGE_MAX} or more from `brief` or `do`, so that it has {MESSAGE_MAX} at most"
            findings.append(Finding(f"{docs}/{page.path}", line, 0, what, mend))
    return findings


def code_file(page: Page) -> str:
    """Give the file of a page's QR code, relative to the site's folder."""
    return short_address(page.id).lstrip("/") + "qr.svg"


def write_codes(site: Path, pages: Iterable[Page], address: str) -> None:
    """Write each page's QR code (ISO/IEC 18004) into the site folder: its short link, the same bytes every time.

    Error level M survives a fold or a stain (15 % of the code); the four modules of white round it are the standard's.
    """
    for page in pages:
        code = segno.make_qr(short_link(page, address), error="m", boost_error=False)
        drawn = io.BytesIO()
        code.save(drawn, kind="svg", border=4, light="#fff", omitsize=True, svgclass=None, lineclass=None)
        file = site / code_file(page)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(drawn.getvalue())


def _text(words: str) -> str:
    """Escape words for use between HTML tags."""
    return html.escape(words, quote=False)


def _marks(words: str) -> str:
    """Take from words, escaped for HTML, what Markdown would make emphasis, code or a link of (CommonMark, 2.4)."""
    return MARKDOWN.sub(r"\\\g<0>", words)
