"""A coordinator gives several cases to a counsellor at once (people page, The desk)."""
