"""What leaves, each kind for its receivers: staff, guardians, accounts, agencies. `sending.py` says when."""
