"""The documents themselves, where a reader has them: identity, paragraphs, and nothing copied from them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from steppe import paths
from steppe.errors import InputError
from steppe.evidence.lookup import Evidence
from steppe.evidence.read import key_at
from steppe.evidence.values import Fault

RUN = 8  # words in a row that count as a quotation
_WORD = re.compile(r"[\w'’]+")


def paragraphs(text: str) -> list[str]:
    """The lines that are not empty once white space is stripped; paragraph n is item n - 1."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def document_faults(evidence: Evidence, folder: Path) -> Iterator[Fault]:
    """Whether the files are the ones that were read, and whether text of theirs was copied into the evidence.

    A file is recognised by its name or, if it was renamed, by its checksum.
    Raises InputError if `folder` is not one.
    """
    if not folder.is_dir():
        raise InputError(
            "no such folder", file=paths.shown(folder), key="--documents", accepted="the documents' folder"
        )
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    sums = {hashlib.sha256(content).hexdigest(): name for name, content in contents.items()}
    texts = []
    for document in evidence.documents.values():
        if document.file is None:
            continue
        name = document.file if document.file in contents else sums.get(document.sha256 or "")
        if name is None:
            yield Fault(
                "document",
                "documents.yaml",
                f"{document.id}.file",
                "the document is not in the folder",
                document.file,
                sorted(contents),
            )
            continue
        text = contents[name].decode("utf-8", errors="replace")
        texts.append(text)
        if hashlib.sha256(contents[name]).hexdigest() != document.sha256:
            yield Fault(
                "document",
                "documents.yaml",
                f"{document.id}.sha256",
                f"{name} is not the file that was read",
                document.sha256,
                hashlib.sha256(contents[name]).hexdigest(),
            )
        count = len(paragraphs(text))
        if count != document.paragraphs:
            yield Fault(
                "document",
                "documents.yaml",
                f"{document.id}.paragraphs",
                f"{name} has another number of paragraphs",
                document.paragraphs,
                str(count),
            )
    titles = [document.title or "" for document in evidence.documents.values()]
    yield from _copies(evidence, texts, titles)


def runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Every run of RUN words in `texts`, case and quotation marks aside."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = [word for word, _ in _words(text)]
        found.update(tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1))
    return found


def copied(text: str, known: set[tuple[str, ...]]) -> Iterator[tuple[int, str]]:
    """Runs of `text` that are in `known`, each once where it starts: (1-based line, the words)."""
    words = _words(text)
    last = -2
    for n in range(len(words) - RUN + 1):
        run = tuple(word for word, _ in words[n : n + RUN])
        if run in known:
            if n != last + 1:
                yield text.count("\n", 0, words[n][1]) + 1, " ".join(run)
            last = n


def _copies(evidence: Evidence, texts: list[str], titles: list[str]) -> Iterator[Fault]:
    known = runs(texts) - runs(titles)
    folder = Path(evidence.folder)
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.csv")]):
        for line, words in copied(path.read_text(encoding="utf-8"), known):
            key = key_at(path, line) if path.suffix == ".yaml" else ""
            yield Fault(
                "copy",
                str(path.relative_to(folder)),
                key or f"line {line}",
                f"{RUN} or more words in a row are the document's own",
                words,
                "a paraphrase",
            )


def _words(text: str) -> list[tuple[str, int]]:
    found = ((match.group().replace("’", "'").strip("'"), match.start()) for match in _WORD.finditer(text))
    return [(word.casefold(), start) for word, start in found if word]
