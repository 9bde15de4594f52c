# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers, lattices and models: the C++ definitions, as Python sees them.

Nothing here is implemented a second time in Python. Every failure is a
ValueError (InputError, UnsupportedError, OverflowedError) or, for files, an
OSError (FileError), with the message of the C++ side.

Latencies are float64 in the *unit* of the target: cycles where
`TargetInfo.counts_cycles`, picoseconds otherwise.
"""
from typing import Any, Mapping, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

Float32Matrix = npt.NDArray[np.float32]
Float64Vector = npt.NDArray[np.float64]
Floats = Union[Sequence[float], Float64Vector]
Integers = Union[Sequence[int], npt.NDArray[np.int64]]

class InputError(ValueError): ...
class UnsupportedError(ValueError): ...
class OverflowedError(ValueError): ...
class FileError(OSError): ...

# -- Layers ------------------------------------------------------------------

class Layer:
    """One layer in canonical form. Immutable, hashable, picklable."""

    @staticmethod
    def parse(text: str) -> Layer: ...
    @staticmethod
    def from_fields(
        kind: str,
        dims: Mapping[str, int],
        options: Mapping[str, str] = {},
        types: str = "",
    ) -> Layer:
        """Dimensions may use the aliases of the text form (ih, iw, ph, pw).
        Options: op, layout, epilogue, tile, nest. Empty types: all f32."""
    @property
    def text(self) -> str: ...
    @property
    def key(self) -> str:
        """16 hexadecimal digits: the hash of the text."""
    @property
    def shape_key(self) -> str:
        """Kind, dimensions and types as text: layout, epilogue and schedule
        apart. Rows of equal shape_key belong to one group of a split."""
    @property
    def kind(self) -> str: ...
    @property
    def dims(self) -> dict[str, int]:
        """Without options, in the order of LayerKinds.def."""
    @property
    def options(self) -> dict[str, str]:
        """The kind's options (`op`), and those of layout, epilogue, tile, nest
        that are stated, as the text form spells them."""
    @property
    def types(self) -> str: ...
    @property
    def work(self) -> dict[str, int]:
        """macs, useful_macs, operations, input_elements, weight_elements,
        output_elements, input_bytes, weight_bytes, output_bytes."""
    def replace(self, **dims: int) -> Layer:
        """The layer with some dimensions changed, checked again."""
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

def layer_kinds() -> list[dict[str, Any]]:
    """The table of LayerKinds.def: [{"name", "doc", "operand_types",
    "result_types", "dims": [{"name", "role", "axis", "default", "minimum",
    "doc", "values"}]}]. role: extent, output, kernel, stride, dilation,
    pad_low, pad_high, count, option; axis -1, 0 (depth), 1, 2 (width); default
    None where the dimension must be given; values: names of an option, else []."""

# -- Targets and lattices ------------------------------------------------------

class Step:
    def __init__(
        self,
        dim: str,
        width: int,
        offset: int = 0,
        region_low: int = 1,
        region_high: Optional[int] = None,
        resource: str = "compute",
        plateau: str = "unknown",
        knowledge: str = "stated",
        evidence: str = "",
    ) -> None:
        """resource: compute, output, weights, input, launch; plateau: unknown,
        flat, ramps; knowledge: white, gray, black, stated."""
    dim: str
    width: int
    offset: int
    region_low: int
    region_high: Optional[int]
    resource: str
    plateau: str
    knowledge: str
    evidence: str
    def last_point(self, extent: int) -> int: ...
    def __eq__(self, other: object) -> bool: ...

class Lattice:
    def __init__(
        self,
        kind: str,
        steps: Sequence[Step] = (),
        maximum: Mapping[str, int] = {},
    ) -> None: ...
    @property
    def kind(self) -> str: ...
    @property
    def steps(self) -> list[Step]: ...
    @property
    def maximum(self) -> dict[str, int]:
        """Only the limited dimensions."""
    def representative(self, layer: Layer) -> Layer: ...
    def query_point(self, layer: Layer) -> Layer: ...
    def rounded_for(self, resource: str, layer: Layer) -> Layer: ...
    def waste(self, layer: Layer) -> float: ...
    def headroom(self, layer: Layer) -> list[tuple[str, int, int]]:
        """(dimension, extent, largest extent that costs the same)."""
    @property
    def is_trivial(self) -> bool: ...
    def to_json(self) -> str: ...
    @staticmethod
    def from_json(text: str) -> Lattice: ...
    def __eq__(self, other: object) -> bool: ...

class FittedStep:
    """A staircase that a sweep supports."""
    width: int
    offset: int
    region_low: int
    region_high: int
    height: float
    significance: float
    evidence: str
    @property
    def plateau(self) -> str: ...

class SweepFit:
    """What a sweep says; `steps` from the widest to the narrowest, or the
    `reason` why there are none."""
    steps: list[FittedStep]
    reason: str
    noise: float
    deterministic: bool
    measurements: int
    curve: list[tuple[int, float]]

class StepFitter:
    """Finds steps over one dimension: measure at `next()`, tell by `observe`."""
    def __init__(
        self,
        low: int,
        high: int,
        most_measurements: int = 48,
        candidates: Sequence[int] = (),
    ) -> None: ...
    def next(self) -> int | None: ...
    def batch(self) -> list[int]:
        """What will be asked for whatever the latencies are, `next()` first."""
    def observe(self, extent: int, latency: float) -> None: ...
    def skip(self, extent: int) -> None: ...
    def result(self) -> SweepFit: ...

class TargetInfo:
    @staticmethod
    def from_json(text: str) -> TargetInfo: ...
    def to_json(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, int]: ...
    @property
    def description_hash(self) -> str: ...
    @property
    def clock_khz(self) -> Optional[int]: ...
    @property
    def counts_cycles(self) -> bool: ...
    @property
    def kinds(self) -> list[str]: ...
    def supports(self, kind: str) -> bool: ...
    def why_illegal(self, layer: Layer) -> str:
        """Empty where the target can run the layer."""
    def types(self, kind: str) -> list[str]:
        """Accepted element types; empty: any."""
    def free_epilogue(self, kind: str) -> list[str]: ...
    def tile_dims(self, kind: str) -> list[str]:
        """The dimensions whose tile size a schedule may give."""
    def tile_candidates(self, layer: Layer, most: int = 512) -> list[Layer]:
        """The layer with each of the legal tile sizes worth asking about, in a
        fixed order, thinned out to `most`. UnsupportedError where there are none."""
    def lattice(self, kind: str) -> Lattice:
        """The steps known beforehand; a trivial lattice for other kinds."""
    def domain(self, kind: str) -> dict[str, tuple[int, int]]:
        """What a campaign should draw; dimensions left out: their default."""
    def with_lattice(self, lattice: Lattice) -> TargetInfo:
        """A copy with the steps of one kind replaced."""

# -- Features and base ---------------------------------------------------------

def feature_names(lattice: Lattice) -> list[str]:
    """Every feature of the kind on this lattice, in order."""

def feature_matrix(
    layers: Sequence[Layer],
    lattice: Lattice,
    base: Base,
    names: Optional[Sequence[str]] = None,
) -> Float32Matrix:
    """One row per layer, of its query point; NaN where a feature is missing."""

def layer_case(layer: Layer) -> str:
    """What a library may run in a way of its own: pointwise, pointwise_strided, windowed,
    windowed_strided; "any" of kinds without a window."""
def work_terms(lattice: Lattice) -> list[str]:
    """Names of the kind's candidate terms, as `useful_macs@compute`."""

