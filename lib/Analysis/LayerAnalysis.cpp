// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/LayerAnalysis.h"

#include "Program.h"

#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Interfaces/LayerOpInterface.h"

using namespace mlir;
using namespace mlir::pr;

/// How many ops the blocks of `root` hold, nested regions left out.
static size_t countOps(Operation *root) {
  size_t count = 0;
  for (Region &region : root->getRegions())
    for (Block &block : region)
      count += block.getOperations().size();
  return count;
}

LayerAnalysis::LayerAnalysis(Operation *root, const DescribeOptions &options) {
  size_t count = countOps(root);
  descriptions.reserve(count);
  index.reserve(count);
  for (Region &region : root->getRegions())
    for (Operation &op : region.getOps())
      collect(&op, options.assumedExtent);
  Program program(descriptions, index, options);
  // What no target computes ...
  foldInits(program);
  foldConstantExpressions(program);
  foldWeightLayouts(program);
  foldSlices(program);
  foldPadding(program);
  makeCanonical();
  // ... then what this target fuses.
  if (options.target)
    foldEpilogues(program);
  if (options.asQuantized) {
    foldQuantization(program);
    foldLayouts(program);
    mapElementTypes(program);
  }
  if (options.target)
    addSchedules(program, *options.target);
}

/// Regions that hold program, not the scalar body of a structured op.
static bool holdsProgram(Operation *op, const LayerDescription &description) {
  return description.isFolded() && !isa<LayerOpInterface>(op);
}

void LayerAnalysis::collect(Operation *op, int64_t assumedExtent) {
  index[op] = descriptions.size();
  OpDescription &description =
      *new (storage.Allocate()) OpDescription{describeOp(op), op};
  descriptions.push_back(&description);
  if (assumedExtent > 0 && description.isUnsupported())
    static_cast<LayerDescription &>(description) =
        describeOpAt(op, assumedExtent);
  if (op->getNumRegions() == 0 || !holdsProgram(op, description))
    return;
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps())
      collect(&nested, assumedExtent);
}

void LayerAnalysis::makeCanonical() {
  for (OpDescription *one : descriptions) {
    OpDescription &description = *one;
    if (!description.isLayer())
      continue;
    auto layer = ::pr::checkedLayer(std::move(description.layer));
    if (layer) {
      description.layer = std::move(*layer);
      continue;
    }
    description.status = LayerDescription::Status::Unsupported;
    description.why = layer.error().message;
  }
}

const OpDescription *LayerAnalysis::lookup(Operation *op) const {
  auto found = index.find(op);
  return found == index.end() ? nullptr : descriptions[found->second];
}
