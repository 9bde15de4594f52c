// RUN: pr-opt %s -split-input-file -verify-diagnostics

// expected-note @below {{see existing symbol definition here}}
pr.bench @a layer(#pr.layer<"matmul m=1 n=2 k=3 : f32, f32 -> f32">)
// expected-error @below {{redefinition of symbol named 'a'}}
pr.bench @a layer(#pr.layer<"matmul m=1 n=2 k=4 : f32, f32 -> f32">)

// -----

// expected-error @below {{value 'two' of 'k' is not an integer}}
pr.bench @a layer(#pr.layer<"matmul m=1 n=2 k=two : f32, f32 -> f32">)

// -----

// expected-error @below {{invalid kind of attribute specified}}
pr.bench @a layer("matmul m=1 n=2 k=3 : f32, f32 -> f32")
