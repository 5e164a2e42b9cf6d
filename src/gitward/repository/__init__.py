"""Objects, refs and ranges of a git repository: libgit2 for objects where it can, git's plumbing for all else."""

from __future__ import annotations

from gitward.repository.files import FileReader, Wanted
from gitward.repository.objects import Location
from gitward.repository.opening import open_at, open_repository
from gitward.repository.repository import Repository

__all__ = ["FileReader", "Location", "Repository", "Wanted", "open_at", "open_repository"]
