// RUN: pr-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{'unit' is 's', expected 'ps' or 'cycles'}}
#a = #pr.by_extent<unit = "s", unknowns = 1, last = 8, lower = 0, upper = 7>

// -----

// expected-error @+1 {{'unknowns' is 0 and 'last' is 8, expected at least 1}}
#a = #pr.by_extent<unit = "ps", unknowns = 0, last = 8, lower = 0, upper = 7>

// -----

// expected-error @+1 {{expected 0 <= lower <= upper, but got 9, 7 ps}}
#a = #pr.by_extent<unit = "ps", unknowns = 1, last = 8, lower = 9, upper = 7>

// -----

// expected-error @+1 {{'pieces' needs one unknown extent, there are 2}}
#a = #pr.by_extent<unit = "ps", unknowns = 2, last = 8, lower = 0, upper = 7, pieces = [1, 0, 1]>

// -----

// expected-error @+1 {{'pieces' has 4 entries, expected a triple for each range}}
#a = #pr.by_extent<unit = "ps", unknowns = 1, last = 8, lower = 0, upper = 7, pieces = [1, 0, 1, 2]>

// -----

// expected-error @+1 {{a range of 'pieces' starts at 2, expected 1 to 1}}
#a = #pr.by_extent<unit = "ps", unknowns = 1, last = 8, lower = 0, upper = 7, pieces = [2, 0, 1]>

// -----

// expected-error @+1 {{a range of 'pieces' starts at 9, expected 2 to 8}}
#a = #pr.by_extent<unit = "ps", unknowns = 1, last = 8, lower = 0, upper = 7, pieces = [1, 0, 1, 9, 0, 0]>

// -----

#e = #pr.by_extent<unit = "ps", unknowns = 1, last = 8, lower = 0, upper = 7>
// expected-error @+1 {{status 'folded' takes no 'by_extent'}}
#a = #pr.latency<target = "a", model = "0123456789abcdef", status = folded, reason = "view", by_extent = #e>

// -----

// expected-error @+1 {{'assumed_extent' is -1, expected 0 (none) or more}}
#a = #pr.annotated_keys<target = "a", model = "0123456789abcdef", assumed_extent = -1, keys = {}>
