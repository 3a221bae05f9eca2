"""Nothing comes in; the one content security policy goes out, which pages carry and hosts may send as a header."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; "  # data: for signs inside the stylesheet
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types kb"  # overrides/assets/trust.js: our own addresses, nothing else
)
"""Content Security Policy Level 3 and Trusted Types, as one line: everything comes from the site itself, or not at all.

`frame-ancestors` is left to hosts: a page cannot say it of itself (CSP 3, 3.3).
"""
