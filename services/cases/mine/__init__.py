"""What a student reads and says of the service that is for them (people page, The desk; ADR 62)."""
