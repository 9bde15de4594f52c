# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models that start from that of a similar device, where they are better than one trained
anew: its base moved or fitted again, with its forest, one learned from both devices' rows, or none."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Sequence

import numpy as np

from mlir_pr import _core, transfer
from mlir_pr.kindmodel import (EXACT, WORTHWHILE, Candidate, Fitted, FloatArray, ForestShape, KindData, M,
                               Model, Options, Row, Similar, distinct_columns, fit_forest, fit_xgboost, folds_of,
                               held_out_by, legal_rows, mape, residual_of)

#: Of a similar device so many rows are learned from.
_MOST_SIMILAR_ROWS = 1800
#: What both devices have in common, then what only the new one has. A row of the new
#: one counts for so many of the other's.
_SHARED_SHAPE = ForestShape(300, 4, 0.05, 0.6, 0.4)
_OWN_SHAPE = ForestShape(60, 3, 0.1, 0.6, 0.4)
_OWN_WEIGHT = 3.0
#: Of what several models say together.
_BLEND_SHAPE = ForestShape(300, 6, 0.05, 0.6, 0.4)
#: What models say together is as good as the best of them unless its errors are larger by more
#: standard errors than this, or by more than this factor.
_CHANCE = 1.5
_MOST_WORSE = 1.25
#: Of what is said together a model has a share that falls with this power of its error; one
#: that errs so many times as much as the best has none.
_POWER = 4
_TOO_FAR = 2.0


