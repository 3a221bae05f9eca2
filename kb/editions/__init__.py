"""A built site comes in; one file to carry goes out. One module for each kind of file; each reads only the book."""
