"""Clips that are signed by whoever brings a certificate: they say that they were generated, and stay what they are."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PROMPT, TINY, serving

from mutoscope import api
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.media.credentials import Credentials
from mutoscope.media.video import Video, read_manifest

needs_c2pa = pytest.mark.skipif(
    find_spec("c2pa") is None, reason="C2PA IS NOT INSTALLED, so nothing was signed: pip install 'mutoscope[c2pa]'"
)
SMALL = ["--photo", str(api.SAMPLE), "--size", "64x64", "--seconds", "0.5", "--fps", "8"]


def signatory(folder: Path, kind: str = "ec") -> list[str]:
    """The flags of someone with a certificate, that an authority made for the test vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID

    folder.mkdir(exist_ok=True)
    authority = ec.generate_private_key(ec.SECP256R1())
    own: Any = {
        "ec": lambda: ec.generate_private_key(ec.SECP384R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    now = datetime.now(UTC)

    def certificate(name: str, key: Any, extensions: Sequence[tuple[Any, bool]]) -> Any:
        building = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Authority of a test")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension, critical in extensions:
            building = building.add_extension(extension, critical)
        return building.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def usage(signs: bool) -> Any:
        return x509.KeyUsage(signs, False, False, False, False, not signs, False, False, False)

    vouched = (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False)
    leaf = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage(True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
        vouched,
    ]
    root = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (usage(False), True),
        (x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), False),
    ]
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate("A test", own, leaf) + certificate("Authority of a test", authority, root))
    plain = serialization.NoEncryption()
    key.write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return ["--certificate", str(chain), "--private-key", str(key)]


def said(path: Path) -> dict[str, Any]:
    """What a signed file says of itself, by the library that checks signatures."""
    import c2pa

    with c2pa.Reader(path) as reader:
        store = json.loads(reader.json())
    failed = {status["code"] for status in store.get("validation_status", [])}
    assert failed <= {"signingCredential.untrusted"}, failed  # nobody but this test knows its authority
    found: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return found


@needs_c2pa
@pytest.mark.parametrize("kind", ["ec", "rsa", "ed25519"])
def test_a_signed_clip_says_that_a_trained_model_generated_it(kind: str, tmp_path: Path) -> None:
    flags, clip = signatory(tmp_path, kind), tmp_path / "clip.mp4"
    assert main(["generate", PROMPT, *SMALL, "--output", str(clip), *flags]) == 0
    signed = said(clip)
    (actions,) = (one for one in signed["assertions"] if one["label"].startswith("c2pa.actions"))
    (created,) = actions["data"]["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert signed["claim_generator_info"][0]["name"] == "Mutoscope"
    assert signed["signature_info"]["issuer"] == "A test"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chain.pem", "clip.mp4", "key.pem"]


@needs_c2pa
def test_a_signature_changes_neither_frames_nor_manifest_and_the_clip_is_made_again(tmp_path: Path) -> None:
    flags, plain, signed = signatory(tmp_path), tmp_path / "plain.mp4", tmp_path / "signed.mp4"
    assert main(["generate", PROMPT, *SMALL, "--output", str(plain)]) == 0
    assert main(["generate", PROMPT, *SMALL, "--output", str(signed), *flags]) == 0
    assert np.array_equal(Video.open(plain).frames, Video.open(signed).frames)
    assert read_manifest(plain) == read_manifest(signed)
    assert plain.read_bytes() != signed.read_bytes()
    again = tmp_path / "again.mp4"
    assert main(["replay", str(signed), "--output", str(again)]) == 0
    assert again.read_bytes() == plain.read_bytes()
    assert main(["replay", str(signed), "--output", str(again), *flags]) == 0
    assert said(again)["title"] == "again.mp4"


@needs_c2pa
def test_a_clip_that_is_changed_is_found_out(tmp_path: Path) -> None:
    flags, clip = signatory(tmp_path), tmp_path / "clip.mp4"
    assert main(["generate", PROMPT, *SMALL, "--output", str(clip), *flags]) == 0
    spoilt = bytearray(clip.read_bytes())
    spoilt[spoilt.index(b"mdat") + 50] ^= 1
    clip.write_bytes(spoilt)
    with pytest.raises(AssertionError, match="mismatch"):
        said(clip)


@needs_c2pa
def test_what_cannot_sign_is_told_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, other = signatory(tmp_path / "mine"), signatory(tmp_path / "other")
    chain, key = mine[1], mine[3]
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    wrong: list[tuple[list[str], str, str]] = [
        (["--certificate", chain], "clip.mp4", "--private-key FILE as well"),
        (["--private-key", key], "clip.mp4", "--certificate FILE as well"),
        (["--certificate", str(tmp_path / "none.pem"), "--private-key", key], "clip.mp4", "none.pem cannot be used"),
        (["--certificate", chain, "--private-key", str(empty)], "clip.mp4", "empty.pem cannot be used"),
        (["--certificate", str(empty), "--private-key", key], "clip.mp4", "cannot be used"),
        (["--certificate", chain, "--private-key", other[3]], "clip.mp4", "cannot be used"),
        (mine, "clip.webm", "cannot be signed"),
    ]
    for flags, name, told in wrong:
        assert main(["generate", PROMPT, *SMALL, "--output", str(tmp_path / name), *flags]) == 2
        assert told in (message := capsys.readouterr().err), message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.pem", "mine", "other"]


@needs_c2pa
def test_a_server_signs_what_it_makes_wherever_that_can_be_signed(tmp_path: Path) -> None:
    with serving(tmp_path / "data", *signatory(tmp_path / "mine")) as server:
        made = server.ended(server.made())["id"]
        for kind in ("mp4", "gif", "webm"):
            clip = tmp_path / f"clip.{kind}"
            clip.write_bytes(server.http.get(f"/v1/videos/{made}/content", params={"format": kind}).content)
            if kind != "webm":
                assert said(clip)["claim_generator_info"][0]["name"] == "Mutoscope"
        assert read_manifest(tmp_path / "clip.webm") == read_manifest(tmp_path / "clip.mp4")
        drawn = {"prompt": "a red circle bounces", "models": "diffusion", "steps": 1, **TINY}
        film = server.http.post("/v1/videos/comparisons", json=drawn).json()["id"]
        assert server.ended(film)["status"] == "completed"
        shown = tmp_path / "film.mp4"
        shown.write_bytes(server.http.get(f"/v1/videos/{film}/content", params={"variant": "comparison"}).content)
        assert said(shown)["claim_generator_info"][0]["name"] == "Mutoscope"


def test_without_the_extra_signing_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(MutoscopeError, match=r"mutoscope\[c2pa\]"):
        Credentials(certificate=tmp_path / "chain.pem", private_key=tmp_path / "key.pem")
