// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The typed attributes: storage, text form and invariants.
#include "pr/Dialect/PR/PRAttributes.h"

#include "pr/Support/CheckedMath.h"
#include "pr/Support/Hash.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr;

#include "pr/Dialect/PR/PREnums.cpp.inc"

//===----------------------------------------------------------------------===//
// LayerAttr
//===----------------------------------------------------------------------===//

namespace mlir::pr::detail {
/// Uniqued by the layer; text and key are made once.
struct LayerAttrStorage : public AttributeStorage {
  using KeyTy = ::pr::Layer;

  explicit LayerAttrStorage(const ::pr::Layer &layer)
      : layer(layer), text(::pr::printLayer(layer)),
        key(::pr::stableHash(text)) {}

  bool operator==(const KeyTy &other) const { return layer == other; }
  static llvm::hash_code hashKey(const KeyTy &layer) {
    return llvm::hash_code(::pr::hashValue(layer));
  }
  static LayerAttrStorage *construct(AttributeStorageAllocator &allocator,
                                     const KeyTy &layer) {
    return new (allocator.allocate<LayerAttrStorage>()) LayerAttrStorage(layer);
  }

  ::pr::Layer layer;
  std::string text;
  uint64_t key;
};
} // namespace mlir::pr::detail

const ::pr::Layer &LayerAttr::getLayer() const { return getImpl()->layer; }
StringRef LayerAttr::getText() const { return getImpl()->text; }
uint64_t LayerAttr::getKey() const { return getImpl()->key; }

Attribute LayerAttr::parse(AsmParser &parser, Type) {
  std::string text;
  if (parser.parseLess())
    return {};
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseString(&text) || parser.parseGreater())
    return {};
  ::pr::Expected<::pr::Layer> layer = ::pr::parseLayer(text);
  if (!layer) {
    parser.emitError(loc) << layer.error().message;
    return {};
  }
  return LayerAttr::get(parser.getContext(), *layer);
}

void LayerAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printString(getText());
  printer << '>';
}

//===----------------------------------------------------------------------===//
// Invariants
//===----------------------------------------------------------------------===//

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

namespace {
/// A value with its bounds, in one unit.
struct Bounds {
  StringRef unit; ///< "ps" or "cycles"
  std::optional<int64_t> value, lower, upper;
};
} // namespace

static bool isKey(StringRef text) {
  return text.size() == 16 && llvm::all_of(text, [](char c) {
           return llvm::isDigit(c) || (c >= 'a' && c <= 'f');
         });
}

static LogicalResult verifyKey(EmitError emitError, StringRef name,
                               StringRef text) {
  if (isKey(text))
    return success();
  return emitError() << "'" << name << "' is '" << text
                     << "', expected 16 lower-case hexadecimal digits";
}

static LogicalResult verifySource(EmitError emitError, StringRef target,
                                  StringRef model) {
  if (target.empty())
    return emitError() << "'target' is empty, expected the name of a target";
  return verifyKey(emitError, "model", model);
}

static LogicalResult verifyRange(EmitError emitError, const Bounds &range) {
  if (range.lower.has_value() != range.upper.has_value())
    return emitError() << "one of the bounds in " << range.unit
                       << " is missing, expected both or none";
  if (!range.value && range.lower)
    return emitError() << "there are bounds in " << range.unit
                       << ", but no value";
  if (!range.value)
    return success();
  int64_t lower = range.lower.value_or(*range.value);
  int64_t upper = range.upper.value_or(*range.value);
  if (lower < 0 || lower > *range.value || *range.value > upper)
    return emitError() << "expected 0 <= lower <= value <= upper, but got "
                       << lower << ", " << *range.value << ", " << upper << ' '
                       << range.unit;
  return success();
}

static LogicalResult verifyPpm(EmitError emitError, StringRef name,
                               int64_t value) {
  if (value >= 0 && value <= 1000000)
    return success();
  return emitError() << "'" << name << "' is " << value
                     << ", expected 0 to 1000000 parts per million";
}

static bool hasNumber(EstimateStatus status) {
  return status == EstimateStatus::Measured ||
         status == EstimateStatus::Predicted ||
         status == EstimateStatus::Extrapolated;
}

/// A number with what identifies it, or a reason: never both, never neither.
static LogicalResult verifyOutcome(EmitError emitError, EstimateStatus status,
                                   bool anyNumber, bool representative,
                                   StringRef key, StringRef reason) {
  StringRef name = stringifyEstimateStatus(status);
  if (!hasNumber(status)) {
    if (anyNumber || representative)
      return emitError() << "status '" << name
                         << "' takes no number and no representative";
    if (reason.empty())
      return emitError() << "status '" << name << "' needs a 'reason'";
    return success();
  }
  if (!anyNumber)
    return emitError() << "status '" << name << "' needs 'time_ps' or 'cycles'";
  if (!representative || key.empty())
    return emitError() << "status '" << name
                       << "' needs a 'representative' and a 'key'";
  if (!reason.empty())
    return emitError() << "status '" << name << "' takes no 'reason'";
  return success();
}

