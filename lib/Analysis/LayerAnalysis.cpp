// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/LayerAnalysis.h"

#include "Program.h"

#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Interfaces/LayerOpInterface.h"

using namespace mlir;
using namespace mlir::pr;

LayerAnalysis::LayerAnalysis(Operation *root, const DescribeOptions &options) {
  for (Region &region : root->getRegions())
    for (Operation &op : region.getOps())
      collect(&op);
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
  if (!options.asQuantized)
    return;
  foldQuantization(program);
  foldLayouts(program);
  mapElementTypes(program);
}

/// Regions that hold program, not the scalar body of a structured op.
static bool holdsProgram(Operation *op, const LayerDescription &description) {
  return description.isFolded() && !isa<LayerOpInterface>(op);
}

void LayerAnalysis::collect(Operation *op) {
  OpDescription description;
  static_cast<LayerDescription &>(description) = describeOp(op);
  description.op = op;
  bool descend = holdsProgram(op, description);
  index[op] = descriptions.size();
  descriptions.push_back(std::move(description));
  if (!descend)
    return;
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps())
      collect(&nested);
}

void LayerAnalysis::makeCanonical() {
  for (OpDescription &description : descriptions) {
    if (!description.isLayer())
      continue;
    auto layer = ::pr::checkedLayer(description.layer);
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
  return found == index.end() ? nullptr : &descriptions[found->second];
}
