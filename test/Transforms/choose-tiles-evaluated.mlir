// The model short-lists, the description decides: Inputs/tiling_npu.mlir takes 30
// cycles longer for tiles as deep as the model's favourite.

// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm" | FileCheck %s --check-prefix=MODEL
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir" | FileCheck %s --check-prefix=BOTH
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir evaluate-best=1" | FileCheck %s --check-prefix=ONE
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir[slow_cycles=30]" | FileCheck %s --check-prefix=BOTH
// RUN: pr-opt %s --pass-pipeline='builtin.module(func.func(pr-choose-tiles{model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir}))' | FileCheck %s --check-prefix=BOTH

// MODEL-LABEL: func.func @product
// MODEL: sizes = [0, 0, 16], {{.*}} cycles = 154, runner_up = [0, 0, 13], {{.*}}candidates = {{[0-9]+}}>}
// BOTH-LABEL: func.func @product
// BOTH: sizes = [0, 0, 13], {{.*}}tile=m:8,n:8,k:13 {{.*}} time_ps = 164000, cycles = 164, runner_up = [0, 0, {{[0-9]+}}], {{.*}} evaluated = 8>}
// ONE-LABEL: func.func @product
// ONE: sizes = [0, 0, 16], {{.*}} cycles = 264, candidates = {{[0-9]+}}, evaluated = 1>}
func.func @product(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}

// What does not belong together is refused.
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=ultratrail" 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir[slow_cycles=0]" 2>&1 | FileCheck %s --check-prefix=PARAMETER
// RUN: sed -e 's#constant 20 #constant 21 #' %S/../Inputs/tiling_npu.mlir > %t.changed.mlir
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%t.changed.mlir" 2>&1 | FileCheck %s --check-prefix=CHANGED
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=nowhere.mlir" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=tiling_npu[" 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not pr-opt %s --pr-choose-tiles="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir evaluate-best=0" 2>&1 | FileCheck %s --check-prefix=COUNT
// OTHER: error: pr-choose-tiles: architecture 'ultratrail' describes target 'ultratrail[clock_khz=1000000]', but model '{{.*}}tiling_npu.prm' is for target 'tiling_npu'
// PARAMETER: error: pr-choose-tiles: architecture '{{.*}}' describes target 'tiling_npu[slow_cycles=0]', but model '{{.*}}tiling_npu.prm' is for target 'tiling_npu'
// CHANGED: error: pr-choose-tiles: architecture '{{.*}}' has changed since model '{{.*}}tiling_npu.prm' was trained: its description has hash '{{[0-9a-f]+}}', expected '{{[0-9a-f]+}}'
// MISSING: error: pr-choose-tiles: {{.*}}nowhere.mlir
// TEXT: error: pr-choose-tiles: {{.*}}tiling_npu[
// COUNT: error: pr-choose-tiles: 'evaluate-best' is 0, expected at least 1
