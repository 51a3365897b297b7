"""Tools for people who work on shapelint itself."""
