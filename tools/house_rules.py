"""House rules that no general linter knows: ``python -m tools.house_rules``.

* Rows of a protected model (one with ``protected = True`` in its class) are asked for only in models,
  querysets and access; elsewhere its manager gives nothing but ``visible_to`` and new rows. Where a
  write must look at rows past it, the line above says why: ``# past the door: the reason``.
* No signal receivers: what happens is read in the action that causes it.
* No ``utils.py`` or ``helpers.py``: a file is named by what it is about.
* No raw SQL in views: the few raw statements live behind the access layer.
* Actions and access know nothing of requests, forms or the API framework (import-linter cannot
  forbid a part of an outside package).
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.sources import ROOMS, ROOT, Finding, python_files

MANAGERS = {"objects", "_default_manager", "_base_manager"}
DOORS = {"visible_to", "create", "bulk_create", "get_or_create", "update_or_create"}
REASON = re.compile(r"^\s*# past the door: \S+ \S+ \S+")
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"}
NAMELESS = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py"}
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}
WEB = ("django.http", "django.forms", "django.shortcuts", "rest_framework")
NOT_FOUND = "django.http.Http404"  # what access raises for absent and forbidden alike
RAW_SQL = {"raw", "cursor", "extra", "RawSQL"}

Rule = Callable[[ast.AST, Path], Iterator[tuple[int, str]]]


def protected_models(root: Path) -> set[str]:
    """Return the names of the classes that say ``protected = True`` of themselves, below any ``models``."""
    return {
        node.name
        for path in python_files(root, ROOMS)
        if _is_model_file(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any(_says_protected(statement) for statement in node.body)
    }


def _is_model_file(path: Path) -> bool:
    return path.parent.name == "models" or path.name == "models.py"


def _says_protected(statement: ast.stmt) -> bool:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    value = getattr(statement, "value", None)
    is_true = isinstance(value, ast.Constant) and value.value is True
    return is_true and isinstance(target, ast.Name) and target.id == "protected"


def may_ask(path: Path) -> bool:
    """Return whether ``path`` (from the root) is behind the door: models, querysets, access."""
    return _is_model_file(path) or path.stem.startswith(("querysets", "access")) or "access" in path.parts


def protected_objects(protected: set[str]) -> Rule:
    """Return the rule that protected rows are asked for only behind the door."""

    def rule(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
        attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
        through_door = {id(node.value) for node in attributes if node.attr in DOORS}
        if may_ask(path):
            return
        for node in attributes:
            name = _last_name(node.value)
            if node.attr in MANAGERS and name in protected and id(node) not in through_door:
                yield node.lineno, f"{name}.{node.attr} outside models, querysets and access: use visible_to()."
        for call in calls:
            function, name = _last_name(call.func), _last_name(call.args[0])
            if function in SHORTCUTS and name in protected:
                yield call.lineno, f"{function}({name}) outside access: use access.{name.lower()}()."

    return rule


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def no_signals(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Yield each signal receiver and each connection to a model's signal."""
    for node in ast.walk(tree):
        decorators = getattr(node, "decorator_list", [])
        if any(_last_name(getattr(each, "func", each)) == "receiver" for each in decorators):
            yield getattr(node, "lineno", 0), "a signal receiver: call it from the action instead."
        if isinstance(node, ast.ImportFrom) and SIGNALS & {alias.name for alias in node.names}:
            yield node.lineno, "a model signal: call it from the action instead."


def no_nameless_files(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Yield a file that is named by no subject."""
    if path.name in NAMELESS:
        yield 1, f"{path.name} says nothing: name the file by what it is about."


def no_raw_sql_in_views(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Yield raw SQL in a view or an API view. The health page alone asks the database directly."""
    in_views = "views" in path.parts or "api" in path.parts or path.name == "views.py"
    if not in_views or path == Path("safeguard/views.py"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) in RAW_SQL:
            yield node.lineno, "raw SQL in a view: it belongs behind access or in a queryset."


def no_web_in_actions(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Yield each import of requests, forms or the API framework by an action or by access."""
    if "actions" not in path.parts and path.stem not in ("actions", "access"):
        return
    for node in ast.walk(tree):
        if any(name.startswith(WEB) and name != NOT_FOUND for name in _imported(node)):
            yield getattr(node, "lineno", 0), "an action knows no request, form or API framework: take plain values."


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


RULES: tuple[Rule, ...] = (no_signals, no_nameless_files, no_raw_sql_in_views, no_web_in_actions)


def findings(root: Path) -> Iterator[Finding]:
    """Yield everything below ``root`` that breaks a rule."""
    rules = (protected_objects(protected_models(root)), *RULES)
    for path in python_files(root, ROOMS):
        relative = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        tree, lines = ast.parse(text), ["", *text.splitlines(), ""]
        for rule in rules:
            for line, message in rule(tree, relative):
                if not REASON.search(lines[line - 1]):
                    yield Finding(str(relative), line, message)


def main() -> int:
    """Print what breaks a rule. Returns the exit code."""
    found = list(findings(ROOT))
    names = ", ".join(sorted(protected_models(ROOT))) or "none yet"
    print("\n".join(map(str, found)) if found else f"house rules kept (protected models: {names})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
