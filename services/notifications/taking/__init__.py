"""*Saya tangani*: a personal link in the mail of an emergency, with which somebody takes it in hand before they can sign in."""
