# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tile sizes: candidates, campaigns with schedules, and that a model's choice is good."""
import re
import statistics
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from conftest import SOURCE

from mlir_pr import _core, planning, toolchain, training
from mlir_pr.campaign import read_campaign
from mlir_pr.errors import InputError

TARGET = "systolic_array[rows=8,cols=8,depth=64]"
#: None of them is drawn for training.
LAYERS = ("matmul m=1 n=100 k=200", "matmul m=128 n=64 k=96", "matmul m=64 n=10 k=128", "matmul m=16 n=48 k=300",
          "conv2d oc=16 ic=40 oh=14 ow=14 kh=1 kw=1", "conv2d oc=24 ic=16 oh=28 ow=28 kh=3 kw=3 pt=1 pb=1 pl=1 pr=1",
          "conv2d oc=48 ic=100 oh=7 ow=7 kh=3 kw=3", "conv2d oc=64 ic=24 oh=9 ow=9 kh=1 kw=1 sh=2 sw=2")


@pytest.fixture(scope="module")
def study() -> ModuleType:
    sys.path.insert(0, str(SOURCE / "benchmarks"))
    import tilestudy
    return tilestudy


@pytest.fixture(scope="module")
def info(study: ModuleType) -> Any:
    return study.describe(TARGET)


def layers() -> list[_core.Layer]:
    return [_core.Layer.parse(f"{text} : i8, i8 -> i32") for text in LAYERS]


def test_candidates_are_legal_and_distinct(info: _core.TargetInfo) -> None:
    assert info.tile_dims("matmul") == ["m", "n", "k"]
    assert info.tile_dims("conv2d") == ["oh", "ow", "oc", "ic"]
    for layer in layers():
        candidates = info.tile_candidates(layer)
        assert len(set(candidates)) == len(candidates) >= 40
        assert not any(info.why_illegal(candidate) for candidate in candidates)
        assert len(info.tile_candidates(layer, 20)) <= 20


def test_a_size_is_what_smaller_hardware_does(study: ModuleType) -> None:
    """The same cycles by two roads: tiles of a schedule, and an array elaborated for them."""
    layer = _core.Layer.parse("matmul m=13 n=9 k=100 : i8, i8 -> i32")
    given = _core.Layer.parse("matmul m=13 n=9 k=100 tile=m:3,n:2,k:20 : i8, i8 -> i32")
    assert study.measure(TARGET, [given], "") == study.measure("systolic_array[rows=3,cols=2,depth=20]", [layer], "")
    assert study.measure(TARGET, [layer], "") == study.measure(
        TARGET, [_core.Layer.parse("matmul m=13 n=9 k=100 tile=m:8,n:8,k:64 : i8, i8 -> i32")], "")


def test_campaigns_draw_schedules(info: _core.TargetInfo, tmp_path: Path) -> None:
    config = tmp_path / "campaign.yaml"
    config.write_text("{sampling: random, budget: {count: 20}, schedules: 3, kinds: {matmul: {share: 1}}}")
    planned = [_core.Layer.parse(one.layer) for one in planning.make_plan(read_campaign(config), info, []).layers]
    scheduled = [layer for layer in planned if "tile" in layer.options]
    assert len(planned) - len(scheduled) == 20
    assert len(scheduled) == 60
    assert planned == [_core.Layer.parse(one.layer)
                       for one in planning.make_plan(read_campaign(config), info, []).layers]
    config.write_text("schedules: -1")
    with pytest.raises(InputError, match="schedules: -1 is below 0"):
        read_campaign(config)


def test_the_choice_of_a_model_is_good(study: ModuleType, info: _core.TargetInfo) -> None:
    drawn = study.training_plan(info, layers(), 80, 4, seed=0)
    assert not {layer.shape_key for layer in drawn} & {layer.shape_key for layer in layers()}
    estimator = study.train(info, drawn, study.measure(TARGET, drawn, ""), seed=0)
    regrets = [study.choices(estimator, case) for case in study.make_cases(TARGET, info, layers(), 64)]
    assert statistics.mean(regret["model"] for regret in regrets) <= 0.05
    assert np.quantile([regret[f"model, then evaluator on its best {study.SHORT_LIST}"] for regret in regrets], 0.95) <= 0.01
    assert statistics.mean(regret["random (expected)"] for regret in regrets) > 0.5


GEMMINI = "gemmini[scratchpad_kib=32,accumulator_kib=16]"
#: Real ones of the small networks.
GEMMINI_LAYERS = ("conv1d oc=24 ic=16 ow=51 kw=1 sw=2", "conv1d oc=32 ic=24 ow=26 kw=9 sw=2 pl=4 pr=4",
                  "matmul m=1 n=256 k=784", "conv2d oc=64 ic=32 oh=8 ow=8 kh=1 kw=1 sh=2 sw=2",
                  "conv2d oc=64 ic=64 oh=25 ow=5 kh=1 kw=1", "matmul m=100 n=40 k=75")


