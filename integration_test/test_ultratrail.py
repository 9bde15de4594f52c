# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""UltraTrail to the end: measure, train, annotate, and compare with an oracle
that shares no code with the project."""
import collections
import csv
import json
import random

import pytest
from conftest import SOURCE
from ultratrail_oracle import conv, fully_connected

TYPES = ("i8, i8 -> i32", "i8, i6 -> i32", "i8, i6 -> i20", "i8, i8 -> i8", "i8, i6 -> i8")
NETWORKS = [f"examples/tc_resnet8.{form}.mlir" for form in ("linalg", "tosa")]
#: (input channels, output channels, kernel, stride, padded, input width) of
#: TC-ResNet8 with an unpadded first layer, as UltraTrail runs it.
TC_RESNET8 = [(40, 16, 3, 1, 0, 101),
              (16, 24, 9, 2, 1, 99), (16, 24, 1, 2, 0, 99), (24, 24, 9, 1, 1, 50),
              (24, 32, 9, 2, 1, 50), (24, 32, 1, 2, 0, 50), (32, 32, 9, 1, 1, 25),
              (32, 48, 9, 2, 1, 25), (32, 48, 1, 2, 0, 25), (48, 48, 9, 1, 1, 13)]


def conv_text(shape, types=TYPES[0]):
    C, K, F, s, p, C_w = shape
    return f"conv1d oc={K} ic={C} kw={F} sw={s} iw={C_w} pw={p * (F // 2)} : {types}"


def matmul_text(C, K, types=TYPES[0]):
    return f"matmul m=1 k={C} n={K} : {types}"


@pytest.fixture(scope="session")
def folder(mlir_pr, tmp_path_factory):
    """The store and the model of the shipped campaign."""
    folder = tmp_path_factory.mktemp("ultratrail")
    mlir_pr("measure", "--target", "ultratrail", "--config", "benchmarks/ultratrail.yaml",
            "--store", folder / "s")
    mlir_pr("train", "--store", folder / "s", "-o", folder / "m.prm")
    return folder


def predict(mlir_pr, folder, layers):
    (folder / "layers.txt").write_text("\n".join(layers))
    mlir_pr("predict", "--model", folder / "m.prm", "--layers", folder / "layers.txt",
            "-o", folder / "out.csv")
    with open(folder / "out.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_oracle_gives_the_published_cycles():
    for size, total in ((8, 22275), (4, 89055), (16, 6962)):
        assert sum(conv(*shape, size, size) for shape in TC_RESNET8) \
            + fully_connected(48, 12, size, size) == total


def test_the_model_learns_from_at_most_1000_representatives(mlir_pr, folder):
    card = json.loads(mlir_pr("show", folder / "m.prm", "--json"))["card"]
    roles = card["provenance"]["roles"]
    assert set(roles) == {"pr", "sweep"}  # pictures of two stairs
    assert roles["pr"] <= 1000


def test_the_layers_of_the_paper(mlir_pr, folder):
    rows = predict(mlir_pr, folder, [*map(conv_text, TC_RESNET8), matmul_text(48, 12)])
    assert [int(row["cycles"]) for row in rows[:-1]] == [conv(*shape) for shape in TC_RESNET8]
    assert sum(int(row["cycles"]) for row in rows) == 22275


def random_layers(count, seed):
    """From the whole legal range, on the grid of representatives or not, with
    their cycles."""
    generator = random.Random(seed)
    while count:
        C, K = generator.randint(1, 128), generator.randint(1, 128)
        types = generator.choice(TYPES)
        if generator.random() < 0.1:
            yield matmul_text(C, K, types), fully_connected(C, K)
        else:
            F, s, p = generator.randrange(1, 16, 2), generator.randint(1, 16), generator.randint(0, 1)
            shape = (C, K, F, s, p, generator.randint(max(F // 2, 1) if p else F, 128))
            yield conv_text(shape, types), conv(*shape)
        count -= 1


def test_off_grid_layers(mlir_pr, folder, capsys):
    texts, cycles = zip(*random_layers(5000, seed=2024))
    rows = predict(mlir_pr, folder, texts)
    unanswered = [row["layer"] for row in rows if not row["cycles"]]
    assert unanswered == []
    mape = sum(abs(int(row["cycles"]) / truth - 1) for row, truth in zip(rows, cycles)) / len(rows)
    assert mape <= 0.0002
    statuses = collections.Counter(row["status"] for row in rows)
    assert statuses["extrapolated"] <= 0.02 * len(rows), statuses


def test_the_model_beats_the_baselines(mlir_pr, folder, tmp_path):
    texts, cycles = zip(*random_layers(1000, seed=7))
    with open(tmp_path / "t.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "cycles"])
        writer.writerows(zip(texts, cycles))
    (tmp_path / "map.yaml").write_text("target: ultratrail\nlayer: text\nlatency: cycles\n"
                                       "unit: cycles\n")
    mlir_pr("evaluate", "--model", folder / "m.prm", "--table", tmp_path / "t.csv", "--config",
            tmp_path / "map.yaml", "--json", tmp_path / "e.json", "--duplicates", "merge")
    own, *others = json.loads((tmp_path / "e.json").read_text())["evaluations"]
    assert own["answered_share"] == 1
    assert own["overall"]["mape"] <= 0.0002
    assert own["overall"]["coverage"] >= 0.9
    errors = {one["name"]: one["overall"]["mape"] for one in others}
    assert min(errors.values()) > 10 * own["overall"]["mape"]
    # The same learner with the same budget: representatives against random layers.
    assert errors["paper"] < errors["plain forest, random"]


@pytest.mark.parametrize("network", NETWORKS)
def test_tc_resnet8(mlir_pr, folder, network):
    found = json.loads(mlir_pr("annotate", network, "--model", folder / "m.prm", "--as-quantized",
                               "--format", "json"))
    (total,) = found["functions"][0]["totals"]
    assert total["cycles"] == 22744
    layers = [op for op in found["functions"][0]["ops"] if op["estimates"][0]["cycles"]]
    assert sorted(op["estimates"][0]["cycles"] for op in layers) == sorted(
        [3011, 2683, 307, 3952, 2665, 313, 3425, 2569, 313, 3493, 13])
    table = mlir_pr("annotate", network, "--model", folder / "m.prm", "--as-quantized")
    assert "22,744" in table and "coverage: " in table
    assert len(table.splitlines()) <= 40


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("size, cycles", [(4, 90931), (16, 7110)])
def test_other_array_sizes(mlir_pr, tmp_path, network, size, cycles):
    """Measured, not predicted: the network's own layers on another machine."""
    (tmp_path / "c.yaml").write_text("budget: {count: 11}\nas_quantized: true\n")
    target = f"ultratrail[rows={size},cols={size}]"
    mlir_pr("measure", "--target", target, "--config", tmp_path / "c.yaml", "--store",
            tmp_path / "s", "--networks", network)
    from mlir_pr.store import Store
    with Store.open(tmp_path / "s") as store:
        rows = store.measurements(store.target())
    assert {row.role for row in rows} == {"network"}
    assert len(rows) == 11
    assert sum(row.cycles for row in rows) == cycles


