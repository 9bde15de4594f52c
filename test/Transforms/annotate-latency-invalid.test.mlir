// Input of annotate-latency-invalid.test.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm strict"
func.func @main() {
  return
}
gpu.module @kernels {
}
