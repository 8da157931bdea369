"""The project's Python files, as the checks see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("safeguard", "agencies", "cases", "referrals")
AROUND = ("tools", "deploy", "bench")
TESTS = "tests"


@dataclass(frozen=True)
class Finding:
    """Something that breaks a house rule: the file (from the root), the line, and a sentence."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def python_files(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    """Yield every Python file below ``folders`` of ``root`` but migrations, in order."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root).parts
            if "migrations" not in parts and "node_modules" not in parts:
                yield path
