"""What users hold: clients, collections, and the settings, configurations and schemas they pass."""
