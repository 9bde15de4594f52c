# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The parts that a model of one kind is made of: rows, a base, a forest on what it
leaves, and folds of rows that are held out."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Generic, Mapping, Protocol, Sequence, TypeVar

import numpy as np
import numpy.typing as npt
import xgboost

from mlir_pr import _core

FloatArray = npt.NDArray[np.float64]
#: Seen and held-out rows of each.
Folds = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]

#: A forest must lower the error by this share to be worth its bytes.
WORTHWHILE = 0.02
#: Relative error below which a base is taken for exact.
EXACT = 1e-6
#: Of a base that is fitted only to be judged.
_FEW_BRANCHES = 2
#: Beyond this many rows trees are grown on histograms.
_MOST_ROWS_EXACT_TREES = 2000


@dataclass(frozen=True)
class Row:
    """One measured layer. Latency and spread in the target's unit."""

    layer: _core.Layer
    latency: float
    lower: float | None = None
    upper: float | None = None
    #: Drawn from the domain without regard to the others, and not moved since: what a
    #: layer that is asked about later is like.
    independent: bool = False


@dataclass(frozen=True)
class ForestShape:
    trees: int
    depth: int
    eta: float
    #: Of rows for each tree, of features for each split.
    row_share: float = 1.0
    feature_share: float = 1.0


@dataclass(frozen=True)
class Options:
    seed: int = 0
    folds: int = 5
    #: Fewer plateaus measured than this give no model of a kind: an interval of
    #: 90 % needs nine held-out errors, and a base a few parameters.
    fewest_groups: int = 12
    max_branches: int = 6
    forests: tuple[ForestShape, ...] = (
        ForestShape(100, 3, 0.1), ForestShape(300, 4, 0.05, 0.6, 0.4),
        ForestShape(300, 6, 0.05, 0.6, 0.4))


@dataclass
class KindData:
    """The rows of one kind as the model sees them."""

    kind: str
    lattice: _core.Lattice
    rows: list[Row]
    latencies: FloatArray
    groups: npt.NDArray[np.int64]

    @property
    def layers(self) -> list[_core.Layer]:
        return [row.layer for row in self.rows]

    def take(self, index: npt.NDArray[np.int64]) -> KindData:
        return KindData(self.kind, self.lattice, [self.rows[i] for i in index],
                        self.latencies[index], self.groups[index])


@dataclass
class Fitted:
    """A base and, where it helps, a forest."""

    base: _core.Base
    features: list[str] = field(default_factory=list)
    forest: _core.Forest | None = None

    def predict(self, data: KindData) -> FloatArray:
        base = self.base.predict(data.layers, data.lattice)
        if self.forest is None:
            return base
        matrix = _core.feature_matrix(data.layers, data.lattice, self.base, self.features)
        return np.asarray(base * np.exp(self.forest.predict(matrix).astype(np.float64)))


class Model(Protocol):
    """What answers for layers of a kind."""

    def predict(self, data: KindData) -> FloatArray: ...


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Similar:
    """What the measurements of a similar device say of the same layers on this one."""

    layers: list[_core.Layer]
    latencies: FloatArray
    #: Of each row of this device, as if it had not been seen; NaN where the other never
    #: measured its layer.
    held_out: FloatArray

    def answers(self, modelled: FloatArray) -> FloatArray:
        """Half way to what a model says, in logarithms (lib/Model/Predict.cpp)."""
        return np.where(np.isnan(self.held_out), modelled, np.sqrt(modelled * self.held_out))


@dataclass(frozen=True)
class Candidate(Generic[M]):
    """A model of all rows, its like of each fold, and what those say of rows held out."""

    name: str
    model: M
    parts: list[M]
    held_out: FloatArray
    #: What errors of its like shrink by when it has seen all rows (calibration.py).
    shrinkage: float = 1.0
    #: What is asked beside the model.
    similar: Similar | None = None

    def answers(self) -> FloatArray:
        """Of rows held out, as layers are answered."""
        return self.held_out if self.similar is None else self.similar.answers(self.held_out)


def errors_of_cases(layers: Sequence[_core.Layer], latencies: FloatArray,
                    groups: npt.NDArray[np.int64], lattice: _core.Lattice) -> dict[str, float]:
    """The mean error that a base of few branches leaves on held-out rows of each case."""
    _, compared = _core.fit_base(layers, latencies, lattice, groups, max_branches=_FEW_BRANCHES)
    chosen = next(one for one in compared if one["chosen"])
    apart = {case: one["cv_error"] for case, one in chosen["cases"].items()}
    return {**chosen["cv_error_of_case"], **apart}


def model_layer(layer: _core.Layer, target: _core.TargetInfo) -> _core.Layer:
    """The layer without the epilogue that costs nothing on the target: what a
    measurement of it is a measurement of."""
    free = set(target.free_epilogue(layer.kind))
    epilogue = layer.options.get("epilogue")
    if epilogue is None or not free:
        return layer
    options = dict(layer.options)
    kept = [op for op in epilogue.split("+") if op not in free]
    if kept:
        options["epilogue"] = "+".join(kept)
    else:
        del options["epilogue"]
    return _core.Layer.from_fields(layer.kind, layer.dims, options, layer.types)