LogicalResult LatencyAttr::verify(
    EmitError emitError, StringRef target, StringRef model,
    EstimateStatus status, std::optional<int64_t> timePs,
    std::optional<int64_t> lowerPs, std::optional<int64_t> upperPs,
    std::optional<int64_t> cycles, std::optional<int64_t> lowerCycles,
    std::optional<int64_t> upperCycles, LayerAttr representative,
    int64_t wastePpm, bool asQuantized, StringRef key, StringRef reason,
    ByExtentAttr byExtent, int64_t correctedBy) {
  if (failed(verifySource(emitError, target, model)))
    return failure();
  if (!key.empty() && failed(verifyKey(emitError, "key", key)))
    return failure();
  if (failed(verifyRange(emitError, {"ps", timePs, lowerPs, upperPs})) ||
      failed(verifyRange(emitError,
                         {"cycles", cycles, lowerCycles, upperCycles})) ||
      failed(verifyPpm(emitError, "waste_ppm", wastePpm)))
    return failure();
  if (byExtent && status != EstimateStatus::Unsupported)
    return emitError() << "status '" << stringifyEstimateStatus(status)
                       << "' takes no 'by_extent'";
  if (correctedBy < 0)
    return emitError() << "'corrected_by' is " << correctedBy
                       << ", expected 0 (not corrected) or more";
  if (correctedBy > 0 && status != EstimateStatus::Predicted &&
      status != EstimateStatus::Extrapolated)
    return emitError() << "status '" << stringifyEstimateStatus(status)
                       << "' takes no 'corrected_by'";
  return verifyOutcome(emitError, status, timePs || cycles,
                       bool(representative), key, reason);
}

static LogicalResult verifyPieces(EmitError emitError, ArrayRef<int64_t> pieces,
                                  int64_t last) {
  if (pieces.empty() || pieces.size() % 3 != 0)
    return emitError() << "'pieces' has " << pieces.size()
                       << " entries, expected a triple for each range";
  for (size_t i = 0; i < pieces.size(); i += 3) {
    int64_t least = i == 0 ? 1 : pieces[i - 3] + 1;
    int64_t most = i == 0 ? 1 : last;
    if (pieces[i] < least || pieces[i] > most)
      return emitError() << "a range of 'pieces' starts at " << pieces[i]
                         << ", expected " << least << " to " << most;
  }
  return success();
}

LogicalResult ByExtentAttr::verify(EmitError emitError, StringRef unit,
                                   int64_t unknowns, int64_t last,
                                   int64_t lower, int64_t upper,
                                   DenseI64ArrayAttr pieces) {
  if (unit != "ps" && unit != "cycles")
    return emitError() << "'unit' is '" << unit
                       << "', expected 'ps' or 'cycles'";
  if (unknowns < 1 || last < 1)
    return emitError() << "'unknowns' is " << unknowns << " and 'last' is "
                       << last << ", expected at least 1";
  if (lower < 0 || lower > upper)
    return emitError() << "expected 0 <= lower <= upper, but got " << lower
                       << ", " << upper << ' ' << unit;
  if (pieces && unknowns > 1)
    return emitError() << "'pieces' needs one unknown extent, there are "
                       << unknowns;
  return pieces ? verifyPieces(emitError, pieces.asArrayRef(), last)
                : success();
}

std::optional<int64_t> ByExtentAttr::at(int64_t extent) const {
  if (!getPieces() || extent < 1 || extent > getLast())
    return std::nullopt;
  ArrayRef<int64_t> pieces = getPieces().asArrayRef();
  while (pieces.size() > 3 && pieces[3] <= extent)
    pieces = pieces.drop_front(3);
  ::pr::Checked value =
      ::pr::Checked(pieces[1]) +
      ::pr::Checked(pieces[2]) * ::pr::Checked(extent - pieces[0]);
  return value.ok() ? std::optional(value.value()) : std::nullopt;
}

LogicalResult
TotalAttr::verify(EmitError emitError, StringRef target, StringRef model,
                  std::optional<int64_t> timePs, std::optional<int64_t> lowerPs,
                  std::optional<int64_t> upperPs, std::optional<int64_t> cycles,
                  std::optional<int64_t> lowerCycles,
                  std::optional<int64_t> upperCycles, int64_t ops,
                  int64_t coveredOps, std::optional<int64_t> coverageTimePpm,
                  bool asQuantized) {
  if (failed(verifySource(emitError, target, model)) ||
      failed(verifyRange(emitError, {"ps", timePs, lowerPs, upperPs})) ||
      failed(
          verifyRange(emitError, {"cycles", cycles, lowerCycles, upperCycles})))
    return failure();
  if (coveredOps < 0 || coveredOps > ops)
    return emitError() << "'covered_ops' is " << coveredOps
                       << ", expected 0 to " << ops << ", the number of 'ops'";
  return verifyPpm(emitError, "coverage_time_ppm", coverageTimePpm.value_or(0));
}

