"""SHP005: shapelint failed."""

from .declare import Rule, rule


@rule
class InternalError(Rule):
    """
    shapelint itself failed while it read this file; the other files were checked. That is a defect of shapelint and
    says nothing about the file. Please report it with the message and, if you can, the lines around the place it names.
    """

    code, name = "SHP005", "internal-error"
