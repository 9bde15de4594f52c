// What only the whole architecture shows.
// RUN: pr-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{'acadl.architecture' op has no fetch stage}}
acadl.architecture @a {
  acadl.pipeline_stage @s
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  // expected-error @below {{'acadl.pipeline_stage' op is reached from no fetch stage}}
  acadl.pipeline_stage @s
}

// -----

acadl.architecture @a {
  // expected-error @below {{forwards to '@core', which does not exist}}
  acadl.fetch_stage @fetch forwards [@core]
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  // expected-error @below {{forwards to '@m', expected a pipeline or execute stage}}
  acadl.fetch_stage @fetch forwards [@m]
  // expected-note @below {{it is this 'acadl.sram'}}
  acadl.sram @m size(%c1)
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch forwards [@x]
  // expected-error @below {{can be reached from itself, so that an instruction could circle forever}}
  acadl.pipeline_stage @x forwards [@y]
  // expected-note @below {{by way of '@y'}}
  acadl.pipeline_stage @y forwards [@x]
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  // expected-note @below {{the other one is here}}
  acadl.execute_stage @core {
    // expected-error @below {{has the name '@core' of another object}}
    acadl.functional_unit @core {
      acadl.process "add" { acadl.latency %c1 }
    }
  }
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  %c1 = arith.constant 1 : index
  // expected-note @below {{the first one is here}}
  acadl.clock %c1 kHz
  // expected-error @below {{is the second clock of its architecture}}
  acadl.clock %c1 kHz
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  // expected-note @below {{the first one is here}}
  %p = acadl.parameter "p" default 1 in [1, 8]
  // expected-error @below {{is the second parameter 'p'}}
  %q = acadl.parameter "p" default 1 in [1, 8]
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  // expected-note @below {{the first one is here}}
  acadl.mapping @m of "conv1d"() {
  }
  // expected-error @below {{is the second mapping of 'conv1d'}}
  acadl.mapping @n of "conv1d"() {
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core {
    // expected-error @below {{is connected to '@fetch', expected a register file or a memory}}
    acadl.functional_unit @unit reads [@fetch] {
      acadl.process "add" { acadl.latency %c1 }
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.sram @m size(%c1)
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core {
    // expected-error @below {{is connected to the memory '@m', which only a memory access unit may be}}
    acadl.functional_unit @unit writes [@m] {
      acadl.process "add" { acadl.latency %c1 }
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch
  // expected-error @below {{is backed by '@fetch', expected a memory}}
  acadl.set_associative_cache @c size(%c1) sets(%c1) ways(%c1) line(%c1) backed_by @fetch
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch
  // expected-error @below {{is backed by itself}}
  acadl.set_associative_cache @c size(%c1) sets(%c1) ways(%c1) line(%c1) backed_by @d
  acadl.set_associative_cache @d size(%c1) sets(%c1) ways(%c1) line(%c1) backed_by @c
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch {
    // expected-error @below {{reads '@m', expected a memory}}
    acadl.instruction_memory_access_unit @i reads @m width(%c1)
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch
  // expected-error @below {{'acadl.issue' op is in no mapping}}
  acadl.issue "add"
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{has operation 'add', which no unit processes}}
    acadl.issue "add"
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      // expected-note @below {{operation 'add' is processed here}}
      acadl.process "add"(%n) { acadl.latency %n }
    }
  }
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{has 2 immediates, expected 1}}
    acadl.issue "add"(%c1, %c1)
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core instances(%c1, %c1) {
    acadl.functional_unit @unit {
      // expected-note @below {{operation 'add' is processed here}}
      acadl.process "add" { acadl.latency %c1 }
    }
  }
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{has 1 indices 'at' the stage, expected 2}}
    acadl.issue "add" at(%c1)
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.register_file @r size(%c2)
  acadl.execute_stage @core {
    // expected-note @below {{the unit is here}}
    acadl.functional_unit @unit writes [@r] {
      acadl.process "add" { acadl.latency %c1 }
    }
  }
  acadl.mapping @m of "conv1d"() {
    %a = acadl.range @r[%c1] size(%c1)
    // expected-error @below {{reads '@r', to which unit '@unit' is not connected}}
    acadl.issue "add" reads(%a) writes(%a)
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{is of '@fetch', expected a register file or a memory}}
    %a = acadl.range @fetch[%c1] size(%c1)
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch
  acadl.register_file @r instances(%c1) size(%c1)
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{has 0 indices 'at' the storage, expected 1}}
    %a = acadl.range @r[%c1] size(%c1)
  }
}

