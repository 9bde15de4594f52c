# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import collections
import json

import pytest
from fake_bench import INFO
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlir_pr import _core
from mlir_pr.campaign import read_campaign
from mlir_pr.domain import from_config, hull
from mlir_pr.errors import InputError
from mlir_pr.planning import make_plan, plateau_start
from mlir_pr.store import StatedStep
from mlir_pr.targetinfo import with_steps
from mlir_pr.yamlio import Section

TARGET = _core.TargetInfo.from_json(json.dumps(INFO))
BASE = """
seed: {seed}
sampling: {sampling}
budget: {{count: {count}}}
kinds:
  matmul:
    types: "i8, i8 -> i32"
    dims: {{m: [1, 128], n: {{range: [1, 128], scale: linear}}, k: {{values: [16, 32, "m * 2"]}}}}
"""


@pytest.fixture(scope="module")
def plan_of(tmp_path_factory):
    def plan(text, networks=(), target=TARGET):
        path = tmp_path_factory.mktemp("c") / "c.yaml"
        path.write_text(text)
        return make_plan(read_campaign(path), target, [_core.Layer.parse(n) for n in networks])

    return plan


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31), sampling=st.sampled_from(["pr", "pr+starts", "random"]),
       count=st.integers(1, 150))
def test_a_plan_is_distinct_legal_and_reproducible(plan_of, seed, sampling, count):
    text = BASE.format(seed=seed, sampling=sampling, count=count)
    plan = plan_of(text)
    assert plan == plan_of(text)
    layers = [_core.Layer.parse(planned.layer) for planned in plan.layers]
    assert len(set(layers)) == len(layers) == count
    assert not any(TARGET.why_illegal(layer) for layer in layers)
    lattice = TARGET.lattice("matmul")
    for planned, layer in zip(plan.layers, layers):
        if planned.role == "pr":
            assert lattice.representative(layer) == layer
        if planned.role == "plateau-start":
            starts = [layer.dims[dim] % 8 == 1 or layer.dims[dim] == 1 for dim in ("m", "n")]
            assert any(starts)


def test_another_seed_gives_another_plan(plan_of):
    one, two = (plan_of(BASE.format(seed=seed, sampling="pr", count=50)) for seed in (1, 2))
    assert one.layers != two.layers


def test_roles_have_their_shares(plan_of):
    text = BASE.format(seed=1, sampling="pr+starts", count=100) + "random_baseline: 30\n"
    roles = [planned.role for planned in plan_of(text).layers]
    assert 6 <= roles.count("plateau-start") <= 14
    assert roles.count("random") == 30
    assert len(roles) == 130


def test_an_exhausted_domain_is_told(plan_of):
    plan = plan_of("""
budget: {count: 100}
kinds: {matmul: {types: "i8, i8 -> i32", dims: {m: [1, 16], n: [1, 8], k: 4}}}
""")
    assert len(plan.layers) == 2
    assert "the domain of matmul gave 2 distinct legal layers of 100" in plan.notes[0]


def test_work_may_be_limited(plan_of):
    text = """
sampling: random
budget: {{count: 30}}
kinds: {{matmul: {{types: "i8, i8 -> i32", dims: {{m: [1, 16], n: [1, 64], k: [1, 64]}}{}}}}}
"""
    macs = [[_core.Layer.parse(planned.layer).work["macs"] for planned in plan_of(text.format(limit)).layers]
            for limit in ("", ", most_macs: 2000")]
    assert max(macs[0]) > 2000 >= max(macs[1])
    assert len(macs[1]) == 30


def test_illegal_layers_are_counted_by_reason(plan_of):
    plan = plan_of("""
budget: {count: 10}
kinds: {matmul: {types: "f32, f32 -> f32", dims: {m: [1, 16], n: 8, k: 4}}}
""")
    assert plan.layers == []
    assert "points were refused" in plan.notes[0]


NETWORK = [f"matmul m={m} n={n} k={k} : i8, i8 -> i32"
           for m, n, k in ((1, 10, 64), (1, 100, 300), (16, 32, 64))]
ILLEGAL = "matmul m=4096 n=1 k=1 : i8, i8 -> i32"


def test_the_hull_of_networks(plan_of):
    plan = plan_of("budget: {count: 40}", [*NETWORK, ILLEGAL, *NETWORK])
    assert [planned.role for planned in plan.layers[:4]] == ["network"] * 3 + ["pr"]
    assert len(plan.layers) == 40
    for planned in plan.layers:
        dims = _core.Layer.parse(planned.layer).dims
        assert 1 <= dims["m"] <= 16 and 10 <= dims["n"] <= 104 and 64 <= dims["k"] <= 300
    assert "1 distinct layers of the networks are left out" in plan.notes[0]


