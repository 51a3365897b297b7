"""SHP003: a notebook that is not one."""

from .declare import Rule, rule


@rule
class BrokenNotebook(Rule):
    """
    A file with the ending ``.ipynb`` does not hold a notebook: the JSON is broken, or it lacks cells. Open the notebook
    in Jupyter and save it again; a merge conflict inside the JSON is the usual cause.
    """

    code, name = "SHP003", "broken-notebook"
    example = "net.ipynb"
    bad = """\
{"cells": [
<<<<<<< HEAD
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""
    good = """\
{"cells": [{"cell_type": "code", "execution_count": null, "id": "a1", "metadata": {}, "outputs": [],
            "source": ["from torch import nn\\n", "net = nn.Linear(4, 2)\\n"]}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""
