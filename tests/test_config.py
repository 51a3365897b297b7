"""Settings: where they are found, what is refused, and what they say about rules and paths."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shapelint.config import OPTIONS, Config, ConfigError, load_config, read_value


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def refusal(name: str, text: str, **options: Any) -> str:
    write(name, text)
    with pytest.raises(ConfigError) as caught:
        load_config(**options)
    message = str(caught.value)
    assert "\n" not in message
    return message


FULL = {
    "select": ("SHP1", "SHP2"), "ignore": ("SHP105",), "per-file-ignores": {"tests/*": ("SHP2",)}, "exclude": ("old",),
    "inputs": {"pkg.models:UNet(3, width=2)": "N 3 H W"}, "min-feature-map": 4, "output-format": "json", "strict": True,
}
TOML = """
select = ["SHP1", "shp2"]
ignore = ["SHP105"]
exclude = ["old"]
min-feature-map = 4
output-format = "json"
strict = true
{table}
"tests/*" = ["SHP2"]
{inputs}
"pkg.models:UNet(3, width=2)" = "N 3 H W"
"""


def test_every_setting_is_an_attribute_of_the_configuration() -> None:
    assert list(Config.__annotations__) == [option.attribute for option in OPTIONS]
    config = Config()
    for option in OPTIONS:
        assert getattr(config, option.attribute) == option.default
        assert option.doc.endswith(".")


def test_shapelint_toml() -> None:
    write("shapelint.toml", TOML.format(table="[per-file-ignores]", inputs="[inputs]"))
    assert load_config().values == FULL


def test_pyproject_toml() -> None:
    write("pyproject.toml", "[project]\nname = 'x'\n[tool.shapelint]" + TOML.format(
        table="[tool.shapelint.per-file-ignores]", inputs="[tool.shapelint.inputs]"))
    config = load_config()
    assert config.values == FULL and config.file == "pyproject.toml"


@pytest.mark.parametrize("section", ["shapelint", "tool:shapelint"])
def test_setup_cfg(section: str) -> None:
    write("setup.cfg", f"""
[metadata]
name = x
[{section}]
select = SHP1, shp2
ignore =
    SHP105
