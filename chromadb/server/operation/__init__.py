"""What an operator sees and sets: logs, metrics, traces, limits of tenants."""
