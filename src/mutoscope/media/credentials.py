"""Content credentials (C2PA): a signature inside a clip, which says that it was generated, and by what.

A signature needs a certificate, and makes a file differ from one signing to the next, so clips are signed only for those
who bring one; the frames and the manifest stay as they are.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from mutoscope.errors import MutoscopeError
from mutoscope.version import __version__

GIVEN = {
    "certificate": "sign what is made as generated (C2PA): a PEM file of a certificate and those that vouch for it",
    "private_key": "the PEM file of the certificate's private key",
}
SIGNABLE = (".mp4", ".gif", ".png")  # a WebM has no place for them
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who signs: PEM files of the certificate, followed by those that vouch for it, and of its private key without password.

    Errors: MutoscopeError where the extra is missing, or these files cannot sign.
    """

    certificate: Path
    private_key: Path

    def __post_init__(self) -> None:
        """Something small is signed at once, so that what is wrong is told before any work."""
        from PIL import Image

        pixel = io.BytesIO()
        Image.new("RGB", (1, 1)).save(pixel, "PNG")
        c2pa = _library()
        try:
            with c2pa.Builder(_said("pixel.png")) as builder:
                builder.sign(self._signer(), "image/png", io.BytesIO(pixel.getvalue()), io.BytesIO())
        except c2pa.C2paError as error:
            raise _unusable(self.certificate, str(error)) from error

    def sign(self, path: Path, title: str) -> None:
        """Sign a file that is there; it is replaced when that is done."""
        signed = path.with_name(f".{uuid4().hex[:12]}.unfinished{path.suffix}")
        try:
            with _library().Builder(_said(title)) as builder:
                builder.sign_file(path, signed, self._signer())
            signed.replace(path)
        finally:
            signed.unlink(missing_ok=True)

    def _signer(self) -> Any:
        c2pa = _library()
        chain, key = (_pem(path) for path in (self.certificate, self.private_key))
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(_algorithm(self.private_key, key), chain, key, None))


def credentials_of(certificate: Path | None, private_key: Path | None) -> Credentials | None:
    """Those that two settings name, or None where neither is given."""
    if certificate is None and private_key is None:
        return None
    if certificate is None or private_key is None:
        given, lacking = (
            ("--private-key", "--certificate") if certificate is None else ("--certificate", "--private-key")
        )
        raise MutoscopeError(f"{given} was given alone.", "Who signs needs both.", f"Give {lacking} FILE as well.")
    return Credentials(certificate=certificate, private_key=private_key)


def check_signable(path: Path) -> None:
    """Errors: MutoscopeError for a kind of file that cannot be signed."""
    if path.suffix.lower() not in SIGNABLE:
        raise MutoscopeError(
            f"{path} cannot be signed.",
            f"Content credentials fit into {', '.join(SIGNABLE)}.",
            f"Name it {path.with_suffix('.mp4')}, or leave --certificate out.",
        )


def _said(title: str) -> str:
    """What is signed: that a trained model made it, and which program that was."""
    maker = {"name": "Mutoscope", "version": __version__}
    made = {"action": "c2pa.created", "digitalSourceType": GENERATED, "softwareAgent": maker}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [made]}}
    return json.dumps({"title": title, "claim_generator_info": [maker], "assertions": [actions]})


def _library() -> Any:
    try:
        import c2pa
    except ImportError as error:
        raise MutoscopeError(
            "Signing needs c2pa, which is not installed.",
            "It is an optional part of Mutoscope.",
            "Install it: pip install 'mutoscope[c2pa]'. Or leave --certificate out.",
        ) from error
    return c2pa


def _algorithm(path: Path, pem: bytes) -> str:
    """How that key signs, in C2PA's words."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _unusable(path, str(error)) from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise _unusable(path, "this kind of key signs no content credentials")


def _pem(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from error


def _unusable(path: Path, why: str) -> MutoscopeError:
    return MutoscopeError(
        f"{path} cannot be used to sign ({why}).",
        "A certificate for signing content (C2PA), with the chain that vouches for it, and its key are needed, as PEM files.",
        "Check both files, or leave --certificate and --private-key out.",
    )
