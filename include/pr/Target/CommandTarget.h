// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target behind any program that speaks JSON Lines on its standard input and
// output. It greets with
//   {"protocol":1,"target":"name","clock_mhz":800 or null,"info":{...}}
// (info, optional: a TargetInfo as JSON, with the kinds it takes), then answers
// each request
//   {"id":1,"layer":"...","mlir":"...","entry":"...","args":[[[1,8],"f32"]],
//    "repeats":15}
// with one of
//   {"id":1,"status":"ok","samples_ps":[...],"conditions":{...}}
//   {"id":1,"status":"ok","cycles":123,"conditions":{...}}
//   {"id":1,"status":"error","error":"..."}
// A reply with samples may have "probe_ps": how long something that is always
// the same took just before them. Layers for which it was slow are measured
// again. Lines that are no such object are skipped. A program that crashes,
// hangs or babbles loses the layer it was asked for and is started again.
#ifndef PR_TARGET_COMMANDTARGET_H
#define PR_TARGET_COMMANDTARGET_H

#include "pr/Target/Target.h"

namespace pr {

/// A layer as a program: generic MLIR text of a module, its entry function and
/// the entry's tensor arguments.
struct BenchModule {
  struct Argument {
    std::vector<int64_t> shape;
    std::string type;
  };
  std::string mlir, entry;
  std::vector<Argument> arguments;
};
/// Comes from the MLIR side; may fail for kinds that have no IR form, in which
/// case the program gets the layer alone.
using BenchModuleProvider = std::function<Expected<BenchModule>(const Layer &)>;

/// `greetingTimeoutSeconds`: how long the program may take to start.
Expected<std::unique_ptr<Target>>
makeCommandTarget(const std::vector<std::string> &argv,
                  BenchModuleProvider modules,
                  double greetingTimeoutSeconds = 60);

} // namespace pr

#endif // PR_TARGET_COMMANDTARGET_H
