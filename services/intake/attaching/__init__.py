"""Files that reporters hand over with their words (ADR 51): taken, sealed, kept, told of, and given to whoever reads the case."""
