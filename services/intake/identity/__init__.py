"""Who a confidential reporter is: shown only to whoever two people of the case let see it (ADR 59)."""
