"""The generator under the knowledge base: Markdown and BibTeX go in, a site and its editions come out.

Read the rooms in this order and you have followed a page from its source to a USB stick:

    findings    what a check gives back: where, what, and how to mend it
    schema      what a page's front matter must hold
    pages       what writers wrote: front matter, headings, dates, the list of pages
    a_to_z      every page and glossary term in one list
    library     what they cite: a .bib file as checked entries
    helplines   the phone numbers: one data file as checked records
    markup      small repairs to the HTML that Markdown makes (tables)
    book        what was built: a site folder as pages, ids and links
    checks      rules over sources and over the book, as findings
    publish     a checked build that replaces the site only when it is good
    editions    the built site as one file each
    browser     a Chromium for the tests
    plugins     door: the only room that knows MkDocs
    __main__    door: python -m kb VERB

Imports only go down this list's arrows: the doors stand on the rooms, the rooms on pages, library and book.
"""