def test_of_network_layers_the_query_points_are_measured(plan_of):
    info = {**INFO, "kinds": [{**INFO["kinds"][0], "free_epilogue": ["relu"], "maximum": {"n": 100},
                               "rules": [{"condition": "n != 16", "reason": "no 16"}]}]}
    target = _core.TargetInfo.from_json(json.dumps(info))
    layers = [f"matmul m={m} n={n} k=64{more} : i8, i8 -> i32" for m, n, more in
              ((1, 10, ""), (3, 20, ""), (5, 24, ""), (7, 23, " epilogue=relu"), (7, 23, " epilogue=bias"))]
    plan = plan_of("budget: {count: 10}", layers, target)
    named = [_core.Layer.parse(one.layer) for one in plan.layers if one.role == "network"]
    # Three of one plateau are one, the relu is free, the bias is not; 16 cannot be run.
    assert [(layer.dims["m"], layer.dims["n"], layer.options.get("epilogue")) for layer in named] == \
        [(1, 10, None), (8, 24, None), (8, 24, "bias")]


def test_network_layers_may_be_kept_out(plan_of):
    on_the_grid = "matmul m=8 n=32 k=64 : i8, i8 -> i32"
    text = "budget: {count: 40}\nnetwork_layers: exclude"
    plan = plan_of(text, [*NETWORK, on_the_grid])
    layers = [planned.layer for planned in plan.layers]
    assert _core.Layer.parse(on_the_grid).text not in layers
    # Nor is what would answer them, here one of four representatives.
    small = "kinds: {matmul: {types: 'i8, i8 -> i32', dims: {m: [1, 16], n: [1, 16], k: 64}}}\n"
    plan = plan_of(small + text, ["matmul m=3 n=9 k=64 : i8, i8 -> i32"])
    assert sorted((one.dims["m"], one.dims["n"]) for one in
                  (_core.Layer.parse(planned.layer) for planned in plan.layers)) == [(8, 8), (16, 8), (16, 16)]


def test_the_target_gives_the_domain_where_nothing_else_does(plan_of):
    plan = plan_of("budget: {count: 30}")
    assert len(plan.layers) == 30


def test_stated_steps_replace_those_of_the_target():
    target = with_steps(TARGET, [StatedStep("matmul", "m", 16), StatedStep("matmul", "n", 1)])
    steps = {step.dim: step.width for step in target.lattice("matmul").steps}
    assert steps == {"m": 16, "n": 1}


def test_steps_of_a_configuration(write):
    path = write("c.yaml", """
steps: {matmul: {m: 16, n: {width: 8, offset: 1, resource: output, plateau: ramps}}}
""")
    assert read_campaign(path).steps == [StatedStep("matmul", "m", 16),
                                         StatedStep("matmul", "n", 8, 1, "output", "ramps")]


def test_the_start_of_a_plateau():
    lattice = TARGET.lattice("matmul")
    layer = _core.Layer.parse("matmul m=24 n=128 k=5 : i8, i8 -> i32")
    assert plateau_start(layer, "m", lattice).dims["m"] == 17
    assert plateau_start(layer, "n", lattice).dims["n"] == 121
    assert plateau_start(layer, "k", lattice).dims["k"] == 5
    # One row of pixels is a layer of another kind, which this lattice does not know.
    image = _core.Layer.parse("conv2d oc=8 ic=8 oh=5 ow=7 kh=1 kw=1 : i8, i8 -> i32")
    rows = _core.Lattice("conv2d", [_core.Step("oh", 8)])
    assert plateau_start(image, "oh", rows).dims["oh"] == 2


