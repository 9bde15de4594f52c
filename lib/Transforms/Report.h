// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Estimates for people and programs outside of the compiler: JSON of the whole
// module and one remark for each operation.
#ifndef PR_LIB_TRANSFORMS_REPORT_H
#define PR_LIB_TRANSFORMS_REPORT_H

#include "pr/Analysis/LatencyAnalysis.h"

namespace mlir::pr {

/// The JSON text of `mlir-pr annotate --format=json` (docs/Formats.md).
std::string printReport(Operation *root,
                        llvm::ArrayRef<ModelEstimates> estimates);

/// Writes `text` to a file in one step, or to stdout where `path` is "-".
::pr::Expected<void> writeReport(const std::string &path, llvm::StringRef text);

/// One analysis remark for each operation. Does nothing where nobody listens.
void emitRemarks(const ModelEstimates &estimates);

} // namespace mlir::pr

#endif // PR_LIB_TRANSFORMS_REPORT_H
