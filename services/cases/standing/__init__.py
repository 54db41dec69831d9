"""What stands without a case: whose it is, who may go on with it when that person is gone, and where they find it (ADR 61)."""