def legal_rows(rows: Sequence[Row], target: _core.TargetInfo) -> list[Row]:
    return [replace(row, layer=model_layer(row.layer, target)) for row in rows
            if not target.why_illegal(row.layer)]


def prepare(kind: str, lattice: _core.Lattice, rows: Sequence[Row]) -> KindData:
    """Rows of one kind in an order of their own, grouped by the plateau that each lies on."""
    # The order of arrival must not matter.
    ordered = sorted(rows, key=lambda row: (row.layer.text, row.latency))
    plateaus = [lattice.query_point(row.layer).shape_key for row in ordered]
    numbers = {name: i for i, name in enumerate(sorted(set(plateaus)))}
    return KindData(kind, lattice, ordered,
                    np.array([row.latency for row in ordered], dtype=np.float64),
                    np.array([numbers[name] for name in plateaus], dtype=np.int64))


# -- Folds -----------------------------------------------------------------------


def folds_of(data: KindData, options: Options) -> Folds:
    """Seen and held-out rows; a group is held out as a whole."""
    names = np.unique(data.groups)
    order = np.random.RandomState(options.seed).permutation(names.size)
    fold_of = np.empty(names.size, dtype=np.int64)
    fold_of[order] = np.arange(names.size) % min(options.folds, names.size)
    row_fold = fold_of[np.searchsorted(names, data.groups)]
    return [(np.flatnonzero(row_fold != fold), np.flatnonzero(row_fold == fold))
            for fold in range(int(row_fold.max()) + 1)]


def held_out_by(parts: Sequence[Model], data: KindData, folds: Folds) -> FloatArray:
    """Of each row, the model of the fold that did not see it."""
    predicted = np.empty_like(data.latencies)
    for part, (_, unseen) in zip(parts, folds):
        predicted[unseen] = part.predict(data.take(unseen))
    # A base may be zero where it saw nothing alike; an error needs a number.
    return np.maximum(predicted, 1.0)


def fit_chosen(data: KindData, chosen: Mapping[str, Any], starts: Sequence[_core.Base],
               options: Options) -> _core.Base:
    """A base of the chosen shape: in the optimum of one of its likes, fitted to more or to
    other rows, unless there is a better one. Which one a fit ends in is luck, and no property
    of the rows left out."""
    return _core.fit_base(data.layers, data.latencies, data.lattice, data.groups,
                          seed=options.seed, starts=starts, **shape_of(chosen))[0]


def shape_of(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Of what fit_base compared, the one chosen: its arguments to fit the same again."""
    return {"terms": chosen["terms"], "branches": chosen["branches"],
            "cases": {name: (one["terms"], one["branches"])
                      for name, one in chosen["cases"].items()}}


def mape(predicted: FloatArray, measured: FloatArray) -> float:
    return float(np.mean(np.abs(predicted / measured - 1)))


# -- Forests ---------------------------------------------------------------------


def fit_forest(data: KindData, base: _core.Base, shape: ForestShape | None,
               options: Options) -> Fitted:
    if shape is None:
        return Fitted(base)
    names = _core.feature_names(data.lattice)
    matrix = _core.feature_matrix(data.layers, data.lattice, base, names)
    names, matrix = distinct_columns(names, matrix)
    if not names:
        return Fitted(base)
    residual = residual_of(base, data.layers, data.latencies, data.lattice)
    model = fit_xgboost(matrix, residual, shape, options.seed, base_score=0.0)
    return Fitted(base, names, _core.Forest.from_xgboost(model))


def residual_of(base: _core.Base, layers: Sequence[_core.Layer], latencies: FloatArray,
                lattice: _core.Lattice) -> FloatArray:
    return np.asarray(np.log(latencies / np.maximum(base.predict(layers, lattice), 1.0)))


def distinct_columns(names: Sequence[str], matrix: npt.NDArray[np.float32]
                     ) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The columns that vary and do not order the rows as an earlier one does: a tree
    could do nothing with the others."""
    kept: dict[bytes, int] = {}
    for i, column in enumerate(matrix.T):
        ranks = np.unique(column, return_inverse=True, equal_nan=True)[1]
        if ranks.max() > 0:
            kept.setdefault(ranks.tobytes(), i)
    columns = list(kept.values())
    return [names[i] for i in columns], np.ascontiguousarray(matrix[:, columns])


def fit_xgboost(matrix: npt.NDArray[np.float32], target: FloatArray, shape: ForestShape,
                seed: int, base_score: float, weights: FloatArray | None = None,
                start: bytes | None = None) -> bytes:
    """An XGBoost model as UBJ. Everything that could differ between two runs or
    two versions is stated: one thread, the seed, the base score. `start`: a model whose
    trees come first."""
    parameters = {
        "objective": "reg:squarederror", "max_depth": shape.depth, "eta": shape.eta,
        "base_score": base_score, "nthread": 1, "seed": seed,
        "subsample": shape.row_share, "colsample_bynode": shape.feature_share,
        "tree_method": "exact" if len(target) <= _MOST_ROWS_EXACT_TREES else "hist",
    }
    booster = xgboost.train(parameters, xgboost.DMatrix(matrix, target, weight=weights),
                            shape.trees, xgb_model=None if start is None else bytearray(start))
    return bytes(booster.save_raw("ubj"))
