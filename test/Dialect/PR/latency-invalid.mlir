// RUN: pr-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// expected-error @below {{'target' is empty, expected the name of a target}}
"test.op"() {a = #pr.latency<target = "", model = "0c4f1a9be2d37756", status = unsupported, reason = "r">} : () -> ()

// -----

// expected-error @below {{'model' is '0C4F', expected 16 lower-case hexadecimal digits}}
"test.op"() {a = #pr.latency<target = "t", model = "0C4F", status = unsupported, reason = "r">} : () -> ()

// -----

// expected-error @below {{'key' is 'xyz', expected 16 lower-case hexadecimal digits}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = unsupported, key = "xyz", reason = "r">} : () -> ()

// -----

// expected-error @below {{expected ::mlir::pr::EstimateStatus to be one of: measured, predicted, extrapolated, folded, unsupported}}
// expected-error @below {{failed to parse PR_LatencyAttr parameter 'status'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = guessed, reason = "r">} : () -> ()

// -----

// expected-error @below {{struct is missing required parameter: status}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756">} : () -> ()

// -----

// expected-error @below {{duplicate or unknown struct parameter name: latency}}
"test.op"() {a = #pr.latency<target = "t", latency = 1, status = unsupported>} : () -> ()

// -----

// expected-error @below {{status 'predicted' needs 'time_ps' or 'cycles'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted>} : () -> ()

// -----

// expected-error @below {{status 'measured' needs a 'representative' and a 'key'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = 3>} : () -> ()

// -----

// expected-error @below {{status 'extrapolated' takes no 'reason'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = extrapolated, cycles = 3, representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "83f6ae6f5ac2a0dc", reason = "r">} : () -> ()

// -----

// expected-error @below {{status 'folded' needs a 'reason'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded>} : () -> ()

// -----

// expected-error @below {{status 'unsupported' takes no number and no representative}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = unsupported, time_ps = 0, reason = "r">} : () -> ()

// -----

// expected-error @below {{there are bounds in ps, but no value}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, lower_ps = 0, upper_ps = 1>} : () -> ()

// -----

// expected-error @below {{one of the bounds in cycles is missing, expected both or none}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = 1, lower_cycles = 0>} : () -> ()

// -----

// expected-error @below {{expected 0 <= lower <= value <= upper, but got 5, 4, 6 ps}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, time_ps = 4, lower_ps = 5, upper_ps = 6>} : () -> ()

// -----

// expected-error @below {{expected 0 <= lower <= value <= upper, but got -4, -4, -4 cycles}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = -4>} : () -> ()

// -----

// expected-error @below {{'waste_ppm' is 1000001, expected 0 to 1000000 parts per million}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = 4, waste_ppm = 1000001>} : () -> ()

// -----

// A value of more than 64 bits.
// expected-error @below {{integer value too large}}
// expected-error @below {{failed to parse PR_LatencyAttr parameter 'time_ps'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, time_ps = 99999999999999999999>} : () -> ()

// -----

// The representative is checked like any layer.
// expected-error @below {{layer 'matmul': no ' : ' before the element types}}
// expected-error @below {{failed to parse PR_LatencyAttr parameter 'representative'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = 4, representative = <"matmul">>} : () -> ()

// -----

// expected-error @below {{'corrected_by' is -1, expected 0 (not corrected) or more}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted, cycles = 4, corrected_by = -1>} : () -> ()

// -----

// expected-error @below {{status 'measured' takes no 'corrected_by'}}
"test.op"() {a = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = measured, cycles = 4, corrected_by = 3>} : () -> ()
