# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the model files of this folder: one pair for each era of XGBoost's
format. Run it with the version in question on PYTHONPATH:

    PYTHONPATH=folder-of-a-version python3 make_xgboost_models.py

and it writes xgboost-VERSION.json and .ubj. xgboost-expected.json holds rows, null
where missing, and the bits of XGBoost's own float32 predictions: all versions
agree, and the script fails where one does not.
"""
import json
import pathlib

import numpy as np
import xgboost


def main() -> None:
    random = np.random.RandomState(7)
    rows = random.rand(400, 4).astype(np.float32)
    rows[random.rand(*rows.shape) < 0.1] = np.nan
    label = np.nan_to_num(rows, nan=0.3) @ np.array([5, -3, 2, 0.5]) + 1000
    booster = xgboost.train({"max_depth": 3, "eta": 0.5, "nthread": 1, "base_score": 1000.25,
                             "tree_method": "exact"}, xgboost.DMatrix(rows, label), 5)
    name = "xgboost-" + xgboost.__version__
    folder = pathlib.Path(__file__).parent
    folder.joinpath(name + ".json").write_bytes(bytes(booster.save_raw("json")))
    folder.joinpath(name + ".ubj").write_bytes(bytes(booster.save_raw("ubj")))
    asked = rows[:32]
    bits = booster.predict(xgboost.DMatrix(asked)).astype(np.float32).view(np.uint32)
    expected = {"rows": [[None if np.isnan(x) else float(x) for x in row] for row in asked],
                "prediction_bits": [int(x) for x in bits]}
    text = json.dumps(expected) + "\n"
    file = folder / "xgboost-expected.json"
    if file.exists() and file.read_text() != text:
        raise SystemExit(f"XGBoost {xgboost.__version__} predicts otherwise than {file.name}")
    file.write_text(text)


main()