def source_of(similar: _core.Estimator, kind: str,
              rows: Sequence[Row]) -> transfer.Source | None:
    own = sorted(legal_rows([row for row in rows if row.layer.kind == kind], similar.target),
                 key=lambda row: (row.layer.text, row.latency))
    count = min(len(own), _MOST_SIMILAR_ROWS)
    return transfer.source_of(similar, kind, [row.layer for row in own],
                              np.array([row.latency for row in own], dtype=np.float64),
                              [i * len(own) // count for i in range(count)])


def choose_source(data: KindData, source: transfer.Source, anew: Candidate[Fitted], options: Options
                  ) -> tuple[Candidate[Fitted], dict[str, Any]]:
    """What the model that was trained anew and those that start from the similar device's say
    together; or the one whose like was closest to rows held out, where that is better."""
    tried = [anew, *(_candidate(start.name, data, lambda part, start=start: start.fit(part, options),
                                options) for start in _starts(data, source, options))]
    # The other's measurements are no model of this one, but may teach one.
    moved = [_moved(data, source, options)] if source.measured else []
    teachers: list[Candidate[Any]] = [*tried, *moved]
    errors = {one.name: mape(one.held_out, data.latencies) for one in teachers}
    best = anew
    for one in tried:
        if errors[one.name] < errors[best.name] * (1 - WORTHWHILE):
            best = one
    some = [(one, share) for one, share in zip(teachers, _shares(list(errors.values()))) if share > 0]
    is_alone = [one.name for one, _ in some] == [best.name]
    if source.layers and errors[best.name] > EXACT and not is_alone:
        together = _together(some, data, source, options)
        if _as_good(together.answers(), best.held_out, data.latencies):
            best = together
    return best, {"model": source.model_id, "target": source.target, "chosen": best.name,
                  "rows": len(source.layers),
                  "compared": [{"start": name, "mape": error} for name, error in errors.items()]}


@dataclass(frozen=True)
class _Start:
    """A way from the model of a similar device to one of this."""

    name: str
    source: transfer.Source
    #: The forest, where there is one: the other's as it is, or learned from both.
    with_forest: bool = False
    shared: bool = False
    #: Few enough to fit the base anew.
    terms: tuple[str, ...] = ()
    hold: float = transfer.HOLD

    def fit(self, data: KindData, options: Options) -> Fitted:
        base = self._base(data, options)
        if self.shared:
            return _fit_shared_forest(data, self.source, base, options)
        return Fitted(base, list(self.source.features), self.source.forest) \
            if self.with_forest else Fitted(base)

    def _base(self, data: KindData, options: Options) -> _core.Base:
        if self.terms:
            return _core.fit_base(data.layers, data.latencies, data.lattice, data.groups,
                                  terms=self.terms, branches=1, seed=options.seed)[0]
        return transfer.adapted_base(self.source, data.layers, data.latencies, data.lattice,
                                     self.with_forest, self.hold)


def _starts(data: KindData, source: transfer.Source, options: Options) -> list[_Start]:
    starts: list[_Start] = []
    shared = source.layers and source.shared_features(data.lattice)
    if source.fits(data.lattice):
        starts.append(_Start(f"base of {source.target}", source))
        if source.forest:
            starts.append(_Start(f"base and forest of {source.target}", source, with_forest=True))
        if shared:
            starts.append(_Start(f"base of {source.target} and forest of both", source, shared=True))
    for name, terms in source.shared_terms(data.lattice).items() if shared else ():
        lean = name == "lean"
        again = replace(source, base=_shared_base(source, terms, 1 if lean else options.max_branches,
                                                  options))
        starts.append(_Start(f"{name} base of {source.target} and forest of both", again,
                             shared=True, terms=tuple(terms) if lean else (),
                             hold=transfer.HOLD if lean else transfer.FIRM_HOLD))
    return starts


def _shared_base(source: transfer.Source, terms: Sequence[str], branches: int,
                 options: Options) -> _core.Base:
    """Of the similar device's rows, of terms that mean the same on both."""
    return _core.fit_base(source.layers, source.latencies, source.lattice, terms=terms,
                          branches=branches, seed=options.seed)[0]


@dataclass(frozen=True)
class _Moved:
    """Measurements of the other device in the place of a model."""

    measurements: transfer.MovedMeasurements

    def predict(self, data: KindData) -> FloatArray:
        return self.measurements.predict(data.layers)


def _moved(data: KindData, source: transfer.Source, options: Options) -> Candidate[_Moved]:
    def fit(rows: KindData) -> _Moved:
        return _Moved(transfer.MovedMeasurements.fit(source, rows.layers, rows.latencies))
    return _candidate(f"measurements of {source.target}", data, fit, options)


def _candidate(name: str, data: KindData, fit: Callable[[KindData], M],
               options: Options) -> Candidate[M]:
    folds = folds_of(data, options)
    parts = [fit(data.take(seen)) for seen, _ in folds]
    return Candidate(name, fit(data), parts, held_out_by(parts, data, folds))


def _as_good(one: FloatArray, best: FloatArray, measured: FloatArray) -> bool:
    """Whether chance could have made the difference. Outliers make chance look large, so
    that errors must be alike too."""
    further = np.abs(one / measured - 1) - np.abs(best / measured - 1)
    by_chance = _CHANCE * np.std(further) / np.sqrt(len(further))
    return bool(np.mean(further) <= by_chance
                and mape(one, measured) <= _MOST_WORSE * mape(best, measured))


def _shares(errors: Sequence[float]) -> FloatArray:
    """What each model has of what they say together: the better ones most. A few dozen rows cannot
    tell the best of several good ones."""
    closeness = max(min(errors), EXACT) / np.maximum(errors, EXACT)
    shares = np.where(closeness * _TOO_FAR > 1, closeness ** _POWER, 0.0)
    return np.asarray(shares / shares.sum())


def _together(some: Sequence[tuple[Candidate[Any], float]], data: KindData,
              source: transfer.Source, options: Options) -> Candidate[Fitted]:
    """What the models say on average of the layers that the other device measured, kept as it
    is; and one model that learned it, since a bundle holds one, for all others."""
    folds = folds_of(data, options)
    parts = [_taught(_said([(one.parts[i], share) for one, share in some], data.take(seen), source),
                     source, options) for i, (seen, _) in enumerate(folds)]
    all_said = _said([(one.model, share) for one, share in some], data, source)
    known = np.array([layer.text in source.measured for layer in data.layers])
    held_out = np.exp(sum(share * np.log(one.held_out) for one, share in some))
    names = ", ".join(one.name for one, _ in some)
    return Candidate(f"mean of {names}" if len(some) > 1 else names, _taught(all_said, source, options),
                     parts, held_out_by(parts, data, folds), similar=Similar(
                         source.every, all_said.latencies[:len(source.every)],
                         np.where(known, held_out, np.nan)))


def _said(models: Sequence[tuple[Model, float]], own: KindData, source: transfer.Source) -> KindData:
    """On average, in logarithms, of the other device's layers and then of these."""
    asked = replace(own, rows=[Row(layer, 1.0) for layer in [*source.every, *own.layers]])
    return replace(asked, latencies=np.asarray(np.exp(sum(
        share * np.log(np.maximum(model.predict(asked), 1.0)) for model, share in models))))


def _taught(said: KindData, source: transfer.Source, options: Options) -> Fitted:
    """One model that learned what was said."""
    base = _core.fit_base(said.layers, said.latencies, said.lattice,
                          terms=source.shared_terms(said.lattice)["lean"], branches=2,
                          seed=options.seed)[0]
    return fit_forest(said, base, _BLEND_SHAPE, options)


def _fit_shared_forest(data: KindData, source: transfer.Source, base: _core.Base,
                       options: Options) -> Fitted:
    """Of what each device's base leaves of its rows, first for both at once, then what
    remains of the new one's."""
    names = source.shared_features(data.lattice)
    matrix = np.concatenate([
        _core.feature_matrix(data.layers, data.lattice, base, names),
        _core.feature_matrix(source.layers, source.lattice, source.base, names)])
    names, matrix = distinct_columns(names, matrix)
    if not names:
        return Fitted(base)
    residual = np.concatenate([
        residual_of(base, data.layers, data.latencies, data.lattice),
        residual_of(source.base, source.layers, source.latencies, source.lattice)])
    own = len(data.rows)
    weights = np.ones(len(residual))
    weights[:own] = _OWN_WEIGHT
    both = fit_xgboost(matrix, residual, _SHARED_SHAPE, options.seed, 0.0, weights)
    model = fit_xgboost(matrix[:own], residual[:own], _OWN_SHAPE, options.seed, 0.0, start=both)
    return Fitted(base, names, _core.Forest.from_xgboost(model))
