"""*Keadaan layanan*: the first page of whoever keeps Tanggap running. It shows how the services are, and no content (people.md, The desk)."""
