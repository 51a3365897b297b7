"""The package for the mypy plugin. It has no plugin yet: mypy does not show shapelint's diagnostics."""
