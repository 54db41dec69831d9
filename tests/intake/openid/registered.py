"""What Tanggap is registered as at the provider of `django_provider.py`, and where its accounts are."""

CLIENT, SECRET, DOMAIN = "tanggap", "rahasia-antara-dua-layanan", "guru.sd.belajar.id"