def test_without_the_option_a_float_network_is_unsupported(mlir_pr, folder):
    found = json.loads(mlir_pr("annotate", NETWORKS[0], "--model", folder / "m.prm", "--json"))
    statuses = {op["estimates"][0]["status"] for op in found["functions"][0]["ops"]}
    assert statuses == {"folded", "unsupported"}
    mlir_pr("annotate", NETWORKS[0], "--model", folder / "m.prm", "--strict", code=1)


def test_the_shipped_model_is_what_its_campaign_gives(folder):
    shipped = SOURCE / "models/ultratrail.prm"
    assert (folder / "m.prm").read_bytes() == shipped.read_bytes(), \
        "models/build.sh ultratrail rebuilds it"
    assert (folder / "m.baselines.json").read_bytes() == \
        shipped.with_suffix(".baselines.json").read_bytes()


def test_a_report(mlir_pr, folder, tmp_path):
    mlir_pr("report", "--model", folder / "m.prm", "--store", folder / "s", "--as-quantized",
            "--network", NETWORKS[0], "-o", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "22,744 cycles" in page
    assert page.count("<svg") >= 3


def test_a_page_of_one_network(mlir_pr, folder, tmp_path):
    mlir_pr("annotate", NETWORKS[0], "--model", folder / "m.prm", "--as-quantized",
            "--format", "html", "-o", tmp_path / "n.html")
    assert "22,744 cycles" in (tmp_path / "n.html").read_text()


def test_annotated_ir(mlir_pr, folder):
    ir = mlir_pr("annotate", NETWORKS[0], "--model", folder / "m.prm", "--as-quantized",
                 "--format", "mlir")
    assert "pr.latency" in ir and "linalg.conv_1d_ncw_fcw" in ir


def test_two_forms_of_a_network_take_the_same_time(mlir_pr, folder):
    found = json.loads(mlir_pr("diff", *NETWORKS, "--model", folder / "m.prm", "--as-quantized",
                               "--json"))
    assert found["unit"] == "ps"
    assert found["totals"]["before"] == found["totals"]["after"] == 22744 * 4_000_000
    assert found["totals"]["change"] == 0


def test_two_models_on_a_network(mlir_pr, folder):
    found = json.loads(mlir_pr("diff", folder / "m.prm", "models/ultratrail.prm", "--network",
                               NETWORKS[1], "--as-quantized", "--json"))
    assert len(found["ops"]) == 11
    assert all(op["change"] == 0 for op in found["ops"])


def test_advice(mlir_pr, folder):
    items = json.loads(mlir_pr("advise", NETWORKS[0], "--model", folder / "m.prm",
                               "--as-quantized", "--json"))["advice"]
    assert sum(item["cycles"] * item["ops"] for item in items) == 22744
    (last,) = [item for item in items if item["layer"].startswith("matmul")]
    assert last["headroom"] == [{"dim": "n", "extent": 12, "last": 16}]
    assert last["waste"] == pytest.approx(0.25)
    # Twelve outputs take two columns of tiles, eight take one: 13 cycles become 7.
    assert {"dim": "n", "extent": 12, "to": 8, "saves": 6 * 4_000_000} in last["steps_down"]


def test_layers_feed_predict(mlir_pr, folder, tmp_path):
    for form in ("text", "csv"):
        (tmp_path / form).write_text(mlir_pr("layers", NETWORKS[0], "--format", form))
        mlir_pr("predict", "--model", folder / "m.prm", "--layers", tmp_path / form,
                "-o", tmp_path / f"{form}.out")
    assert (tmp_path / "text.out").read_text() == (tmp_path / "csv.out").read_text()
