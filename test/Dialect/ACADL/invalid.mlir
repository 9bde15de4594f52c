// What an operation sees by itself.
// RUN: pr-opt %s -split-input-file -verify-diagnostics

acadl.architecture @a {
  // expected-error @below {{'acadl.parameter' op has the empty range [3, 2]}}
  %p = acadl.parameter "p" default 3 in [3, 2]
}

// -----

acadl.architecture @a {
  // expected-error @below {{has default 9 outside its range [-1, 8]}}
  %p = acadl.parameter "p" default 9 in [-1, 8]
}

// -----

// expected-error @below {{expects parent op 'acadl.architecture'}}
%p = acadl.parameter "p" default 1 in [1, 8]

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.sram @m size(%c1)
  // expected-error @below {{'acadl.fetch_stage' op has more than one instruction memory access unit}}
  acadl.fetch_stage @fetch {
    acadl.instruction_memory_access_unit @i reads @m width(%c1)
    acadl.instruction_memory_access_unit @j reads @m width(%c1)
  }
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch {
    // expected-error @below {{'arith.constant' op is inside 'acadl.fetch_stage', which contains an instruction memory access unit only}}
    %c1 = arith.constant 1 : index
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    // expected-error @below {{is inside 'acadl.execute_stage', which contains functional and memory access units only}}
    %c1 = arith.constant 1 : index
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    // expected-error @below {{'acadl.functional_unit' op processes no operation}}
    acadl.functional_unit @unit {
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "add" { acadl.latency %c1 }
      // expected-error @below {{repeats operation 'add' of its unit}}
      acadl.process "add" { acadl.latency %c1 }
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "add" { acadl.latency %c1 }
      // expected-error @below {{fuses 'mul', which its unit does not process alone}}
      acadl.process "add" then "mul" { acadl.latency %c1 }
    }
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "add"(%n) { acadl.latency %n }
      // expected-error @below {{has 1 immediates, but the two operations together have 2}}
      acadl.process "add" then "add"(%n) { acadl.latency %n }
    }
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "add"(%n) {
        // expected-error @below {{'acadl.issue' op has side effects, which a latency must not have}}
        acadl.issue "add"(%n)
        acadl.latency %n
      }
    }
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      // expected-error @below {{'acadl.process' op does not end with 'acadl.latency'}}
      acadl.process "add" {
        llvm.unreachable
      }
    }
  }
}

// -----

acadl.architecture @a {
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      // expected-error @below {{has an immediate of type 'i32', expected 'index'}}
      "acadl.process"() <{opcode = "add"}> ({
      ^bb0(%n: i32):
        %c1 = arith.constant 1 : index
        "acadl.latency"(%c1) <{operandSegmentSizes = array<i32: 1, 0, 0>}> : (index) -> ()
      }) : () -> ()
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.dram @m size(%c1) banks(%c1) row(%c1) row_miss(%c1)
  // expected-error @below {{has replacement policy 'mru', expected lru, fifo or random}}
  acadl.set_associative_cache @c size(%c1) sets(%c1) ways(%c1) line(%c1) replacement "mru" backed_by @m
}

// -----

acadl.architecture @a {
  // expected-error @below {{maps 'conv4d', which is no kind of layer}}
  acadl.mapping @m of "conv4d"(oc = %oc) {
  }
}

// -----

acadl.architecture @a {
  // expected-error @below {{asks for 'oh', which 'conv1d' layers do not have}}
  acadl.mapping @m of "conv1d"(oh = %oh) {
  }
}

// -----

acadl.architecture @a {
  // expected-error @below {{asks for 'oc' twice}}
  acadl.mapping @m of "conv1d"(oc = %a, oc = %b) {
  }
}

// -----

acadl.architecture @a {
  // expected-error @below {{names 1 arguments, but its body has 0}}
  "acadl.mapping"() <{sym_name = "m", kind = "conv1d", argumentNames = ["oc"]}> ({
  ^bb0:
  }) : () -> ()
}

// -----

acadl.architecture @a {
  // expected-error @below {{has an argument of type 'i32', expected 'index'}}
  "acadl.mapping"() <{sym_name = "m", kind = "conv1d", argumentNames = ["oc"]}> ({
  ^bb0(%oc: i32):
  }) : () -> ()
}

// -----

acadl.architecture @a {
  // expected-error @below {{accepts types 'i8,i8 -> i32', expected a list such as 'i8, i8 -> i32'}}
  acadl.mapping @m of "conv1d"() types ["i8,i8 -> i32"] {
  }
}

// -----

acadl.architecture @a {
  // expected-error @below {{has 'gelu' for free, which is no epilogue}}
  acadl.mapping @m of "conv1d"() free_epilogues ["gelu"] {
  }
}

// -----

acadl.architecture @a {
  acadl.mapping @m of "conv1d"(oc = %oc) {
    %true = arith.constant true
    // expected-error @below {{gives no reason}}
    acadl.require %true, " "
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.mapping @m of "conv1d"(oc = %oc) {
    // expected-error @below {{is of a value that is no argument of its mapping}}
    acadl.domain %c1 in [1, 8]
  }
}

// -----

acadl.architecture @a {
  acadl.mapping @m of "conv1d"(oc = %oc) {
    // expected-error @below {{has the range [8, 1], expected 0 <= low <= high}}
    acadl.domain %oc in [8, 1]
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.mapping @m of "conv1d"(oc = %oc) {
    // expected-error @below {{needs both 'repeat' and 'stride' or neither}}
    %r = "acadl.range"(%oc, %c1, %c1) <{storage = @s, operandSegmentSizes = array<i32: 0, 1, 1, 1, 0>}> : (index, index, index) -> !acadl.range
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.execute_stage @s {
    acadl.functional_unit @u {
      acadl.process "a" {
        // expected-error @below {{has a time for a second instruction, but its process is of one}}
        acadl.latency %c1 then %c1 interval %c1
      }
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.execute_stage @s {
    acadl.functional_unit @u {
      acadl.process "a" { acadl.latency %c1 }
      acadl.process "a" then "a" {
        // expected-error @below {{has a time for the second instruction, but no interval}}
        acadl.latency %c1 then %c1
      }
    }
  }
}
