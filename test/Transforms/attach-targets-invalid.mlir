// RUN: pr-opt %s -split-input-file -verify-diagnostics --pr-annotate-latency
// RUN: not pr-opt %s --pr-attach-targets 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: pr-attach-targets: no model is given
// RUN: not pr-opt %s --pr-attach-targets="model=%t.missing.prm" 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: error: pr-attach-targets: {{.*}}missing.prm

// expected-error @+1 {{pr-annotate-latency: no model is given, expected 'model=FILE[,FILE...]' or devices with a 'pr.model' in the target system spec}}
module {
}

// -----

// A device of this dialect without a model, and no default for it.
// expected-error @+1 {{no model is given for target 'npu': neither option 'model' nor 'pr.model' of the target system spec names one, and no folder of PR_MODEL_PATH holds 'npu.prm'}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.clock_khz" = 1000 : i64>>} {
}

// -----

// expected-error @+1 {{nowhere.prm}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.model" = "/nowhere.prm">>} {
}

// -----

// expected-error @+1 {{'pr.model' is 7 : i32, expected the path of a model}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.model" = 7 : i32>>} {
}

// -----

// expected-error @+1 {{'pr.model_id' is "0C", expected 16 lower-case hexadecimal digits}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.model_id" = "0C">>} {
}

// -----

// expected-error @+1 {{'pr.clock_khz' is 0 : i64, expected a positive i64}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.clock_khz" = 0 : i64>>} {
}

// -----

// expected-error @+1 {{unknown entry 'pr.mdel' of a target device, dialect 'pr' has 'pr.model', 'pr.model_id' and 'pr.clock_khz'}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.mdel" = "npu.prm">>} {
}
