// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an acadl file to plain C++: objects, mapping programs, and what is known
// of the target before anything is measured. After this nothing needs MLIR.
#ifndef PR_CONVERSION_ACADLTOPROGRAM_H
#define PR_CONVERSION_ACADLTOPROGRAM_H

#include "pr/Arch/MappingProgram.h"
#include "pr/Arch/ObjectDiagram.h"
#include "pr/Lattice/TargetInfo.h"
#include "pr/Target/TargetParameter.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlir::pr::acadl {

/// An architecture with its parameters chosen.
struct ImportedArchitecture {
  ::pr::arch::ObjectDiagram diagram;
  /// One for each entry of info.kinds, in the same order.
  std::vector<::pr::arch::MappingProgram> mappings;
  /// Without steps: those need an evaluator.
  ::pr::TargetInfo info;
  /// What a user may choose, in the order of the file.
  std::vector<::pr::TargetParameter> parameters;
};

/// `text` holds one acadl.architecture; `fileName` is what locations in errors
/// say. Errors: everything the parser and the verifiers say, with locations;
/// an unknown parameter, or one out of its range.
::pr::Expected<ImportedArchitecture>
importArchitecture(std::string_view text, const std::string &fileName,
                   const std::map<std::string, int64_t> &parameters);

} // namespace mlir::pr::acadl

#endif // PR_CONVERSION_ACADLTOPROGRAM_H