/// Layer kinds, each with a list of strings.
static LogicalResult verifyPerKind(EmitError emitError, StringRef name,
                                   DictionaryAttr perKind) {
  if (!perKind)
    return success();
  for (NamedAttribute entry : perKind) {
    StringRef kind = entry.getName().strref();
    if (!::pr::findLayerKind(std::string_view(kind)))
      return emitError() << "'" << name << "' names '" << kind
                         << "', which is no layer kind";
    auto list = dyn_cast<ArrayAttr>(entry.getValue());
    if (!list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
      return emitError() << "'" << name << "' gives " << entry.getValue()
                         << " for '" << kind << "', expected a list of strings";
  }
  return success();
}

LogicalResult AnnotatedKeysAttr::verify(
    EmitError emitError, StringRef target, StringRef model, bool asQuantized,
    int64_t assumedExtent, DictionaryAttr fused, DictionaryAttr types,
    DictionaryAttr tiles, DictionaryAttr keys) {
  if (failed(verifySource(emitError, target, model)) ||
      failed(verifyPerKind(emitError, "fused", fused)) ||
      failed(verifyPerKind(emitError, "types", types)) ||
      failed(verifyPerKind(emitError, "tiles", tiles)))
    return failure();
  if (assumedExtent < 0)
    return emitError() << "'assumed_extent' is " << assumedExtent
                       << ", expected 0 (none) or more";
  for (NamedAttribute entry : keys) {
    if (failed(verifyKey(emitError, "keys", entry.getName().strref())))
      return failure();
    auto count = dyn_cast<IntegerAttr>(entry.getValue());
    if (!count || !count.getType().isSignlessInteger(64) || count.getInt() < 1)
      return emitError() << "key '" << entry.getName().strref() << "' occurs "
                         << entry.getValue()
                         << " times, expected a positive i64";
  }
  return success();
}

static LogicalResult verifySizes(EmitError emitError, StringRef name,
                                 DenseI64ArrayAttr sizes) {
  for (int64_t size : sizes.asArrayRef())
    if (size < 0)
      return emitError() << "'" << name << "' holds the size " << size
                         << ", expected 0 (not tiled) or more";
  return success();
}

static LogicalResult verifyAtLeastZero(EmitError emitError, StringRef name,
                                       std::optional<int64_t> value) {
  if (!value || *value >= 0)
    return success();
  return emitError() << "'" << name << "' is " << *value
                     << ", expected 0 or more";
}

LogicalResult TileSizesAttr::verify(EmitError emitError,
                                    DenseI64ArrayAttr sizes, StringRef target,
                                    StringRef model, LayerAttr layer,
                                    std::optional<int64_t> timePs,
                                    std::optional<int64_t> cycles,
                                    DenseI64ArrayAttr runnerUp,
                                    std::optional<int64_t> runnerUpTimePs,
                                    std::optional<int64_t> runnerUpCycles,
                                    int64_t candidates, int64_t evaluated) {
  if (failed(verifySizes(emitError, "sizes", sizes)))
    return failure();
  if (!model.empty() && failed(verifySource(emitError, target, model)))
    return failure();
  if (layer && layer.getLayer().schedule.empty())
    return emitError() << "'layer' has no schedule, expected the chosen one";
  if (runnerUp && (failed(verifySizes(emitError, "runner_up", runnerUp))))
    return failure();
  if (runnerUp && runnerUp.size() != sizes.size())
    return emitError() << "'runner_up' has " << runnerUp.size()
                       << " entries, but 'sizes' has " << sizes.size();
  if (!runnerUp && (runnerUpTimePs || runnerUpCycles))
    return emitError() << "there is a time of the runner-up, but no "
                          "'runner_up'";
  for (auto [name, value] :
       {std::pair("time_ps", timePs), std::pair("cycles", cycles),
        std::pair("runner_up_time_ps", runnerUpTimePs),
        std::pair("runner_up_cycles", runnerUpCycles),
        std::pair("candidates", std::optional(candidates)),
        std::pair("evaluated", std::optional(evaluated))})
    if (failed(verifyAtLeastZero(emitError, name, value)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Generated definitions
//===----------------------------------------------------------------------===//

#define GET_ATTRDEF_CLASSES
#include "pr/Dialect/PR/PRAttributes.cpp.inc"

void PRDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "pr/Dialect/PR/PRAttributes.cpp.inc"
      >();
}
