// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entries that this dialect knows in devices of DLTI's target system spec.
#include "PRDataLayout.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::pr;

LogicalResult PRDataLayoutInterface::verifyEntry(DataLayoutEntryInterface entry,
                                                 Location loc) const {
  auto key = dyn_cast<StringAttr>(entry.getKey());
  StringRef name = key ? key.strref() : "";
  auto text = dyn_cast<StringAttr>(entry.getValue());
  auto wrong = [&](StringRef expected) {
    return emitError(loc) << "'" << name << "' is " << entry.getValue()
                          << ", expected " << expected;
  };
  if (name == "pr.model")
    return text && !text.empty() ? success() : wrong("the path of a model");
  if (name == "pr.model_id") {
    bool isId =
        text && text.size() == 16 && llvm::all_of(text.strref(), [](char c) {
          return llvm::isDigit(c) || (c >= 'a' && c <= 'f');
        });
    return isId ? success() : wrong("16 lower-case hexadecimal digits");
  }
  if (name == "pr.clock_khz") {
    auto clock = dyn_cast<IntegerAttr>(entry.getValue());
    bool isClock =
        clock && clock.getType().isSignlessInteger(64) && clock.getInt() > 0;
    return isClock ? success() : wrong("a positive i64");
  }
  return emitError(loc) << "unknown entry '" << name
                        << "' of a target device, dialect 'pr' has 'pr.model', "
                           "'pr.model_id' and 'pr.clock_khz'";
}
