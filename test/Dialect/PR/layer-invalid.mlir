// RUN: pr-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// expected-error @below {{expected string}}
"test.op"() {layer = #pr.layer<matmul>} : () -> ()

// -----

// expected-error @below {{no ' : ' before the element types}}
"test.op"() {layer = #pr.layer<"">} : () -> ()

// -----

// expected-error @below {{no ' : ' before the element types}}
"test.op"() {layer = #pr.layer<"matmul m=1 n=2 k=3">} : () -> ()

// -----

// expected-error @below {{unknown layer kind 'conv7d'}}
"test.op"() {layer = #pr.layer<"conv7d oc=1 : f32, f32 -> f32">} : () -> ()

// -----

// A dimension that the kind does not have.
// expected-error @below {{unknown dimension 'oc' of matmul}}
"test.op"() {layer = #pr.layer<"matmul m=1 n=2 k=3 oc=4 : f32, f32 -> f32">} : () -> ()

// -----

// expected-error @below {{matmul lacks 'k'}}
"test.op"() {layer = #pr.layer<"matmul m=1 n=2 : f32, f32 -> f32">} : () -> ()

// -----

// Zero, negative, and more than 64 bits.
// expected-error @below {{dimension 'm' of matmul is 0, expected at least 1}}
"test.op"() {layer = #pr.layer<"matmul m=0 n=2 k=3 : f32, f32 -> f32">} : () -> ()

// -----

// expected-error @below {{dimension 'm' of matmul is -1, expected at least 1}}
"test.op"() {layer = #pr.layer<"matmul m=-1 n=2 k=3 : f32, f32 -> f32">} : () -> ()

// -----

// expected-error @below {{value '99999999999999999999' of 'm' is not an integer}}
"test.op"() {layer = #pr.layer<"matmul m=99999999999999999999 n=2 k=3 : f32, f32 -> f32">} : () -> ()

// -----

// Extents that fit, products that do not.
// expected-error @below {{the work of this matmul does not fit in 62 bits}}
"test.op"() {layer = #pr.layer<"matmul m=2147483648 n=2147483648 k=4 : f32, f32 -> f32">} : () -> ()

// -----

// expected-error @below {{the work of this matmul does not fit in 62 bits}}
"test.op"() {layer = #pr.layer<"matmul m=4611686018427387904 n=2 k=1 : f32, f32 -> f32">} : () -> ()

// -----

// expected-error @below {{unknown element type 'f99'}}
"test.op"() {layer = #pr.layer<"matmul m=1 n=2 k=3 : f32, f99 -> f32">} : () -> ()

// -----

// expected-error @below {{padding 3 and 0 of this conv1d is not smaller than its dilated kernel}}
"test.op"() {layer = #pr.layer<"conv1d oc=8 ic=4 ow=10 kw=3 pl=3 : f32, f32 -> f32">} : () -> ()
