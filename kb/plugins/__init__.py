"""MkDocs' events come in; calls to the rooms, and warnings, go out: the only package that knows MkDocs.

`site` checks what writers wrote and what was built; `citations` takes the place of mkdocs-bibtex, with its options.
"""
