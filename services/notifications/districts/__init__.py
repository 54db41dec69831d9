"""District to district: a child is referred to another installation, or comes from one, by signed messages (ADR 66)."""
