"""What people decide: takedowns, decisions on entities, aliases, topics."""
