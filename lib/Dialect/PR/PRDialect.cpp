// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect itself: what it registers, how its attributes are abbreviated and
// which `pr.*` names are valid where.
#include "pr/Dialect/PR/PRDialect.h"

#include "PRDataLayout.h"

#include "pr/Dialect/PR/PROps.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::pr;

#include "pr/Dialect/PR/PRDialect.cpp.inc"

namespace {
/// Estimates repeat with their layers; an alias keeps operations readable.
struct AliasInterface : public OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attr, raw_ostream &os) const override {
    if (isa<LatencyAttr>(attr))
      os << "latency";
    else if (isa<TotalAttr>(attr))
      os << "total";
    else if (isa<AnnotatedKeysAttr>(attr))
      os << "annotated_keys";
    else
      return AliasResult::NoAlias;
    return AliasResult::FinalAlias;
  }
};
} // namespace

void PRDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "pr/Dialect/PR/PROps.cpp.inc"
      >();
  addInterfaces<AliasInterface, PRDataLayoutInterface>();
}

//===----------------------------------------------------------------------===//
// Discardable attributes
//===----------------------------------------------------------------------===//

/// One `AttrT`, or an array of them with distinct targets.
template <typename AttrT>
static LogicalResult verifyPerTarget(Operation *op, NamedAttribute attr) {
  if (isa<AttrT>(attr.getValue()))
    return success();
  StringRef name = attr.getName().strref();
  StringRef mnemonic = AttrT::getMnemonic();
  auto array = dyn_cast<ArrayAttr>(attr.getValue());
  if (!array || array.empty())
    return op->emitError() << "'" << name << "' is " << attr.getValue()
                           << ", expected '#pr." << mnemonic
                           << "' or a non-empty array of them";
  llvm::StringSet<> targets;
  for (Attribute element : array) {
    auto one = dyn_cast<AttrT>(element);
    if (!one)
      return op->emitError() << "'" << name << "' holds " << element
                             << ", expected '#pr." << mnemonic << "'";
    if (!targets.insert(one.getTarget()).second)
      return op->emitError() << "'" << name << "' names target '"
                             << one.getTarget() << "' twice";
  }
  return success();
}

static LogicalResult verifyTileSizes(Operation *op, NamedAttribute attr) {
  auto tiles = dyn_cast<TileSizesAttr>(attr.getValue());
  if (!tiles)
    return op->emitError() << "'" << attr.getName().strref() << "' is "
                           << attr.getValue() << ", expected '#pr.tile_sizes'";
  auto tiled = dyn_cast<TilingInterface>(op);
  if (!tiled)
    return success();
  size_t loops = tiled.getLoopIteratorTypes().size();
  if (size_t(tiles.getSizes().size()) != loops)
    return op->emitError() << "'" << attr.getName().strref() << "' has "
                           << tiles.getSizes().size()
                           << " entries, but the op has " << loops << " loops";
  return success();
}

LogicalResult PRDialect::verifyOperationAttribute(Operation *op,
                                                  NamedAttribute attr) {
  StringRef name = attr.getName().strref();
  if (name == LatencyAttrHelper::getNameStr())
    return verifyPerTarget<LatencyAttr>(op, attr);
  if (name == TileSizesAttrHelper::getNameStr())
    return verifyTileSizes(op, attr);
  bool isFunction = isa<FunctionOpInterface>(op);
  if (name == TotalAttrHelper::getNameStr()) {
    if (!isFunction && !isa<ModuleOp>(op))
      return op->emitError()
             << "'" << name << "' is only for functions and modules";
    return verifyPerTarget<TotalAttr>(op, attr);
  }
  if (name == AnnotatedKeysAttrHelper::getNameStr()) {
    if (!isFunction)
      return op->emitError() << "'" << name << "' is only for functions";
    return verifyPerTarget<AnnotatedKeysAttr>(op, attr);
  }
  return op->emitError() << "unknown attribute '" << name
                         << "', dialect 'pr' has 'pr.latency', 'pr.total', "
                            "'pr.annotated_keys' and 'pr.tile_sizes'";
}

LogicalResult PRDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned argument,
                                                  NamedAttribute attr) {
  return op->emitError() << "argument " << argument << " carries '"
                         << attr.getName().strref()
                         << "', dialect 'pr' has no attributes for arguments";
}

LogicalResult PRDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                     unsigned result,
                                                     NamedAttribute attr) {
  return op->emitError() << "result " << result << " carries '"
                         << attr.getName().strref()
                         << "', dialect 'pr' has no attributes for results";
}