@pytest.mark.parametrize("text, message", [
    ("sead: 1", "unknown key 'sead' (did you mean 'seed'?)"),
    ("seed: one", "seed: expected a whole number, found 'one'"),
    ("sampling: best", "sampling: 'best' is unknown (known: auto, pr, pr+starts, random, active)"),
    ("budget: {count: 0}", "count: 0 must be positive"),
    ("budget: 100", "budget: expected a mapping, found 100"),
    ("starts_share: 1.5", "starts_share: 1.5 is not in 0 .. 0.5"),
    ("kinds: {conv9d: {dims: {m: 1}}}", "conv9d: unknown layer kind"),
    ("kinds: {matmul: {dims: {q: 1}}}", "'q' is no dimension"),
    ("kinds: {matmul: {dims: {m: [8]}}}", "expected [low, high] with 0 <= low <= high, found [8]"),
    ("kinds: {matmul: {dims: {m: [8, 4]}}}", "expected [low, high]"),
    ("kinds: {matmul: {dims: {m: {values: []}}}}", "expected numbers or texts, found []"),
    ("kinds: {matmul: {together: [{dims: [m, n], values: [[1]]}]}}", "expected lists of 2 values"),
    ("steps: {matmul: {q: 8}}", "matmul has no such dimension"),
    ("steps: {matmul: {m: {width: 8, plateau: wavy}}}", "plateau: 'wavy' is unknown"),
    ("steps: {matmul: {m: {plateau: flat}}}", "'width' is missing"),
    ("sweeps: [{layer: hello, dim: m, range: [1, 2]}]", "hello"),
    ("sweeps: [{layer: 'matmul m=1 n=1 k=1 : i8, i8 -> i32', dim: q, range: [1, 2]}]",
     "matmul has no dimension 'q'"),
    ("measure: {block: -1}", "block: -1 must be positive"),
    ("- a", "expected a mapping, found a list"),
    ("", "expected a mapping, found nothing"),
    ("a: [", ":1: ")])
