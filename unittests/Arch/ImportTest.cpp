// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// acadl text to mapping programs: what they issue, and what is refused.
#include "pr/Arch/Cursor.h"
#include "pr/Conversion/ACADLToProgram.h"

#include <gtest/gtest.h>

using namespace pr;
using namespace pr::arch;
using mlir::pr::acadl::importArchitecture;
using mlir::pr::acadl::ImportedArchitecture;

/// An architecture whose unit processes "a" (no immediates), "b" (one) and "c"
/// (two); `objects` and the mapping's body are the test's.
static std::string architecture(const std::string &objects,
                                const std::string &arguments,
                                const std::string &body) {
  return R"(acadl.architecture @test {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.sram @mem size(%c8)
  acadl.execute_stage @core {
    acadl.memory_access_unit @unit reads [@mem] writes [@mem] {
      acadl.process "a" { acadl.latency %c1 }
      acadl.process "b"(%x) { acadl.latency %c1 }
      acadl.process "c"(%x, %y) { acadl.latency %c1 }
    }
  }
)" + objects +
         "\n  acadl.mapping @map of \"matmul\"(" + arguments + ") {\n" + body +
         "\n  }\n}\n";
}

static std::string importError(const std::string &text) {
  auto imported = importArchitecture(text, "test.mlir", {});
  return imported ? "imported" : imported.error().message;
}

static ImportedArchitecture import(const std::string &text) {
  auto imported = importArchitecture(text, "test.mlir", {});
  EXPECT_TRUE(imported) << imported.error().message;
  return imported ? std::move(*imported) : ImportedArchitecture();
}

/// The instructions of a layer as text: "b(3) c(1,2)[mem 0+4]".
static std::string run(const ImportedArchitecture &architecture,
                       const std::string &layerText, uint32_t stream = 0,
                       int64_t limit = 10000) {
  Expected<Layer> layer = parseLayer(layerText);
  EXPECT_TRUE(layer) << layer.error().message;
  if (!layer || architecture.mappings.empty())
    return "";
  const MappingProgram &mapping = architecture.mappings.front();
  std::vector<int64_t> inputs = mapping.inputs(*layer, legalityValues(*layer));
  StepBudget budget{limit};
  Cursor cursor(mapping.program, inputs.data(), budget, stream);
  std::string text;
  auto accesses = [&](const std::vector<Access> &list, const char *sign) {
    for (const Access &access : list)
      text += sign + std::to_string(cursor.value(access.address)) + ":" +
              std::to_string(cursor.value(access.size));
  };
  while (true) {
    Event event = cursor.next();
    if (event == Event::End)
      return text;
    if (event == Event::Failed)
      return text + "! " + cursor.error().message;
    if (event == Event::Signal || event == Event::Wait)
      text += event == Event::Wait ? "wait " : "signal ";
    if (event != Event::Issue)
      continue;
    const Issue &issue = cursor.issue();
    text += architecture.diagram.operations[issue.operation];
    for (ValueId id : issue.immediates)
      text += "," + std::to_string(cursor.value(id));
    accesses(issue.reads, "<");
    accesses(issue.writes, ">");
    text += " ";
  }
}

/// Imports a mapping of matmul with arguments b, m, n, k and runs one layer.
static std::string runBody(const std::string &body, int64_t m, int64_t n,
                           int64_t k) {
  return run(import(architecture("", "m = %m, n = %n, k = %k", body)),
             "matmul m=" + std::to_string(m) + " n=" + std::to_string(n) +
                 " k=" + std::to_string(k) + " : i8, i8 -> i32");
}

//===----------------------------------------------------------------------===//
// What programs do
//===----------------------------------------------------------------------===//

