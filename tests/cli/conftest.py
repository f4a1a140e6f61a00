from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from steepest.cli.main import main
from steepest.fitting import fit
from steepest.store import Store

Steepest = Callable[..., Result]

KILLED = """
import os, sys
import numpy as np
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.descent.descend import descend
from steepest.evaluation.splits.split import Split
from steepest.objective.function import objective_from
from steepest.run import Request
from steepest.saved import begin_documents
from steepest.store import Store
contract = read_contract(read_table("houses"), "price")
documents = begin_documents(Request("houses", "price"), contract, Split("none", 0, 0, 50, ()))
bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
writer = Store(sys.argv[1]).begin("killed", documents, rule="gradient_descent", names=("w",))
for _ in range(int(sys.argv[2])):
    descend(bowl, [10.0], learning_rate=1.1, steps=29, tolerance=0, on_step=writer.add)
writer.flush()
os._exit(9)
"""


@pytest.fixture
def steepest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Steepest:
    """Run a command in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STEEPEST_STORE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    return run


def people(rows: int, seed: int) -> pl.DataFrame:
    """Rows of which `ill` can be told from age and town, though not wholly."""
    import numpy as np

    random = np.random.default_rng(seed)
    age, town = random.normal(50, 10, rows), random.choice(["A", "B", "C"], rows, p=[0.5, 0.3, 0.2])
    ill = random.random(rows) < 1 / (1 + np.exp(-(age - 50) / 5 - (town == "B")))
    return pl.DataFrame({"age": age, "town": town, "ill": np.where(ill, "yes", "no")})


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of houses-1, houses-2 (raw columns, 500 steps) and people-1; none may write it."""
    folder = tmp_path_factory.mktemp("fitted")
    table = folder / "people.csv"
    people(300, seed=1).write_csv(table)
    store = Store(folder / "runs.db")
    fit("houses", "price", store=store)
    fit("houses", "price", store=store, scale="none", learning_rate=1e-7, steps=500)
    fit(str(table), "ill", store=store)
    return store.path


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of kinds-1, a softmax model of three kinds over x; none may write it."""
    import numpy as np

    from steepest.data.representation import learn_representation
    from steepest.data.survey import read_contract
    from steepest.data.table import read_table
    from steepest.evaluation.splits.split import Split
    from steepest.model import Model
    from steepest.run import Request
    from steepest.saved import begin_documents
    from steepest.trace import Stop, Trace

    table = read_table({"x": [float(i) for i in range(30)], "kind": list("aaabbbbbcc") * 3})
    contract = read_contract(table, "kind")
    shape = learn_representation(table.frame, contract, scale="none")
    params = (-1.0, 5.0, 0.0, 0.0, 1.0, -30.0)
    model = Model(shape, params, True, "softmax", "kind", contract.classes)
    documents = begin_documents(
        Request("kinds.csv", "kind", loss="softmax"), contract, Split("none", 0.0, 0, 30, ())
    )
    plain = {"model": model.to_json(), "baseline": "[0.3, 0.5, 0.2]"}
    trace = Trace(
        step=np.arange(1),
        loss=np.ones(1),
        learning_rate=np.ones(1),
        rule="lbfgs",
        names=tuple(model.coefficients),
        stop=Stop("budget", "no step was asked for"),
        params=np.array([params]),
    )
    store = Store(tmp_path_factory.mktemp("kinds") / "runs.db")
    with store.begin("kinds", documents, rule="lbfgs", names=trace.names) as writer:
        writer.finish(trace, plain)
    return store.path


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of killed-1, which diverged for 30 steps, and killed-2, which took none."""
    import subprocess
    import sys

    path = tmp_path_factory.mktemp("killed") / "runs.db"
    for descents in (1, 0):
        child = subprocess.run(
            [sys.executable, "-c", KILLED, str(path), str(descents)], check=False
        )
        assert child.returncode == 9
    return path
