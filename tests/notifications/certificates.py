"""A certificate that nobody has signed but its own key, for a server of the tests."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def self_signed(folder: Path) -> dict[str, str]:
    """The files of key and certificate, by uvicorn's names."""
    key, name, now = generate_private_key(SECP256R1()), x509.Name([]), datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    certificate = builder.add_extension(alternative, critical=True).sign(key, SHA256())
    files = {"ssl_keyfile": folder / "key.pem", "ssl_certfile": folder / "certificate.pem"}
    files["ssl_keyfile"].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files["ssl_certfile"].write_bytes(certificate.public_bytes(Encoding.PEM))
    return {option: str(file) for option, file in files.items()}
