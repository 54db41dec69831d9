"""The document of peer support: fields of its own, its words beside it."""

from pathlib import Path

from services.cases.letters.kinds import Kind, kinds_of
from services.cases.letters.material import Material
from services.cases.letters.model import AboutStudent
from tests.cases.tenth.peer_support import PeerMatched, PeersMet


class PeerCertificate(AboutStudent):
    """Piagam teman sebaya: who helped, and how it went. What the student needed stands in none."""

    peer: str
    companion: str
    words: str


def peer_certificate(material: Material) -> PeerCertificate:
    matched, met = material.of(PeerMatched), material.of(PeersMet)
    return PeerCertificate(
        student=material.student.name,
        homeroom=material.student.homeroom,
        peer=material.name(matched.peer),
        companion=material.name(matched.companion),
        words=material.text(met.words),
    )


PEER_CERTIFICATE = kinds_of(Kind("peer-certificate", PeerCertificate, peer_certificate, forms=Path(__file__).parent))
