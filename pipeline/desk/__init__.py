"""What an analyst does with published tables: export, forget, verify."""