def gemmini_layers() -> list[_core.Layer]:
    return [_core.Layer.parse(f"{text} : i8, i8 -> i32") for text in GEMMINI_LAYERS]


def gemmini_rows(layer: _core.Layer) -> tuple[int, int]:
    """Rows of scratchpad and accumulator that a tile takes, as docs/design/Gemmini.md words it."""
    tile = {name: int(size) for name, size in (entry.split(":") for entry in layer.options["tile"].split(","))}
    dims = layer.dims
    up = lambda extent: -(-extent // 16)  # noqa: E731
    if layer.kind == "matmul" or (layer.kind == "conv1d" and dims["kw"] == dims["sw"] == 1):
        i, j, k = (up(tile[name]) for name in (("m", "n", "k") if layer.kind == "matmul" else ("ow", "oc", "ic")))
        return 16 * (i * k + k * j), 16 * i * j
    stride = max(dims.get("sh", 1), dims["sw"])
    orows, krows = tile.get("oh", 1), tile.get("kh", 1)
    irows = orows * stride + krows - 1 if layer.kind == "conv2d" else stride
    icols = tile["ow"] * stride + tile["kw"] - 1
    return (up(tile["ic"]) * irows * icols + up(tile["oc"]) * krows * tile["kw"] * tile["ic"],
            up(tile["oc"]) * orows * tile["ow"])


def test_candidates_fit_into_gemmini(study: ModuleType) -> None:
    info = study.describe(GEMMINI)
    spilled = _core.Layer.parse("conv2d oc=64 ic=64 oh=25 ow=5 kh=1 kw=1 tile=oh:25,ow:5,oc:64,ic:64 : i8, i8 -> i32")
    assert "more than half" in info.why_illegal(spilled)
    assert "whole blocks of 16" in info.why_illegal(_core.Layer.parse("matmul m=100 n=40 k=75 tile=m:24 : i8, i8 -> i32"))
    for layer in gemmini_layers():
        for candidate in info.tile_candidates(layer):
            rows, sums = gemmini_rows(candidate)
            assert rows <= 32 * 64 // 2 and sums <= 16 * 16 // 2, candidate.text


def test_the_evaluated_choice_on_gemmini_is_good(study: ModuleType) -> None:
    info = study.describe(GEMMINI)
    drawn = study.training_plan(info, gemmini_layers(), 60, 3, seed=0)
    estimator = study.train(info, drawn, study.measure(GEMMINI, drawn, ""), seed=0)
    regrets = [study.choices(estimator, case) for case in study.make_cases(GEMMINI, info, gemmini_layers(), 40)]
    assert statistics.mean(regret[study.BOTH] for regret in regrets) <= 0.01
    assert max(regret[study.BOTH] for regret in regrets) <= 0.05
    assert statistics.mean(regret["random (expected)"] for regret in regrets) > 0.1


def test_the_pass_evaluates_what_the_model_ranks_first(study: ModuleType, info: _core.TargetInfo, tmp_path: Path) -> None:
    layer = _core.Layer.parse("matmul m=20 n=64 k=96 layout=nn : i8, i8 -> i32")
    drawn = study.training_plan(info, layers()[:4], 40, 4, seed=0)
    rows = [training.Row(one, latency) for one, latency in zip(drawn, study.measure(TARGET, drawn, "")) if latency]
    bundle = training.train(rows, info, training.Options(seed=0)).bundle
    (tmp_path / "model.prm").write_bytes(bundle)
    case, = study.make_cases(TARGET, info, [layer], 256)
    order = study.ranking(study.predictions(_core.Estimator.from_bytes(bundle), case), case)
    (tmp_path / "product.mlir").write_text("""
func.func @main(%a: tensor<20x96xi8>, %b: tensor<96x64xi8>, %c: tensor<20x64xi32>) -> tensor<20x64xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<20x96xi8>, tensor<96x64xi8>) outs(%c : tensor<20x64xi32>) -> tensor<20x64xi32>
  return %0 : tensor<20x64xi32>
}""")
    chosen = toolchain.output_of([str(toolchain.mlir_opt()), f"--load-dialect-plugin={toolchain.plugin()}",
                                  str(tmp_path / "product.mlir"), "--pass-pipeline=builtin.module(pr-choose-tiles{"
                                  f"model={tmp_path}/model.prm architecture=systolic_array}})"])
    assert int(re.search(r"time_ps = \d+, cycles = (\d+)", chosen)[1]) == case.truth[order[:8]].min()
    assert "evaluated = 8" in chosen
