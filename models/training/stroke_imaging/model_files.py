"""The files of an imaging model: `model.json` by `models/model.schema.json`, with the digest of every file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def write_manifest(folder: Path, manifest: dict, files: list[str]) -> None:
    """Adds `$schema` and the files with their SHA-256 to the manifest and writes it."""
    digests = [{"path": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()} for name in files]
    head = {"$schema": "../model.schema.json", "name": folder.name}
    text = json.dumps({**head, **manifest, "files": digests}, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def table(columns: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    line = lambda cells: "| " + " | ".join(str(c) for c in cells) + " |"
    return "\n".join([line(columns), line(["---"] * len(columns)), *map(line, rows)])
