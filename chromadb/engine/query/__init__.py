"""From a filter to the records that satisfy it."""
