"""Markdown rulebooks to the intermediate representation."""

from sekisho.lang.book import Block, Page, split_page
from sekisho.lang.layout import format_page
from sekisho.lang.read import Source, read_files, read_library, rulebook_files

__all__ = ["Block", "Page", "Source", "format_page", "read_files", "read_library", "rulebook_files", "split_page"]
