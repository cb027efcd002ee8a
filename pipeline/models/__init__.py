"""Our own small weights, each beside a card that says what it was trained on and how well it does."""