def term_matrix(
    layers: Sequence[Layer], lattice: Lattice, terms: Sequence[str]
) -> npt.NDArray[np.float64]: ...

class Base:
    """latency = max over branches of a non-negative sum of work terms."""

    @property
    def branches(self) -> list[dict[str, float]]: ...
    @property
    def cases(self) -> dict[str, list[dict[str, float]]]:
        """In place of `branches`, of layers of these cases: pointwise, windowed ..."""
    def predict(self, layers: Sequence[Layer], lattice: Lattice) -> Float64Vector: ...
    @property
    def text(self) -> str:
        """For people: `max(1 + 0.015625 useful_macs@compute, ...)`."""
    def to_json(self) -> str: ...
    @staticmethod
    def from_json(text: str, kind: str) -> Base: ...

def fit_base(
    layers: Sequence[Layer],
    latencies: Floats,
    lattice: Lattice,
    groups: Optional[Integers] = None,
    terms: Optional[Sequence[str]] = None,
    branches: int = 0,
    max_branches: int = 4,
    folds: int = 5,
    seed: int = 0,
    starts: Sequence[Base] = (),
    cases: Mapping[str, tuple[Sequence[str], int]] = {},
) -> tuple[Base, list[dict[str, Any]]]:
    """The base and what was compared to choose it: [{"branches", "term_set",
    "terms", "cv_error", "cv_error_of_case", "chosen"}], cv_error the mean absolute log error on
    held-out groups, each at most 1, and the same of the layers of each case (layer_case). The chosen one has "cases" as well: the same of each case that
    got branches of its own, by name. groups: rows of one group are held out together
    (default: by shape). With terms and branches given nothing is compared, and `cases`
    says which get their own, of which terms and how many. starts: bases to begin from as well."""

# -- Forest, interval, bundle --------------------------------------------------