def test_mistakes_in_a_configuration_are_named(write, text, message):
    path = write("c.yaml", text)
    with pytest.raises(InputError) as caught:
        read_campaign(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_expressions_that_cannot_be_evaluated(plan_of):
    text = BASE.format(seed=1, sampling="pr", count=5)
    with pytest.raises(InputError, match="'q \\* 2' is no expression over the dimensions before it"):
        plan_of(text.replace("m * 2", "q * 2"))
    with pytest.raises(InputError, match="gives fractions"):
        plan_of(text.replace("m * 2", "m / 2"))


def test_the_extremes_of_a_domain_are_measured(plan_of):
    plan = plan_of("budget: {count: 20}")
    work = [_core.Layer.parse(planned.layer).work["macs"] for planned in plan.layers]
    assert max(work) == 128 * 128 * 512
    assert min(work) == 8 * 8 * 1


CONVS = [f"conv2d oc={oc} ic={ic} oh={o} ow={o} kh={k} kw={k} {rest} : f32, f32 -> f32"
         for oc, ic, o, k, rest in ((64, 3, 112, 7, "sh=2 sw=2 pt=3 pb=2 pl=3 pr=2 layout=nchw"),
                                    (64, 64, 56, 3, "ph=1 pw=1 layout=nchw epilogue=relu"),
                                    (512, 512, 7, 3, "ph=1 pw=1"))]


def test_dimensions_that_are_always_equal_are_tied_to_the_first():
    dims = {"oc": [1, 9], "oh": [7, 56], "ow": {"values": ["oh"]}, "ic": {"values": ["oc", 3]},
            "kh": {"values": ["oh // 7"]}, "kw": {"values": ["kh"]}, "n": {"values": [1]}}
    one = from_config(Section({"dims": dims}, "c"), "conv2d")
    assert one.ties == {"ow": "oh", "kw": "kh"}
    dims = {"m": [1, 9], "n": {"values": ["m"]}, "k": {"values": ["n"]}}
    assert from_config(Section({"dims": dims}, "c"), "matmul").ties == {"n": "m", "k": "m"}


def test_a_hull_keeps_together_what_belongs_together():
    import numpy as np
    layers = [_core.Layer.parse(text) for text in CONVS]
    domain = hull(layers, "conv2d")
    drawn = domain.layers(np.random.RandomState(1).rand(400, len(domain.axes)))
    found = [layer for layer in drawn if isinstance(layer, _core.Layer)]
    assert len(found) > 100
    frames = {(layer.dims["kh"], layer.dims["sh"], layer.dims["pb"], layer.options.get("layout"),
               layer.options.get("epilogue")) for layer in found if layer.kind == "conv2d"}
    assert frames == {(7, 2, 2, "nchw", None), (3, 1, 1, "nchw", "relu"), (3, 1, 1, None, None)}
    assert all(layer.dims["oh"] == layer.dims["ow"] for layer in found if layer.kind == "conv2d")
    assert max(layer.work["macs"] for layer in found) <= 1.25 * max(
        layer.work["macs"] for layer in layers)


def test_half_of_the_extents_of_a_hull_are_what_networks_have():
    import numpy as np
    layers = [_core.Layer.parse(text) for text in CONVS]
    domain = hull(layers, "conv2d")
    channels = next(axis for axis in domain.axes if getattr(axis, "name", "") == "oc")
    drawn = domain.layers(np.random.RandomState(1).rand(4000, len(domain.axes)))
    oc = np.array([layer.dims["oc"] for layer in drawn if isinstance(layer, _core.Layer)])
    assert channels.seen == (64, 64, 512)
    assert 0.4 < np.isin(oc, (64, 512)).mean() < 0.6
    assert len(set(oc)) > 200, "the other half is of all sizes between"


def test_half_of_a_hull_are_relatives_of_layers():
    import numpy as np
    layers = [_core.Layer.parse(f"conv2d oc={c} ic={c} oh={o} ow={o} kh={k} kw={k} : f32, f32 -> f32")
              for c, o, k in ((40, 80, 1), (80, 40, 3), (160, 20, 5), (320, 10, 7))]
    domain = hull(layers, "conv2d")
    drawn = [layer for layer in domain.layers(np.random.RandomState(1).rand(8000, len(domain.axes)))
             if isinstance(layer, _core.Layer) and layer.dims["oh"] == 10]
    deep = [layer for layer in drawn if layer.dims["oc"] == 320]
    # By themselves extents meet in an eighth, and in a quarter of these with that window.
    assert 0.25 < len(deep) / len(drawn) < 0.5
    assert 0.6 < np.mean([layer.dims["kh"] == 7 for layer in deep])


def test_large_layers_have_more_relatives_than_small_ones():
    import numpy as np
    layers = [_core.Layer.parse(f"matmul m=16 n={n} k=16 : i8, i8 -> i32") for n in (16, 1600)]
    domain = hull(layers, "matmul")
    n = np.array([layer.dims["n"] for layer in domain.layers(np.random.RandomState(1).rand(4000, len(domain.axes)))])
    # Of all, a quarter are of some relative, and an eighth by themselves what a layer has.
    assert (n == 1600).mean() > 1.8 * (n == 16).mean()


def test_counts_that_follow_the_size_do_so_in_a_hull():
    import numpy as np
    layers = [_core.Layer.parse(f"data_movement e={e} r={2 * e} run={run} op=slice : f32 -> f32")
              for e, run in ((1000, 10), (50000, 500))]
    domain = hull(layers, "data_movement")
    drawn = domain.layers(np.random.RandomState(1).rand(100, len(domain.axes)))
    found = [layer for layer in drawn if isinstance(layer, _core.Layer)]
    assert found and all(layer.dims["r"] == 2 * layer.dims["e"] for layer in found)


def test_one_of_four_layers_is_drawn_independently(plan_of):
    text = ("sampling: {}\nbudget: {{count: 200}}\nkinds: {{matmul: {{types: 'i8, i8 -> i32', "
            "dims: {{m: [1, 500], n: [1, 500], k: 64}}}}}}\n")
    layers = plan_of(text.format("auto"), []).layers
    roles = collections.Counter(planned.role for planned in layers)
    # Of those on one plateau only the first is measured, so they are not quite a quarter.
    assert set(roles) == {"pr", "independent"} and 20 < roles["independent"] <= 50
    # Where everything is to be told from random samples alone, nothing is mixed in.
    assert {planned.role for planned in plan_of(text.format("random"), []).layers} == {"random"}


def test_starts_are_drawn_where_plateaus_may_ramp(write):
    campaign = read_campaign(write("c.yaml", "budget: {count: 40}\nkinds: {matmul: {types: 'i8, i8 -> i32', "
                                   "dims: {m: [1, 128], n: [1, 128], k: [1, 512]}}}\n"))
    assert campaign.sampling == "auto"
    flat = make_plan(campaign, TARGET, [])
    assert {item.role for item in flat.layers} == {"pr", "independent"}
    ramping = with_steps(TARGET, [StatedStep("matmul", "n", 8, plateau="ramps")])
    starts = [_core.Layer.parse(item.layer) for item in make_plan(campaign, ramping, []).layers
              if item.role == "plateau-start"]
    assert 3 <= len(starts) <= 5
    assert all(layer.dims["n"] % 8 == 1 and layer.dims["m"] % 8 == 0 for layer in starts)


@pytest.mark.parametrize("sampling", ["auto", "pr", "random"])
def test_layers_that_are_of_another_kind_are_left_out(plan_of, sampling):
    info = {**INFO, "kinds": [{"kind": "conv2d", "steps": [
        {"dim": "oc", "width": 8, "resource": "compute", "plateau": "flat"}]}]}
    text = f"""
sampling: {sampling}
budget: {{count: 20}}
kinds:
  conv2d: {{types: "f32, f32 -> f32", dims: {{oc: [1, 64], ic: [1, 64], oh: [1, 2], ow: 8, kh: [1, 2], kw: 3}}}}
"""
    plan = plan_of(text, target=_core.TargetInfo.from_json(json.dumps(info)))
    assert {_core.Layer.parse(planned.layer).kind for planned in plan.layers} == {"conv2d"}
