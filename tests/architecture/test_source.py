"""How the source is written: who touches the answers, how long a function may be, what a module says of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.architecture.conftest import Module

JUDGEMENT = {"validators", "rubric", "pep_form", "clocks", "deadlines", "circumstances", "transitions"}
LONG_FILES = {"pep_admin/models.py", "pep_admin/pep_form.py"}
LINES_OF_A_FILE = 450
LINES_OF_A_FUNCTION = 60
HAZY = re.compile(r"(?:^|_)(?:process|handle|manager|helper|utils?)(?:_|$|s$)")
NAMED_BY_OTHERS = {"process_bind_param", "process_result_value", "process_formdata", "process_data", "handle_view_exception",
                   "_handle_view", "handle_action", "process_lastpage", "process_revision_directives"}


def attributes(module: Module, *names: str) -> list[str]:
    """Where a module reads or writes one of those attributes of something else than itself."""
    return [
        f"{module.path}:{node.lineno}" for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in names
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last word of what it calls."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield (node.func.id if isinstance(node.func, ast.Name) else node.func.attr), node


def test_only_the_document_touches_the_answers_of_a_part(package: list[Module]) -> None:
    """The judgement may say `document.answers`: it knows no rows, and the Document it is handed is filtered already. Nor is
    `self.answers` a part's: what holds a part as `self` is the models'."""
    allowed = {"pep_admin/models.py", "pep_admin/pep_document/last_term.py", "pep_admin/pep_document/reading.py",
               "pep_admin/pep_document/roll_facts.py", "pep_admin/pep_document/shelf.py", "pep_admin/pep_document/timetables.py",
               "pep_admin/pep_document/writing.py"}
    touched = [
        place for module in package if module.path not in allowed for place in attributes(module, "sensitive_answers")
    ] + [
        place for module in package if module.path not in allowed and module.room not in JUDGEMENT
        for place in attributes(module, "answers")
    ]
    assert touched == []


def test_the_table_of_documents_is_never_called_by_the_name_of_a_pep_that_is_read(package: list[Module]) -> None:
    """`Document` is pep_form's, everywhere; the table is `models.Document` (decision 0018)."""
    wrong = [
        f"{module.path}:{node.lineno}" for module in package for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pep_admin.models"
        and any(each.name == "Document" for each in node.names)
    ]
    assert wrong == []


def test_no_list_form_or_filter_names_the_answers(package: list[Module]) -> None:
    """In views, `column_…` and `form_…` hold names of columns; the answers have their own pages."""
    named = [
        f"{module.path}:{node.lineno}"
        for module in package if module.room == "views"
        for node in ast.walk(module.tree) if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        if any(target.startswith(("column_", "form_")) for target in _targets(node))
        and {"answers", "sensitive_answers"} & {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
    ]
    assert named == []


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [each.id for each in targets if isinstance(each, ast.Name)]


def test_views_and_verbs_ask_the_database_where_scope_and_history_see_it(package: list[Module]) -> None:
    """Statements in text or on a bare Table, and SQLAlchemy's bulk methods, pass them by."""
    blind = {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "exec_driver_sql", "text"}
    statements = {"insert", "update", "delete"}
    found = []
    for module in package:
        if module.room in ("views", "workflow", "imports"):
            on_tables = statements | ({"select", "query"} if module.room == "views" else set())
            found += [
                f"{module.path}:{call.lineno} {name}" for name, call in calls(module)
                if name in blind or (name in on_tables and "__table__" in _words(call))
            ]
    assert found == []


def test_only_the_questions_read_past_the_scope(package: list[Module]) -> None:
    """The net itself reads the option; whoever else names it, as a keyword or as a key, would show rows that are not theirs."""
    named = [
        f"{module.path}:{node.lineno}"
        for module in package if module.room not in ("queries", "permissions") for node in ast.walk(module.tree)
        if "unscoped" in (isinstance(node, ast.keyword) and node.arg, isinstance(node, ast.Constant) and node.value)
    ]
    reached = [
        f"{module.path}:{node.lineno}"
        for module in package if module.room != "queries" for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pep_admin.queries.past_scope"
    ]
    assert named + reached == []


def _words(call: ast.Call) -> set[str]:
    return {node.attr for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Attribute)}


def test_every_module_says_what_belongs_in_it(everything: list[Module]) -> None:
    assert [module.path for module in everything if not (ast.get_docstring(module.tree) or "").strip()] == []


def test_files_and_functions_stay_short(package: list[Module]) -> None:
    long_files = [
        f"{module.path}: {lines} lines" for module in package
        if (lines := module.text.count("\n")) > LINES_OF_A_FILE and module.path not in LONG_FILES
    ]
    long_functions = [
        f"{module.path}:{node.lineno} {node.name}: {lines} lines" for module in package for node in functions(module)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]
    assert long_files + long_functions == []


def test_names_say_what_is_done(package: list[Module]) -> None:
    named = [
        f"{module.path}:{node.lineno} {node.name}" for module in package for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and HAZY.search(node.name.lower()) and node.name not in NAMED_BY_OTHERS
    ]
    files = [module.path for module in package if HAZY.search(module.path.rsplit("/", 1)[-1].removesuffix(".py"))]
    assert named + files == []


@pytest.mark.skipif(find_spec("pep_admin.rulebook") is None, reason="the rules are not written down yet")
def test_every_rule_that_is_cited_exists(everything: list[Module]) -> None:
    from pep_admin.rulebook import RULES

    unknown = {
        (module.path, rule)
        for module in everything for rule in re.findall(r"HB-\d+\.\d+", module.text) if rule not in RULES
    }
    assert unknown == set()
