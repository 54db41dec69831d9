"""What is said beside the field of files where a concern has enough of them."""

from __future__ import annotations

from shared.pages import say

FULL = say("Laporan ini sudah memiliki lampiran sebanyak yang dapat diterima. Kirim keterangan tanpa berkas.")
