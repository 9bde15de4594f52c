# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Advice on targets with cliffs: where a larger extent is the faster one."""
import json

import pytest

NETWORK = """
func.func @main(%x: tensor<1x10x10x16xf32>, %w: tensor<3x3x16x{oc}xf32>, %y: tensor<1x8x8x{oc}xf32>)
    -> tensor<1x8x8x{oc}xf32> {{
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x10x10x16xf32>, tensor<3x3x16x{oc}xf32>)
      outs(%y : tensor<1x8x8x{oc}xf32>) -> tensor<1x8x8x{oc}xf32>
  return %0 : tensor<1x8x8x{oc}xf32>
}}
"""
MAP = """
target: cliffs
kind: conv2d
dims: {oc: oc}
const: {n: 1, g: 1, ic: 16, oh: 8, ow: 8, kh: 3, kw: 3, ph: 0, pw: 0}
types: "f32, f32 -> f32"
latency: us
unit: us
"""


def by_vectors(oc):
    """Vectors of eight where they divide the channels, one by one otherwise."""
    return oc if oc % 8 == 0 else 6 * oc


def smoothly(oc):
    return 100 + oc


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of each latency, every extent measured."""
    from mlir_pr.cli import main
    models = {}
    for latency in (by_vectors, smoothly):
        folder = tmp_path_factory.mktemp("advice")
        rows = "".join(f"{extent},{latency(extent)}\n" for extent in range(1, 65))
        (folder / "t.csv").write_text("oc,us\n" + rows)
        (folder / "map.yaml").write_text(MAP)
        assert main(["import", str(folder / "t.csv"), "--config", str(folder / "map.yaml"),
                     "--store", str(folder / "store")]) == 0
        models[latency] = folder / "model.prm"
        assert main(["train", "--store", str(folder / "store"), "--no-baselines",
                     "-o", str(models[latency])]) == 0
    return models


@pytest.fixture
def advise(cli, write, models):
    """Advice on a convolution with so many channels, as text and as JSON."""

    def run(latency, oc):
        network = write("net.mlir", NETWORK.format(oc=oc))
        text = cli("advise", network, "--model", models[latency])
        data = cli("advise", network, "--model", models[latency], "--json")
        assert (text.code, data.code) == (0, 0), text.err + data.err
        return text.out, json.loads(data.out)["advice"]

    return run


def test_a_cliff_is_advice_to_pad(advise):
    text, (layer,) = advise(by_vectors, 47)
    assert "pad oc 47 to 48: 5.9 times faster" in text
    assert layer["paddings"] == [{"dim": "oc", "extent": 47, "to": 48, "saves": 234_000_000,
                                  "speedup": 282 / 48}]


@pytest.mark.parametrize("latency,oc", [(by_vectors, 48), (smoothly, 47)])
def test_where_more_takes_longer_nothing_is_padded(advise, latency, oc):
    text, (layer,) = advise(latency, oc)
    assert layer["paddings"] == []
    assert "times faster" not in text


def test_remarks_name_the_operation_and_what_would_cost_less(cli, write, models):
    network = write("net.mlir", NETWORK.format(oc=47))
    found = cli("advise", network, "--model", models[by_vectors], "--remarks")
    assert found.code == 0, found.err
    (line,) = found.out.splitlines()
    assert line.startswith(f"{network}:4:") and ": remark: 282" in line
    assert "(100" in line and "padding oc 47 -> 48: 5.9 times faster" in line


POINTWISE = """
func.func @main(%x: tensor<1x5x7x16xf32>, %w: tensor<1x1x16x8xf32>, %y: tensor<1x5x7x8xf32>) -> tensor<1x5x7x8xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x5x7x16xf32>, tensor<1x1x16x8xf32>)
      outs(%y : tensor<1x5x7x8xf32>) -> tensor<1x5x7x8xf32>
  return %0 : tensor<1x5x7x8xf32>
}
"""
IMAGES = """
target: images
kind: {kind}
dims: {{{dim}: {dim}}}
const: {{n: 1, g: 1, oc: 8, ic: 16, {others}}}
types: "f32, f32 -> f32"
latency: us
unit: us
"""


def test_no_step_down_leads_to_a_layer_of_another_kind(cli, write, tmp_path):
    """With extents of 1 a conv2d is a conv1d, which lies on the same plateau whatever its model says."""
    for kind, dim, others, extents in (("conv2d", "oh", "ow: 7, kh: 1, kw: 1", range(2, 40)),
                                       ("conv1d", "ow", "kw: 1", range(2, 40))):
        rows = "".join(f"{x},{1000 * -(-x // 8) if kind == 'conv2d' else x}\n" for x in extents)
        done = cli("import", write(f"{kind}.csv", f"{dim},us\n{rows}"), "--store", tmp_path / "s", "--config",
                   write(f"{kind}.yaml", IMAGES.format(kind=kind, dim=dim, others=others)))
        assert done.code == 0, done.err
    assert cli("lattice", "--store", tmp_path / "s", "--set", "conv2d.oh=8").code == 0
    assert cli("train", "--store", tmp_path / "s", "--no-baselines", "-o", tmp_path / "m.prm").code == 0
    done = cli("advise", write("net.mlir", POINTWISE), "--model", tmp_path / "m.prm", "--json")
    assert done.code == 0, done.err
    (layer,) = json.loads(done.out)["advice"]
    assert layer["headroom"][0] | {"dim": "oh", "last": 8} == layer["headroom"][0]
    assert layer["steps_down"] == []
