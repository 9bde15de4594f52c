# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Latency of linalg and tosa operations by performance representatives.

The meaning of a layer, the lattice and the prediction live in C++ and are
reached through `mlir_pr._core`; this package plans campaigns, keeps
measurements, trains, evaluates and shows.
"""
