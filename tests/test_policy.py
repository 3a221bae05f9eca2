"""The policy: every page says that it loads from its own site alone, and keeps to it."""

import pytest
from lxml import html

from kb.policy import POLICY

INLINE = "//style | //@style | //@*[starts-with(name(), 'on')] | //script[not(@src or @type='application/ld+json')]"


def test_every_page_carries_the_policy_first_and_nothing_inline(site):
    """Not even a fault in a page lets another host's script reach a reader."""
    files = sorted(site.rglob("*.html"))
    assert len(files) > 90  # short addresses too
    for file in files:
        tree = html.document_fromstring(file.read_bytes())
        head = [element for element in tree.find("head") if element.tag in {"meta", "link", "script"}]
        assert head[0].get("charset"), file
        assert head[1].get("content") == POLICY, file
        assert not tree.xpath(INLINE), file
        assert not tree.xpath("//@href[starts-with(., 'javascript:')]"), file


@pytest.mark.browser
def test_only_our_own_addresses_become_scripts(chromium, address):
    """A script of another host is refused by the browser, whatever our own code is made to ask for."""
    tab = chromium.new_page()
    tab.goto(address)
    assert tab.evaluate("String(KBTrust('assets/x.js'))") == address + "assets/x.js"
    refused = "address => { try { KBTrust(address); return 'taken'; } catch (error) { return error.name; } }"
    assert tab.evaluate(refused, "https://elsewhere.example/x.js") == "TypeError"
    assert tab.evaluate(refused, "data:text/javascript,1") == "TypeError"
    raw = "() => { try { document.createElement('script').src = 'x.js'; } catch (error) { return error.name; } }"
    assert tab.evaluate(raw) == "TypeError"
    tab.close()
