"""The mypy plugin: shows shapelint's diagnostics as mypy errors."""
