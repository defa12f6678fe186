"""Certificates for TLS between the processes of a test."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files in PEM format: an authority's certificate, and one it signed with its key."""

    ca: Path
    certificate: Path
    key: Path

    @property
    def arguments(self) -> list[str]:
        """As ``dask scheduler`` and ``dask worker`` take them."""
        files = [str(self.ca), str(self.certificate), str(self.key)]
        return [f"--tls-{name}={file}" for name, file in zip(("ca-file", "cert", "key"), files, strict=True)]


def make_certificates(folder: Path) -> Certificates:
    """Make an authority and a certificate it signed, valid for a day."""
    folder.mkdir()
    authority_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    made = Certificates(folder / "ca.pem", folder / "certificate.pem", folder / "key.pem")
    authority = _signed("authority", authority_key, "authority", authority_key, is_authority=True)
    own = _signed("dask", own_key, "authority", authority_key, is_authority=False)
    made.ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        own_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def _signed(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
