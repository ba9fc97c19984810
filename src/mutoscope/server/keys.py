"""Who may use the server: keys, of which only hashes are kept."""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from mutoscope.errors import MutoscopeError

LOCAL = "local"  # whose jobs they are where no keys are asked for
_LINE = re.compile(r"([\w.@-]{1,64}) ([0-9a-f]{64})")


@dataclass(frozen=True)
class Keys:
    """The owners of keys with the sha256 of each key. Keys are long and random, so a plain hash cannot be guessed back."""

    hashes: tuple[tuple[str, str], ...]

    def owner(self, key: str) -> str | None:
        """Whose key it is; all hashes are compared, each in constant time, whichever is right."""
        shown = _hash(key)
        found = [name for name, kept in self.hashes if hmac.compare_digest(shown, kept)]
        return found[0] if found else None


def read_keys(path: Path) -> Keys:
    """The keys of a file: on each line a name and a hash; blank lines and those that begin with # say nothing."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise MutoscopeError(
            f"The keys in {path} cannot be read ({error}).", "It must be a text file.", _how_to_add(path)
        ) from error
    said = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    matches = [(_LINE.fullmatch(line), number) for number, line in enumerate(said, 1)]
    if wrong := [number for match, number in matches if match is None]:
        raise MutoscopeError(
            f"Key {wrong[0]} of {path} cannot be read.", "A line is a name and the sha256 of a key.", _how_to_add(path)
        )
    if not said:
        raise MutoscopeError(f"There are no keys in {path}.", "Nobody could use the server.", _how_to_add(path))
    return Keys(tuple((match[1], match[2]) for match, _ in matches if match))


def add_key(path: Path, name: str) -> str:
    """A new key for that name; the file, made if need be, keeps only its hash."""
    if not _LINE.fullmatch(f"{name} {'0' * 64}"):
        raise MutoscopeError(
            f"The name {name!r} cannot stand in a file of keys.", "A name is letters, digits, . @ _ -.", "Write alice."
        )
    if path.exists() and any(name == known for known, _ in read_keys(path).hashes):
        raise MutoscopeError(f"{name} already has a key in {path}.", "A name has one key.", "Remove its line first.")
    key = f"mut_{secrets.token_urlsafe(32)}"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{name} {_hash(key)}\n")
    except OSError as error:
        raise MutoscopeError(
            f"{path} cannot be written ({error.strerror}).", "It keeps the hash of the key.", "Name another --keys."
        ) from error
    return key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _how_to_add(path: Path) -> str:
    return f"Make a key: mutoscope serve --keys {path} --add-key NAME."
