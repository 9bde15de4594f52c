// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Targets that are described by an acadl file.
#ifndef PR_CONVERSION_DESCRIBEDTARGETS_H
#define PR_CONVERSION_DESCRIBEDTARGETS_H

#include "pr/Target/Target.h"
#include "pr/Target/TargetParameter.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mlir::pr {

/// An architecture that comes with the project: `ultratrail`.
struct BuiltinArchitecture {
  std::string name;
  std::string path;
};

/// The files of the architectures folder, by name. The folder is
/// $PR_ARCHITECTURES_DIR, or share/pr/architectures beside the folder of the
/// running program or of this library, or the source tree's.
std::vector<BuiltinArchitecture> builtinArchitectures();

/// The path of a built-in architecture (by name) or of a file (a name with a
/// slash or ending in .mlir). Errors name what there is.
::pr::Expected<std::string> findArchitecture(const std::string &nameOrPath);

/// What may be chosen of an architecture, in the order of its file. Errors as
/// of makeDescribedTarget().
::pr::Expected<std::vector<::pr::TargetParameter>>
architectureParameters(const std::string &nameOrPath);

/// A target from an architecture and its parameters; among them `evaluator`: 0
/// automatic, 1 the dependency graph, 2 the event simulator.
::pr::Expected<std::unique_ptr<::pr::Target>>
makeDescribedTarget(const std::string &nameOrPath,
                    const std::map<std::string, int64_t> &parameters);

} // namespace mlir::pr

#endif // PR_CONVERSION_DESCRIBEDTARGETS_H