class Forest:
    @staticmethod
    def from_xgboost(model: bytes) -> Forest:
        """XGBoost's JSON or UBJ model, of 1.7 to 3.x."""
    def predict(self, features: Float32Matrix) -> npt.NDArray[np.float32]: ...
    @property
    def num_trees(self) -> int: ...
    @property
    def num_features(self) -> int: ...

class Interval:
    """Conformal interval of a kind, at 80, 90 and 95 %."""

    def __init__(self) -> None:
        """Of no held-out points: never an interval."""
    @staticmethod
    def calibrate(
        predicted: Floats, measured: Floats, scales: Floats = (), shrinkage: float = 1.0
    ) -> Interval:
        """From latencies that the model did not see. scales: the error that was
        expected of each, up to a factor; empty: the same of all. shrinkage: the size of an
        error of the model that is asked, over that of an error here."""
    @property
    def count(self) -> int: ...
    def bounds(
        self, predicted: float, percent: int, scale: float = 1.0
    ) -> Optional[tuple[float, float]]:
        """None where too few points were held out for this level."""

class BundleBuilder:
    def __init__(self, target: TargetInfo) -> None: ...
    @staticmethod
    def starting_from(estimator: Estimator) -> BundleBuilder:
        """With everything that is in the estimator's bundle."""
    def correct(
        self,
        lattice: Lattice,
        factor: float,
        measured: Sequence[tuple[Layer, float, float, float]],
        widening: Sequence[float],
        added: Optional[Base] = None,
        *,
        original: str,
    ) -> None:
        """Replaces the correction of the lattice's kind: latency = factor * model +
        added. measured: (layer, latency, lower, upper), which answer for themselves.
        widening: of the interval on either side, as a logarithm, at 80, 90 and 95 %.
        original: id of the model that is corrected."""
    def add_kind(
        self,
        lattice: Lattice,
        base: Base,
        training_layers: Sequence[Layer],
        interval: Interval,
        forest: Optional[Forest] = None,
        features: Sequence[str] = (),
        exact: Sequence[tuple[Layer, float, float, float]] = (),
        spread: Optional[Forest] = None,
        similar: Sequence[tuple[Layer, float]] = (),
        similar_interval: Interval = ...,
    ) -> None:
        """training_layers: what the domain is the hull of. exact: (layer,
        latency, lower, upper) in the target's unit. spread: of the log of the scale
        of the error; it reads the same features as the forest. similar: latencies that a
        similar device's measurements say, and the interval half way to the model's."""
    def add_measured_kind(
        self,
        lattice: Lattice,
        exact: Sequence[tuple[Layer, float, float, float]],
        reason: str,
    ) -> None:
        """A kind whose measured layers are known and no others: the others have
        status unsupported, with this reason why there is no model."""
    def add_absent_kind(self, kind: str, reason: str) -> None:
        """A kind without a model: status unsupported, with this reason."""
    def set_card(self, json: str) -> None: ...
    def build(self) -> bytes:
        """The same calls give the same bytes."""

class Estimator:
    @staticmethod
    def load(path: str, confidence: int = 90) -> Estimator: ...
    @staticmethod
    def from_bytes(bundle: bytes, confidence: int = 90) -> Estimator: ...
    def predict(self, layers: Sequence[Layer]) -> dict[str, list[Any]]:
        """Columns status (measured, predicted, extrapolated, unsupported),
        time_ps, cycles, lower_ps, upper_ps, lower_cycles, upper_cycles (int or
        None), waste (0..1), corrected_by (measurements of a later correction; 0:
        none), representative (text), reason (empty unless unsupported)."""
    def model_point(self, layer: Layer) -> Layer:
        """The query point as the model knows it: without free epilogues, in the
        layout of the training data. UnsupportedError: a layer without an answer."""
    def uncorrected(
        self, layers: Sequence[Layer], confidence: int = 90
    ) -> tuple[Float64Vector, Float64Vector, Float64Vector]:
        """Latency and bounds in the target's unit, without corrections and not
        rounded; NaN where there are no bounds. UnsupportedError: a layer without
        an answer."""
    def why_not(self, layer: Layer) -> str: ...
    def representative(self, layer: Layer) -> Layer: ...
    def query_point(self, layer: Layer) -> Layer: ...
    @property
    def target(self) -> TargetInfo: ...
    @property
    def model_id(self) -> str: ...
    @property
    def card(self) -> str:
        """JSON, as given to set_card."""
    @property
    def kinds(self) -> dict[str, dict[str, Any]]:
        """Per kind: {"lattice": Lattice, "base": Base, "features": [...],
        "forest": Forest, "trees": int, "exact_rows": int, "held_out": int,
        "reason": str}, the reason empty where there is a base, and where it was
        corrected "correction": {"factor", "added": Base or None, "widening", "layers",
        "original"}; or, for a kind without measurements, {"reason": str}."""

def schema_version() -> int:
    """Of the bundles this build reads and writes."""
