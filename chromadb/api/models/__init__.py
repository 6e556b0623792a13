"""Import paths that other packages use."""
