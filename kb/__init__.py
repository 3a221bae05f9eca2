"""The generator under the knowledge base: Markdown and BibTeX go in, a site and its editions come out.

Read the rooms in this order and you have followed a page from its source to a USB stick:

    findings    what a check gives back: where, what, and how to mend it
    policy      what a page may load, as one line
    plain_yaml  fields and lists as writers keep them
    quotes      quotation marks as printers set them, where no Markdown is made
    addresses   where a page is, on the website and in every edition
    elsewhere   the form of an address on another site, checked without asking any network
    harmless    what in a page could run, load or lead where it should not
    intake      what no build should open or run
    permanent   the short id by which a page is found for ever
    schema      what a page's front matter must hold
    pages       what writers wrote: front matter, headings, dates, the list of pages
    headings    their ids, as written and as rendered
    a_to_z      every page and glossary term in one list
    glossary    a button that explains a term, where a page first links to it
    cache       what an earlier build made, kept by content
    minify      scripts made small
    library     what they cite: .bib files as checked entries
    fetched     the copy that is kept of a .bib file elsewhere
    helplines   the phone numbers: one data file as checked records
    data        a data file's lists of words, with their lines
    terms       words for one thing, and words to avoid
    crisis      words that call for help first
    passages    a page's HTML as sections of plain text
    engine      the readers' own search, run in V8
    search      all of that as the files of the search
    search_report answers and their reasons, for writers
    outgoing    what is known of each page elsewhere that the site links to
    robust      links elsewhere with their archived copies beside them
    online      pages elsewhere asked over the network, by a maintainer
    link_report what they answered, as a report with the lines to change
    pandoc      Pandoc run beside other work, its results kept by content
    styles      a CSL style by name or file, mended for Pandoc
    items       .bib text as CSL-JSON
    namesakes   works and people that a style must tell apart
    csl         works and citation groups formatted by Pandoc
    runs        that, for a whole site in the least time
    commands    lines that stand for a list
    citations   [@key] parsed, and a place left for each mark (a Python-Markdown extension)
    evidence    blocks of evidence, and the list of all claims
    advice      what a careful editor would mend in a record, or in a page that cites it
    references  marks numbered and written
    csl_items   values read out of CSL-JSON
    exports     references out again: BibTeX, RIS, CSL-JSON, COinS
    page_meta   what reference managers and search engines read of a page
    downloads   the files in which readers take references along
    lists       a page's list of references
    catalogue   the library: all works, by letters where they are many
    bibliography  all of that for one site
    standalone  the same without MkDocs: for Zensical and plain Python-Markdown
    matrix      a table that a reader can sort by who they are
    markup      small repairs to the HTML that Markdown makes (tables, cards, notices)
    retired     what is gone for good
    redirects   what has moved
    contract    every address ever released, and whether it still leads somewhere
    promise     what readers are told of that
    moved       what a reader finds at an old address
    sharing     what a reader can send of a page: short link, message, snippets, QR code
    book        what was built: a site folder as pages, ids and links
    checks      rules over sources and over the book, as findings
    assets      stylesheets and scripts, cut to what pages use
    portions    one stylesheet for all pages, and what few pages need or only scripts draw
    headers     what static hosts are told: headers, redirects
    keep        what a reader's browser may keep of the site, sealed with hashes
    verify      what a reader would meet at a served copy
    atomic      a finished folder put in the place of the last one, in one step
    publish     a checked build that replaces the site only when it is good
    reproduce   two clean builds, compared
    serve       the last good page while a writer works, with what is wrong on top
    changelog   what is told of a release
    materials   what all of it is made with, as a bill
    releasing   the contract written for a release
    editions    the built site as one file each: cleaning, volume, leaf; archive, singlefile, epub, zim, pdf; making
    browser     a Chromium for the tests
    sheets      pictures of every kind of page, for the eye
    plugins     door: the only room that knows MkDocs
    __main__    door: python -m kb VERB

Imports only go down this list's arrows: the doors stand on the rooms, the rooms on pages, library and book.
"""
