"""A script as MkDocs found it comes in; the same made small goes out, or one line that says where it cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

from kb.minify import minify

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File


def where(file: File, config: MkDocsConfig) -> str:
    """Give a file's path from the folder of mkdocs.yml, as whoever mends it knows it; else its address in the site."""
    path, project = Path(file.abs_src_path or ""), Path(config.config_file_path).parent
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else file.src_uri


def small(text: str, name: str, folder: Path) -> str:
    """Give a script made small, kept by content in `folder`; stop the build where no browser could read it."""
    try:
        return minify(text, folder, name)
    except ValueError as error:
        raise PluginError(str(error)) from error
