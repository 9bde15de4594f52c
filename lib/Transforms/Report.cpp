// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"

#include "pr/Support/File.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::pr;

static constexpr int64_t kSchema = 1;

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

static void number(llvm::json::OStream &json, StringRef name,
                   std::optional<int64_t> value) {
  if (value)
    json.attribute(name, *value);
  else
    json.attribute(name, nullptr);
}

static void text(llvm::json::OStream &json, StringRef name,
                 std::optional<StringRef> value) {
  if (value)
    json.attribute(name, llvm::json::fixUTF8(*value));
  else
    json.attribute(name, nullptr);
}

static std::optional<StringRef> textOf(LayerAttr layer) {
  return layer ? std::optional<StringRef>(layer.getText()) : std::nullopt;
}

/// "file:line:column"; other locations as MLIR prints them.
static std::string printLocation(Location location) {
  std::string result;
  llvm::raw_string_ostream os(result);
  if (auto place = location->findInstanceOf<FileLineColLoc>())
    os << place.getFilename().strref() << ':' << place.getLine() << ':'
       << place.getColumn();
  else
    os << location;
  return result;
}

static std::string fileOf(Operation *root) {
  auto place = root->getLoc()->findInstanceOf<FileLineColLoc>();
  return place ? place.getFilename().str() : "";
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

static void printTotals(llvm::json::OStream &json, const Model &model,
                        const Totals &totals) {
  auto amount = [&](StringRef name, const Amount &sum, int64_t Amount::*part) {
    number(json, name,
           sum.known ? std::optional<int64_t>(sum.*part) : std::nullopt);
  };
  json.object([&] {
    text(json, "target", model.target());
    amount("time_ps", totals.ps, &Amount::value);
    amount("lower_ps", totals.ps, &Amount::lower);
    amount("upper_ps", totals.ps, &Amount::upper);
    amount("cycles", totals.cycles, &Amount::value);
    amount("lower_cycles", totals.cycles, &Amount::lower);
    amount("upper_cycles", totals.cycles, &Amount::upper);
    json.attribute("ops", totals.ops);
    json.attribute("covered_ops", totals.covered);
    json.attribute("coverage_ops", totals.coverageByOps());
    if (std::optional<double> coverage = totals.coverageByTime())
      json.attribute("coverage_time", *coverage);
    else
      json.attribute("coverage_time", nullptr);
  });
}

static void printByExtent(llvm::json::OStream &json, ByExtentAttr attr) {
  text(json, "unit", attr.getUnit());
  json.attribute("unknowns", attr.getUnknowns());
  json.attribute("last", attr.getLast());
  json.attribute("lower", attr.getLower());
  json.attribute("upper", attr.getUpper());
  if (DenseI64ArrayAttr pieces = attr.getPieces())
    json.attributeArray("pieces", [&] {
      for (int64_t number : pieces.asArrayRef())
        json.value(number);
    });
}

static void printEstimate(llvm::json::OStream &json, const Model &model,
                          const OpEstimate &estimate) {
  const LayerEstimate *layer = estimate.layer;
  const ::pr::Estimate none;
  const ::pr::Estimate &e = layer ? layer->estimate : none;
  json.object([&] {
    text(json, "target", model.target());
    text(json, "status", StringRef(::pr::toString(estimate.status)));
    text(json, "layer", textOf(layer ? layer->layer : LayerAttr()));
    number(json, "time_ps", e.timePs);
    number(json, "cycles", e.cycles);
    number(json, "lower_ps", e.lowerPs);
    number(json, "upper_ps", e.upperPs);
    number(json, "lower_cycles", e.lowerCycles);
    number(json, "upper_cycles", e.upperCycles);
    text(json, "representative",
         textOf(layer ? layer->representative : LayerAttr()));
    if (estimate.hasNumber())
      json.attribute("waste", double(e.wastePpm) * 1e-6);
    else
      json.attribute("waste", nullptr);
    text(json, "reason",
         estimate.reason ? std::optional<StringRef>(estimate.reason.strref())
                         : std::nullopt);
    if (e.correctedBy > 0)
      json.attribute("corrected_by", e.correctedBy);
    if (estimate.byExtent)
      json.attributeObject("by_extent",
                           [&] { printByExtent(json, estimate.byExtent); });
  });
}

/// An operation; its layer is what the first model sees.
static void printOp(llvm::json::OStream &json, Operation *function, size_t i,
                    llvm::ArrayRef<ModelEstimates> estimates) {
  auto seenBy = [&](const ModelEstimates &one) -> const OpEstimate & {
    return one.functions.find(function)->second[i];
  };
  const OpEstimate &first = seenBy(estimates.front());
  json.object([&] {
    text(json, "op", first.op->getName().getStringRef());
    text(json, "location", StringRef(printLocation(first.op->getLoc())));
    text(json, "layer", textOf(first.layer ? first.layer->layer : LayerAttr()));
    json.attributeArray("estimates", [&] {
      for (const ModelEstimates &one : estimates)
        printEstimate(json, one.model(), seenBy(one));
    });
  });
}

static void printFunction(llvm::json::OStream &json, Operation *function,
                          llvm::ArrayRef<ModelEstimates> estimates) {
  json.object([&] {
    text(json, "name", cast<FunctionOpInterface>(function).getName());
    json.attributeArray("totals", [&] {
      for (const ModelEstimates &one : estimates)
        printTotals(json, one.model(), one.totals->of(function));
    });
    json.attributeArray("ops", [&] {
      size_t count = estimates.front().functions.find(function)->second.size();
      for (size_t i = 0; i < count; ++i)
        printOp(json, function, i, estimates);
    });
  });
}

static void printModel(llvm::json::OStream &json, const ModelEstimates &one) {
  json.object([&] {
    text(json, "target", one.model().target());
    text(json, "id", one.model().estimator.modelId());
    text(json, "path", StringRef(one.model().path));
    json.attribute("as_quantized", one.estimator->asQuantized());
  });
}

std::string mlir::pr::printReport(Operation *root,
                                  llvm::ArrayRef<ModelEstimates> estimates) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::json::OStream json(os, /*IndentSize=*/1);
  json.object([&] {
    json.attribute("schema", kSchema);
    text(json, "file", StringRef(fileOf(root)));
    json.attributeArray("models", [&] {
      for (const ModelEstimates &one : estimates)
        printModel(json, one);
    });
    json.attributeArray("totals", [&] {
      for (const ModelEstimates &one : estimates)
        printTotals(json, one.model(), one.totals->ofRoot());
    });
    json.attributeArray("functions", [&] {
      for (const auto &[function, ops] : estimates.front().functions)
        printFunction(json, function, estimates);
    });
  });
  os << '\n';
  return result;
}

::pr::Expected<void> mlir::pr::writeReport(const std::string &path,
                                           llvm::StringRef text) {
  if (path != "-")
    return ::pr::writeFileAtomically(path, std::string_view(text));
  llvm::outs() << text;
  llvm::outs().flush();
  return {};
}
