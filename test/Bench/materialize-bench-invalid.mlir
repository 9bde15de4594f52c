// RUN: pr-bench-opt %s --pr-materialize-bench -split-input-file -verify-diagnostics

// expected-error @+1 {{'pr.bench' op a fused epilogue has no form in linalg here}}
pr.bench @a layer(#pr.layer<"matmul m=2 n=2 k=2 epilogue=relu : f32, f32 -> f32">)

// -----

// expected-error @+1 {{'pr.bench' op a schedule has no form in linalg here}}
pr.bench @a layer(#pr.layer<"matmul m=2 n=2 k=2 tile=m:2 : f32, f32 -> f32">)

// -----

// expected-error @+1 {{'pr.bench' op a conv3d has no form in linalg here}}
pr.bench @a layer(#pr.layer<"conv3d oc=1 ic=1 od=2 oh=2 ow=2 kd=2 kh=2 kw=2 : f32, f32 -> f32">)

// -----

// expected-error @+1 {{'pr.bench' op a reduction by argmax has no form in linalg here}}
pr.bench @a layer(#pr.layer<"reduction r=4 op=argmax : f32 -> f32">)

// -----

// expected-error @+1 {{'pr.bench' op element type f8E5M2 has no arithmetic in linalg}}
pr.bench @a layer(#pr.layer<"matmul m=2 n=2 k=2 : f8E5M2, f8E5M2 -> f32">)
