"""What a case still holds when somebody wants to close it."""