TEST(Import, CountedLoops) {
  EXPECT_EQ(runBody(R"(
    scf.for %i = %c0 to %m step %c2 {
      scf.for %j = %i to %n step %c1 {
        acadl.issue "c"(%i, %j)
      }
    })",
                    4, 3, 1),
            "c,0,0 c,0,1 c,0,2 c,2,2 ");
  EXPECT_EQ(runBody(R"(
    affine.for %i = max affine_map<(a, b) -> (a - 2, b)> (%m, %n)
             to min affine_map<(a) -> (a + 3, 9)> (%m) step 3 {
      %x = affine.apply affine_map<(a)[s] -> ((a ceildiv 2) * s + a mod 4)> (%i)[%k]
      acadl.issue "c"(%i, %x)
    })",
                    7, 2, 10),
            "c,5,31 c,8,40 ");
  EXPECT_EQ(runBody(R"(
    %x = affine.min affine_map<(a, b) -> (a, b + 1)> (%m, %n)
    acadl.issue "b"(%x))",
                    7, 2, 1),
            "b,3 ");
}

TEST(Import, CarriedValuesMoveAllAtOnce) {
  // A double buffer: the halves change places.
  EXPECT_EQ(runBody(R"(
    %r:3 = scf.for %i = %c0 to %m step %c1
        iter_args(%a = %c0, %b = %c8, %sum = %n) -> (index, index, index) {
      acadl.issue "c"(%a, %sum)
      %next = arith.addi %sum, %i : index
      scf.yield %b, %a, %next : index, index, index
    }
    acadl.issue "c"(%r#0, %r#2))",
                    3, 5, 1),
            "c,0,5 c,8,5 c,0,6 c,8,8 ");
  // No iteration: results are the initial values.
  EXPECT_EQ(runBody(R"(
    %r = scf.for %i = %m to %m step %c1 iter_args(%a = %k) -> (index) {
      scf.yield %c0 : index
    }
    acadl.issue "b"(%r))",
                    3, 5, 4),
            "b,4 ");
}

TEST(Import, Decisions) {
  const char *body = R"(
    %big = arith.cmpi sgt, %m, %n : index
    %x = scf.if %big -> (index) {
      acadl.issue "a"
      scf.yield %m : index
    } else {
      %y = arith.muli %n, %c2 : index
      scf.yield %y : index
    }
    scf.if %big {
      acadl.issue "b"(%x)
    }
    acadl.issue "b"(%x))";
  EXPECT_EQ(runBody(body, 5, 4, 1), "a b,5 b,5 ");
  EXPECT_EQ(runBody(body, 4, 5, 1), "b,10 ");
}

TEST(Import, SearchingTilers) {
  // Halves the tile until two of them fit.
  const char *body = R"(
    %tile = scf.while (%t = %m) : (index) -> index {
      %two = arith.muli %t, %c2 : index
      %large = arith.cmpi sgt, %two, %n : index
      scf.condition(%large) %t : index
    } do {
    ^bb0(%t: index):
      %half = arith.ceildivui %t, %c2 : index
      scf.yield %half : index
    }
    acadl.issue "b"(%tile))";
  EXPECT_EQ(runBody(body, 100, 30, 1), "b,13 ");
  EXPECT_EQ(runBody(body, 15, 30, 1), "b,15 ");
  // ceil(1/2) is 1 for ever.
  EXPECT_EQ(runBody(body, 100, 1, 1),
            "! test.mlir:18:13: more than 10000 steps for one layer");
}

