"""The volume comes in; one HTML file that holds all of it, and that a phone opens from a message, goes out.

The id of a place is its address without the `#`: `/glossary/#naloxone` is found at `#/glossary/naloxone`, and the page
at `#/glossary/`. So every promised address, short and old ones included, has its place, and no two can clash.
"""

from __future__ import annotations

import base64
import hashlib
import html
import mimetypes
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from kb.editions.leaf import Form, as_html, contents, leaf, outline, rewritten
from kb.pages import spoken

if TYPE_CHECKING:
    from kb.editions.volume import Chapter, Other, Volume

HERE = Path(__file__).parent


def write_singlefile(volume: Volume, target: Path) -> None:
    """Write the volume as one HTML file that asks nobody for anything (W3C CSP 3: only what is inside may run)."""
    style = (HERE / "edition.css").read_text(encoding="utf-8")
    script = (HERE / "singlefile.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    form = Form(
        link=lambda _, path, section: f"#{path}{section}",
        ident=lambda page, identifier: page + identifier,
        image=lambda _, file: _data(volume.root / file),
    )
    template = Template((HERE / "singlefile.html").read_text(encoding="utf-8"))
    text = template.substitute(
        lang=html.escape(volume.language),
        policy=policy,
        name=html.escape(volume.name),
        number=volume.number,
        day=spoken(volume.day),
        style=style,
        script=script,
        contents=contents(outline(volume), lambda chapter: f"#{chapter.path}"),
        pages="\n".join(_page(volume, chapter, form) for chapter in volume.chapters),
        others=_others(volume, form),
    )
    target.write_text(text, encoding="utf-8", newline="\n")


def _page(volume: Volume, chapter: Chapter, form: Form) -> str:
    """Write one page, below a line that says where on the site it stands."""
    trail = " / ".join(html.escape(title) for title in chapter.trail)
    above = f'<p class="trail"><a href="#contents">Contents</a>{f" / {trail}" if trail else ""}</p>'
    return f'<section class="leaf" id="{chapter.path}">\n{above}\n{as_html(leaf(volume, chapter, form))}\n</section>'


def _others(volume: Volume, form: Form) -> str:
    """Write the list of short and old addresses, so that one on paper can be looked up here too."""
    rows = "\n".join(_other(volume, other, form) for other in volume.others)
    heading = '<h2 id="addresses">Short and old addresses</h2>'
    return f'<section class="leaf">\n{heading}\n<ul>\n{rows}\n</ul>\n</section>' if rows else ""


def _other(volume: Volume, other: Other, form: Form) -> str:
    """Write where an address leads: a short one in a line, another with all that its page says."""
    place = volume.place(other.to)
    if other.path.startswith("/p/") and place:
        link = f'<a href="#{place[0].path}">{html.escape(place[0].title)}</a>'
        return f'<li id="{other.path}">{volume.address}{other.path[1:]} {link}</li>'
    body = rewritten(volume, other.path, other.body, form)
    body.tag = "div"
    return f'<li id="{other.path}">{volume.address}{other.path[1:]} {as_html(body)}</li>'


def _data(file: Path) -> str:
    """Give a picture as a data: URL (RFC 2397)."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _hash(text: str) -> str:
    """Give the hash by which a policy allows exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