// -----

acadl.architecture @a {
  %c8 = arith.constant 8 : index
  acadl.fetch_stage @fetch
  acadl.register_file @r size(%c8)
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{has address 8, outside the 8 words of '@r'}}
    %a = acadl.range @r[%c8] size(%c8)
  }
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{is of '@queue', expected a fetch stage}}
    acadl.stream @queue {
    }
  }
}

// -----

acadl.architecture @a {
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.fetch_stage @other
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "add" { acadl.latency %c1 }
    }
  }
  acadl.mapping @m of "conv1d"() {
    acadl.stream @other {
      // expected-error @below {{has operation 'add', which is not processed by a unit that instructions of '@other' reach}}
      acadl.issue "add"
    }
  }
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{'acadl.wait' op is of '@fetch', expected a semaphore}}
    acadl.wait @fetch
  }
}

// -----

acadl.architecture @a {
  acadl.fetch_stage @fetch
  acadl.mapping @m of "conv1d"() {
    // expected-error @below {{'acadl.signal' op is of '@s', expected a semaphore}}
    acadl.signal @s
  }
}

// -----

acadl.architecture @a {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  acadl.fetch_stage @fetch
  acadl.register_file @r size(%c8)
  acadl.mapping @m of "conv1d"(oc = %oc, ic = %ic) {
    scf.for %i = %c0 to %oc step %c1 {
      scf.for %j = %c0 to %ic step %c1 {
        // expected-note @below {{both factors change from iteration to iteration}}
        %product = arith.muli %i, %j : index
        %word = arith.remui %product, %c8 : index
        // expected-error @below {{has an address that is not affine in the variables of the loops around it}}
        %a = acadl.range @r[%word] size(%c1)
      }
    }
  }
}

// -----

// The extent of a ragged tile changes with its loop; so does what a function is
// called with.
acadl.architecture @a {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  acadl.fetch_stage @fetch
  acadl.register_file @r size(%c8)
  func.func @touch(%tile: index, %place: index) {
    %one = arith.constant 1 : index
    // expected-note @below {{the divisor changes from iteration to iteration}}
    %row = arith.divui %place, %tile : index
    // expected-error @below {{has an address that is not affine}}
    %a = acadl.range @r[%row] size(%one)
    func.return
  }
  acadl.mapping @m of "conv1d"(oc = %oc) {
    scf.for %i = %c0 to %oc step %c8 {
      %left = arith.subi %oc, %i : index
      %tile = arith.minui %left, %c8 : index
      func.call @touch(%tile, %i) : (index, index) -> ()
    }
  }
}

// -----

acadl.architecture @a {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.sram @m size(%c8)
  acadl.set_associative_cache @c size(%c8) sets(%c1) ways(%c1) line(%c1) backed_by @m
  acadl.execute_stage @core {
    acadl.memory_access_unit @unit reads [@m, @c] {
      acadl.process "load" { acadl.latency %c1 }
    }
  }
  acadl.mapping @conv of "conv1d"() {
    // expected-note @below {{such a range is here}}
    %through = acadl.range @c[%c0] size(%c1)
    acadl.issue "load" reads(%through)
    // expected-error @below {{is of '@m', whose words other ranges access through the cache '@c', so that dependencies between them would be missed}}
    %around = acadl.range @m[%c0] size(%c1)
    acadl.issue "load" reads(%around)
  }
}
