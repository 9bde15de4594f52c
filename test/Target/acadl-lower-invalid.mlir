// RUN: not pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=ultratrail})' %s 2>&1 | FileCheck %s
// RUN: not pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=ultra})' %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=ultratrail[rows=0]})' %s 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl)' %s 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=%s})' %s 2>&1 | FileCheck %s --check-prefix=NONE

// CHECK: acadl-lower-invalid.mlir:[[@LINE+5]]:1: error: 'pr.bench' op target 'ultratrail' cannot run this conv1d: the kernel must be odd
// UNKNOWN: error: no architecture 'ultra' in '{{.*}}architectures', which has {{.*}}ultratrail
// RANGE: error: {{.*}}ultratrail.mlir:{{[0-9]+}}:{{[0-9]+}}: 'acadl.parameter' op 'rows' is 0, expected a number in [1, 256]
// EMPTY: error: pr-lower-to-acadl needs the option 'architecture'
// NONE: error: {{.*}}acadl-lower-invalid.mlir:12:1: Dialect `pr' not found
pr.bench @even layer(#pr.layer<"conv1d n=1 g=1 oc=24 ic=16 ow=50 kw=4 sw=2 dw=1 pl=0 pr=0 : i8, i8 -> i32">)