per-file-ignores =
    tests/*: SHP2
exclude = old
inputs =
    pkg.models:UNet(3, width=2) = N 3 H W
min-feature-map = 4
output-format = json
strict = yes
""")
    assert load_config().values == FULL


def test_the_nearest_directory_with_settings_decides(here: Path) -> None:
    write("shapelint.toml", "min-feature-map = 1")
    write("a/pyproject.toml", "[tool.shapelint]\nmin-feature-map = 2")
    write("a/b/pyproject.toml", "[tool.other]\nuses = 'shapelint'")
    write("a/b/setup.cfg", "[metadata]\nname = x")
    write("a/b/net.py", "")
    assert load_config(["a/b/net.py"]).min_feature_map == 2
    assert load_config(["a/b", "."]).root == str(here / "a")
    assert load_config(["-"]).min_feature_map == 1


def test_the_order_within_one_directory() -> None:
    write("setup.cfg", "[shapelint]\nmin-feature-map = 3")
    assert load_config().min_feature_map == 3
    write("pyproject.toml", "[tool.shapelint]\nmin-feature-map = 2")
    assert load_config().min_feature_map == 2
    write("shapelint.toml", "min-feature-map = 1")
    assert load_config().min_feature_map == 1


def test_no_settings_anywhere_are_the_defaults(here: Path) -> None:
    config = load_config(["src"])
    assert (config.values, config.file, config.root) == ({}, None, str(here))


def test_a_named_file() -> None:
    write("conf/ci.toml", "strict = true")
    assert load_config(file="conf/ci.toml").strict
    write("pyproject.toml", "[project]")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: has no settings of shapelint$"):
        load_config(file="pyproject.toml")
    with pytest.raises(ConfigError, match=r"^gone\.toml: cannot be read: no such file or directory$"):
        load_config(file="gone.toml")


@pytest.mark.parametrize(("name", "text", "message"), [
    ("pyproject.toml", "[tool.shapelint]\nselct = ['SHP1']", "pyproject.toml:2: [tool.shapelint] unknown key 'selct' (did you mean 'select'?)"),
    ("pyproject.toml", "[tool.x]\nselct = 1\n[tool.shapelint]\n\nselct = 1",
     "pyproject.toml:5: [tool.shapelint] unknown key 'selct' (did you mean 'select'?)"),
    ("pyproject.toml", "[tool]\nshapelint = {zzz = 1}", "pyproject.toml: [tool.shapelint] unknown key 'zzz'"),
    ("pyproject.toml", "[tool.shapelint.imputs]\nNet = 'N 3'", "pyproject.toml:1: [tool.shapelint] unknown key 'imputs' (did you mean 'inputs'?)"),
    ("shapelint.toml", "min_feature_map = 4", "shapelint.toml:1: unknown key 'min_feature_map' (did you mean 'min-feature-map'?)"),
    ("shapelint.toml", "[tool.shapelint]\nstrict = true", "shapelint.toml:1: unknown key 'tool': the settings of this file stand at its top level"),
    ("setup.cfg", "[shapelint]\nexcludes = a", "setup.cfg:2: [shapelint] unknown key 'excludes' (did you mean 'exclude'?)"),
    ("shapelint.toml", "select = 'SHP1'", "shapelint.toml:1: 'select' must be a list of rule codes, not 'SHP1'"),
    ("shapelint.toml", "exclude = [1]", "shapelint.toml:1: 'exclude' must be a list of strings, not [1]"),
    ("shapelint.toml", "strict = 1", "shapelint.toml:1: 'strict' must be true or false, not 1"),
    ("setup.cfg", "[shapelint]\nstrict = maybe", "setup.cfg:2: [shapelint] 'strict' must be true or false, not 'maybe'"),
    ("shapelint.toml", "min-feature-map = true", "shapelint.toml:1: 'min-feature-map' must be a whole number, 0 or more, not true"),
    ("shapelint.toml", "min-feature-map = -1", "shapelint.toml:1: 'min-feature-map' must be a whole number, 0 or more, not -1"),
    ("shapelint.toml", "min-feature-map = '4'", "shapelint.toml:1: 'min-feature-map' must be a whole number, 0 or more, not '4'"),
    ("shapelint.toml", "output-format = ['x']", "shapelint.toml:1: 'output-format' must be a string, not ['x']"),
    ("shapelint.toml", "per-file-ignores = ['SHP1']",
     "shapelint.toml:1: 'per-file-ignores' must be a table of path pattern = list of rule codes, not ['SHP1']"),
    ("shapelint.toml", "[per-file-ignores]\n'a' = 1",
     "shapelint.toml:1: 'per-file-ignores' must be a table of path pattern = list of rule codes, not {'a': 1}"),
    ("setup.cfg", "[shapelint]\nper-file-ignores = SHP1",
     "setup.cfg:2: [shapelint] 'per-file-ignores' must be a table of path pattern = list of rule codes, not 'SHP1'"),
    ("shapelint.toml", "[inputs]\nNet = [1]", "shapelint.toml:1: 'inputs' must be a table of model = shape, not {'Net': [1]}"),
    ("shapelint.toml", "select = ['E501']",
     "shapelint.toml:1: 'select': 'E501' is not a rule code: write SHP and up to three digits, as in SHP102 or SHP1"),
    ("pyproject.toml", "[tool]\nshapelint = 1", "pyproject.toml: tool.shapelint must be a table, not 1"),
    ("pyproject.toml", "[tool.shapelint]\nselect = [", "pyproject.toml: not valid TOML: "),
    ("setup.cfg", "[shapelint]\nx = 1\nx = 2",
     "setup.cfg: While reading from 'setup.cfg' [line 3]: option 'x' in section 'shapelint' already exists"),
])
def test_what_is_refused(name: str, text: str, message: str) -> None:
    assert refusal(name, text).startswith(message)


def test_a_rule_that_does_not_exist_is_refused_where_the_rules_are_known() -> None:
    message = refusal("shapelint.toml", "ignore = ['SHP192']", codes=["SHP101", "SHP102", "SHP201"])
    assert message == "shapelint.toml:1: 'ignore': there is no rule 'SHP192' (did you mean 'SHP102'?)"
    write("shapelint.toml", "ignore = ['SHP1', 'SHP201']")
    assert load_config(codes=["SHP101", "SHP201"]).ignore == ("SHP1", "SHP201")


def test_a_file_that_is_not_utf8_or_not_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("shapelint.toml").write_bytes(b"# \xff")
    with pytest.raises(ConfigError, match=r"^shapelint\.toml: not valid UTF-8$"):
        load_config()
    Path("shapelint.toml").unlink()
    Path("setup.cfg").write_bytes(b"# \xff")
    assert load_config().values == {}


@pytest.mark.parametrize(("values", "selected", "rest"), [
    ({}, "SHP101 SHP201", "SHP209"),
    ({"select": "SHP1"}, "SHP101", "SHP201 SHP209"),
    ({"select": "SHP"}, "SHP101 SHP201 SHP209", ""),
    ({"extend-select": "SHP209"}, "SHP101 SHP201 SHP209", ""),
    ({"ignore": "SHP2"}, "SHP101", "SHP201 SHP209"),
    ({"select": "SHP1,SHP201", "ignore": "SHP2"}, "SHP101 SHP201", "SHP209"),
    ({"select": "SHP1", "ignore": "SHP1"}, "", "SHP101 SHP201"),
    ({"select": "SHP", "ignore": "SHP20"}, "SHP101", "SHP201 SHP209"),
])
def test_the_longer_prefix_decides_then_ignore(values: dict[str, str], selected: str, rest: str) -> None:
    config = Config(default_off=frozenset({"SHP209"})).override(values)
    assert [code for code in (selected + " " + rest).split() if config.selects(code)] == selected.split()


def test_per_file_ignores_are_relative_to_the_configuration_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("pyproject.toml", "[tool.shapelint.per-file-ignores]\n'tests/*' = ['SHP1']\n'*_old.py' = ['SHP201']")
    write("src/tests/x", "")
    config = load_config()
    assert not config.selects("SHP101", "tests/a.py") and config.selects("SHP201", "tests/a.py")
    assert config.selects("SHP101", "src/tests/a.py")
    assert not config.selects("SHP201", str(here / "src" / "net_old.py"))
    monkeypatch.chdir("src")
    assert not config.selects("SHP101", "../tests/a.py")


def test_exclude_matches_directories_and_files() -> None:
    config = Config({"exclude": ("gen/", "/top.py", "!gen/keep")})
    assert config.excludes("a/gen", True) and not config.excludes("a/gen", False)
    assert config.excludes("top.py", False) and not config.excludes("a/top.py", False)
    with pytest.raises(ConfigError, match="invalid git pattern: '!'"):
        Config({"exclude": ("!",)}).excludes("a", False)


def test_a_command_line_goes_on_top_and_is_checked() -> None:
    write("shapelint.toml", "select = ['SHP2']\nstrict = true")
    config = load_config().override({"select": "SHP1, SHP3", "min-feature-map": 8, "inputs": {"Net": "N 3"}})
    assert (config.select, config.min_feature_map, config.strict, config.inputs) == (("SHP1", "SHP3"), 8, True, {"Net": "N 3"})
    with pytest.raises(ConfigError, match=r"^'select': 'nets' is not a rule code"):
        config.override({"select": "nets"})


def test_entries_of_tables_given_as_text() -> None:
    read = read_value("inputs", "m:Net(a=1) = N h=3\nOther=N 3", textual=True)
    assert read == {"m:Net(a=1)": "N h=3", "Other": "N 3"}


def test_source_roots_are_those_that_exist(here: Path) -> None:
    assert Config().source_roots() == (str(here),)
    write("src/a.py", "")
    assert Config().source_roots() == (str(here), str(here / "src"))


def test_a_configuration_travels_to_another_process() -> None:
    config = Config({"exclude": ("old",)}, default_off=frozenset({"SHP2"}))
    assert config.excludes("old", True)
    again = pickle.loads(pickle.dumps(config))
    assert again.values == config.values and again.default_off == config.default_off and again.root == config.root


def test_no_parser_is_imported_for_files_without_settings() -> None:
    write("pyproject.toml", "[project]\nname = 'x'")
    write("setup.cfg", "[metadata]")
    heavy = ["tomllib", "tomli", "configparser", "pathspec", "difflib", "dataclasses", "pathlib", "inspect", "tokenize", "json"]
    code = "import sys; from shapelint.config import load_config; load_config().selects('SHP101', 'a.py')" \
           f"; print([name for name in {heavy} if name in sys.modules])"
    root = str(Path(__file__).parent.parent)
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root})
    assert run.stdout.strip() == "[]"