TEST(Import, FunctionsAreInlined) {
  std::string text = architecture(R"(
  func.func private @both(%x: index, %y: index) -> (index, index) {
    %sum = arith.addi %x, %y : index
    acadl.issue "b"(%sum)
    %r:2 = func.call @swap(%x, %y) : (index, index) -> (index, index)
    func.return %r#0, %r#1 : index, index
  }
  func.func private @swap(%x: index, %y: index) -> (index, index) {
    func.return %y, %x : index, index
  })",
                                  "m = %m, n = %n", R"(
    %r:2 = func.call @both(%m, %n) : (index, index) -> (index, index)
    %s:2 = func.call @both(%r#0, %c1) : (index, index) -> (index, index)
    acadl.issue "c"(%s#0, %s#1))");
  EXPECT_EQ(run(import(text), "matmul m=3 n=4 k=1 : i8, i8 -> i32"),
            "b,7 b,5 c,1,4 ");
}

TEST(Import, Accesses) {
  EXPECT_EQ(runBody(R"(
    %r = acadl.range @mem[%m] size(%c2)
    %w = acadl.range @mem[%c0] size(%n) repeat(%c2) stride(%c8)
    acadl.issue "b"(%k) reads(%r, %w) writes(%w))",
                    3, 4, 9),
            "b,9<3:2<0:4>0:4 ");
}

TEST(Import, Streams) {
  ImportedArchitecture imported = import(architecture(R"(
  acadl.semaphore @ready initial(%c0)
  acadl.fetch_stage @other forwards [@core])",
                                                      "m = %m", R"(
    %twice = arith.addi %m, %m : index
    acadl.stream @fetch {
      acadl.issue "b"(%twice)
      acadl.signal @ready after_completion
    }
    acadl.stream @other priority(%c2) {
      acadl.wait @ready
      acadl.issue "b"(%m)
    })"));
  const std::string layer = "matmul m=3 n=4 k=1 : i8, i8 -> i32";
  EXPECT_EQ(run(imported, layer, 0), "b,6 signal ");
  EXPECT_EQ(run(imported, layer, 1), "wait b,3 ");
  const Program &program = imported.mappings[0].program;
  ASSERT_EQ(program.streams.size(), 2u);
  EXPECT_EQ(imported.diagram.stages[program.streams[1].fetchStage].name,
            "other");
  EXPECT_TRUE(program.synchronizations[0].afterCompletion);
}

TEST(Import, TileSizesOfTheSchedule) {
  ImportedArchitecture imported = import(architecture(
      "", "m = %m, tile_m = %tm, tile_k = %tk, operand0_bits = %bits", R"(
    acadl.issue "c"(%tm, %tk)
    acadl.issue "b"(%bits))"));
  EXPECT_EQ(run(imported, "matmul m=3 n=4 k=9 tile=m:2 : i8, i8 -> i32"),
            "c,2,0 b,8 ");
}

TEST(Import, ConditionsOnTileSizes) {
  ImportedArchitecture imported =
      import(architecture("", "m = %m, tile_m = %t", R"(
    %x = arith.cmpi sle, %t, %m : index
    acadl.require %x, "the tile is too large")"));
  ASSERT_EQ(imported.info.kinds[0].tileDims,
            std::vector<unsigned>{dim::matmul::m});
  EXPECT_EQ(imported.info.kinds[0].rules[0].condition.print(), "tile_m <= m");
  auto whyIllegal = [&](const std::string &text) {
    auto legal = imported.info.checkLegal(*parseLayer(text));
    return legal ? "" : legal.error().message;
  };
  EXPECT_EQ(whyIllegal("matmul m=3 n=4 k=9 tile=m:3 : i8, i8 -> i32"), "");
  EXPECT_EQ(whyIllegal("matmul m=3 n=4 k=9 tile=m:4 : i8, i8 -> i32"),
            "target 'test' cannot run this matmul: the tile is too large");
  EXPECT_EQ(whyIllegal("matmul m=3 n=4 k=9 tile=n:4 : i8, i8 -> i32"),
            "target 'test' takes no tile size of 'n' of matmul");
}

TEST(Import, SkippedIterationsComputeTheirCarriedValues) {
  ImportedArchitecture imported = import(architecture("", "m = %m, n = %n", R"(
    %r = scf.for %i = %c0 to %m step %c1 iter_args(%x = %c1) -> (index) {
      scf.for %j = %c0 to %n step %c1 {
        acadl.issue "c"(%i, %j)
      }
      %y = arith.muli %x, %c2 : index
      scf.yield %y : index
    }
    acadl.issue "b"(%r))"));
  const Program &program = imported.mappings[0].program;
  int64_t inputs[] = {10, 1000};
  StepBudget budget;
  Cursor cursor(program, inputs, budget);
  // The outer loop by two runs of four, the inner one in two leaps.
  ASSERT_EQ(cursor.next(), Event::LoopBegin);
  EXPECT_EQ(cursor.tripCount(), 10);
  ASSERT_TRUE(cursor.skipIterations(4));
  EXPECT_EQ(cursor.iteration(), 4);
  ASSERT_EQ(cursor.next(), Event::LoopBegin);
  EXPECT_EQ(cursor.tripCount(), 1000);
  ASSERT_TRUE(cursor.skipIterations(998));
  ASSERT_EQ(cursor.next(), Event::Issue);
  EXPECT_EQ(cursor.value(cursor.issue().immediates[0]), 4);
  EXPECT_EQ(cursor.value(cursor.issue().immediates[1]), 998);
  ASSERT_EQ(cursor.next(), Event::IterationEnd);
  ASSERT_TRUE(cursor.skipIterations(5)); // only one is left
  ASSERT_EQ(cursor.next(), Event::LoopEnd);
  ASSERT_EQ(cursor.next(), Event::IterationEnd);
  EXPECT_EQ(cursor.iteration(), 5);
  ASSERT_TRUE(cursor.skipIterations(5));
  ASSERT_EQ(cursor.next(), Event::LoopEnd);
  ASSERT_EQ(cursor.next(), Event::Issue);
  EXPECT_EQ(cursor.value(cursor.issue().immediates[0]), 1024);
  ASSERT_EQ(cursor.next(), Event::End);
  EXPECT_EQ(cursor.next(), Event::End);
}

TEST(Import, DropsWhatNobodyReads) {
  ImportedArchitecture imported = import(architecture("", "m = %m, n = %n", R"(
    %huge = arith.muli %m, %n : index
    %fits = arith.cmpi sle, %m, %c8 : index
    acadl.require %fits, "too large"
    %x = arith.addi %m, %c1 : index
    %y = arith.addi %x, %c1 : index
    acadl.issue "b"(%y))"));
  size_t statements = imported.mappings[0].program.blocks[0].size();
  EXPECT_EQ(statements, 3u); // two additions and the instruction
}

//===----------------------------------------------------------------------===//
// What a mapping says of layers
//===----------------------------------------------------------------------===//

TEST(Import, RulesMaximaAndDomain) {
  ImportedArchitecture imported =
      import(architecture("  %p = acadl.parameter \"p\" default 16 in [1, 64]",
                          "m = %m, n = %n, k = %k, is_float = %f", R"(
    %n_fits = arith.cmpi sle, %n, %p : index
    %k_fits = arith.cmpi slt, %k, %c8 : index
    %both = arith.andi %n_fits, %k_fits : i1
    acadl.require %both, "n or k is too large"
    %integer = arith.cmpi eq, %f, %c0 : index
    acadl.require %integer, "only integers"
    acadl.domain %m in [3, 30]
    acadl.issue "a")"));
  const KindSupport &support = imported.info.kinds[0];
  ASSERT_EQ(support.rules.size(), 2u);
  EXPECT_EQ(support.rules[0].condition.print(), "n <= 16 and k < 8");
  EXPECT_EQ(support.rules[0].reason, "n or k is too large");
  EXPECT_EQ(support.rules[1].condition.print(), "is_float == 0");
  EXPECT_EQ(support.lattice.maximum[dim::matmul::n], 16);
  EXPECT_EQ(support.lattice.maximum[dim::matmul::k], 7);
  EXPECT_EQ(support.lattice.maximum[dim::matmul::m], 0);
  EXPECT_EQ(support.domain[dim::matmul::m], std::pair(int64_t(3), int64_t(30)));
  EXPECT_EQ(support.domain[dim::matmul::n], std::pair(int64_t(1), int64_t(16)));
  auto legal = parseLayer("matmul m=1 n=16 k=7 : i8, i8 -> i32");
  auto illegal = parseLayer("matmul m=1 n=1 k=1 : f32, f32 -> f32");
  EXPECT_TRUE(imported.info.checkLegal(*legal));
  EXPECT_FALSE(imported.info.checkLegal(*illegal));
  EXPECT_EQ(imported.info.descriptionHash.size(), 32u);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(Import, ErrorsOfOneLayerNameThePlace) {
  EXPECT_EQ(runBody("    %x = arith.divui %m, %n : index\n"
                    "    %y = arith.subi %n, %m : index\n"
                    "    %z = arith.divui %k, %y : index\n"
                    "    acadl.issue \"c\"(%x, %z)",
                    3, 3, 1),
            "! test.mlir:19:10: division by 0, expected a positive number");
  EXPECT_EQ(runBody("    %y = arith.subi %n, %m : index\n"
                    "    %z = arith.minui %k, %y : index\n"
                    "    acadl.issue \"b\"(%z)",
                    4, 3, 1),
            "! test.mlir:18:10: an unsigned operation of -1");
  EXPECT_EQ(runBody("    %s = arith.muli %m, %m : index\n"
                    "    %t = arith.muli %s, %m : index\n"
                    "    acadl.issue \"b\"(%t)",
                    int64_t(1) << 30, 1, 1),
            "! test.mlir:18:10: a number leaves 62 bits");
  EXPECT_EQ(runBody("    %s = arith.subi %m, %m : index\n"
                    "    scf.for %i = %c0 to %m step %s {\n"
                    "      acadl.issue \"a\"\n    }",
                    4, 1, 1),
            "! test.mlir:18:5: a loop of step 0, expected a positive number");
  // Empty iterations count too.
  EXPECT_EQ(runBody("    scf.for %i = %c0 to %m step %c1 {\n    }",
                    int64_t(1) << 30, 1, 1),
            "! test.mlir:17:5: more than 10000 steps for one layer");
}

TEST(Import, RefusesWhatHasNoMeaning) {
  auto body = [](const std::string &text) {
    return importError(architecture("", "m = %m", text));
  };
  EXPECT_EQ(body("    %x = arith.shli %m, %m : index\n"
                 "    acadl.issue \"b\"(%x)"),
            "test.mlir:17:10: 'arith.shli' op has no meaning in a mapping");
  EXPECT_EQ(body("    %x = arith.andi %m, %m : index\n"
                 "    acadl.issue \"b\"(%x)"),
            "test.mlir:17:10: 'arith.andi' op has no meaning in a mapping");
  EXPECT_EQ(body("    %f = arith.constant 1.0 : f32\n"
                 "    %r = scf.for %i = %c0 to %m step %c1 "
                 "iter_args(%x = %f) -> (f32) {\n"
                 "      scf.yield %x : f32\n    }"),
            "test.mlir:17:10: a value of type 'f32' has no meaning in a "
            "mapping");
  EXPECT_EQ(body("    %t = arith.constant true\n"
                 "    scf.while : () -> () {\n"
                 "      acadl.issue \"a\"\n"
                 "      scf.condition(%t)\n    } do {\n"
                 "      scf.yield\n    }"),
            "test.mlir:19:7: 'acadl.issue' op is inside 'scf.while', which may "
            "compute but not issue; use 'scf.for'");
  EXPECT_EQ(body("    acadl.stream @fetch {\n    }\n    acadl.issue \"a\""),
            "test.mlir:16:3: some instructions are in streams and some are "
            "not");
}

TEST(Import, RefusesRecursion) {
  EXPECT_EQ(importError(architecture(R"(
  func.func private @f(%x: index) {
    func.call @g(%x) : (index) -> ()
    func.return
  }
  func.func private @g(%x: index) {
    func.call @f(%x) : (index) -> ()
    func.return
  })",
                                     "m = %m",
                                     "    func.call @f(%m) : (index) -> ()")),
            "test.mlir:21:5: 'func.call' op calls '@f', which it is a part of");
  EXPECT_EQ(
      importError(architecture("  func.func private @f(%x: index)", "m = %m",
                               "    func.call @f(%m) : (index) -> ()")),
      "test.mlir:17:5: 'func.call' op calls '@f', expected a function with "
      "one block");
}

TEST(Import, RefusesConditionsThatAreNoneOfTheLayer) {
  EXPECT_EQ(importError(architecture("", "m = %m", R"(
    %x = scf.for %i = %c0 to %m step %c1 iter_args(%a = %m) -> (index) {
      scf.yield %i : index
    }
    %y = arith.cmpi sle, %x, %c8 : index
    acadl.require %y, "too large")")),
            "test.mlir:22:5: 'acadl.require' op is not computed by straight "
            "arithmetic from the layer and the parameters, or is too large");
}

TEST(Import, RefusesImpossibleObjects) {
  auto object = [](const std::string &text) {
    return importError(architecture(text, "", ""));
  };
  EXPECT_EQ(object("  acadl.fetch_stage @f issue_width(%c0)"),
            "test.mlir:15:3: 'acadl.fetch_stage' op has the issue width 0, "
            "expected at least 1");
  EXPECT_EQ(object("  acadl.sram @m size(%c0)"),
            "test.mlir:15:3: 'acadl.sram' op has the size 0, expected at least "
            "1");
  EXPECT_EQ(object("  %n = arith.subi %c0, %c1 : index\n"
                   "  acadl.sram @m size(%c1) read_latency(%n)"),
            "test.mlir:16:3: 'acadl.sram' op has the read latency -1, expected "
            "at least 0");
  EXPECT_EQ(object("  acadl.dram @m size(%c1) banks(%c0) row(%c1) "
                   "row_miss(%c1)"),
            "test.mlir:15:3: 'acadl.dram' op has the number of banks 0, "
            "expected at least 1");
  EXPECT_EQ(object("  acadl.set_associative_cache @m size(%c8) sets(%c1) "
                   "ways(%c1) line(%c0) backed_by @mem"),
            "test.mlir:15:3: 'acadl.set_associative_cache' op has the line "
            "size 0, expected at least 1");
  EXPECT_EQ(object("  %big = arith.constant 2000 : index\n"
                   "  acadl.register_file @r instances(%big, %big) "
                   "size(%c1)"),
            "test.mlir:16:3: 'acadl.register_file' op has more than 1048576 "
            "instances");
  EXPECT_EQ(object("  acadl.clock %c0 kHz"),
            "test.mlir:15:3: 'acadl.clock' op has the frequency 0, expected at "
            "least 1");
  EXPECT_EQ(object("  %x = arith.divui %c1, %c0 : index"),
            "test.mlir:1:1: 'acadl.architecture' op has a number that cannot "
            "be computed: test.mlir:15:8: division by 0, expected a positive "
            "number");
}

TEST(Import, ReportsWhatTheParserAndTheVerifiersSay) {
  EXPECT_EQ(importError("acadl.architecture @a { acadl.no_such_op }"),
            "test.mlir:1:25: custom op 'acadl.no_such_op' is unknown");
  EXPECT_EQ(importError("acadl.architecture @a {}"),
            "test.mlir:1:1: 'acadl.architecture' op has no fetch stage");
  EXPECT_EQ(importError(""), "test.mlir: has 0 architectures, expected one");
  EXPECT_EQ(importError("acadl.architecture @a { acadl.fetch_stage @f }\n"
                        "acadl.architecture @b { acadl.fetch_stage @f }"),
            "test.mlir: has 2 architectures, expected one");
  EXPECT_EQ(importError("acadl.architecture @a {\n"
                        "  acadl.pipeline_stage @s\n"
                        "  acadl.semaphore @s initial(%x)\n}"),
            "test.mlir:3:30: use of undeclared SSA value name");
}
