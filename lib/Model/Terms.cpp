// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"

#include "pr/Support/CheckedMath.h"

#include <iterator>

using namespace pr;

static constexpr std::string_view kCountNames[] = {
    "launch",          "macs",           "useful_macs",     "operations",
    "output_elements", "input_elements", "weight_elements", "output_bytes",
    "input_bytes",     "weight_bytes",   "output_bursts",   "input_bursts",
    "weight_bursts"};
static_assert(std::size(kCountNames) == kNumCounts, "one name each");

std::string_view pr::toString(CountKind count) {
  return kCountNames[static_cast<size_t>(count)];
}

int64_t pr::countOf(const Work &work, CountKind count) {
  switch (count) {
  case CountKind::Launch:
    return 1;
  case CountKind::Macs:
    return work.macs;
  case CountKind::UsefulMacs:
    return work.usefulMacs;
  case CountKind::Operations:
    return work.operations;
  case CountKind::OutputElements:
    return work.outputElements;
  case CountKind::InputElements:
    return work.inputElements;
  case CountKind::WeightElements:
    return work.weightElements;
  case CountKind::OutputBytes:
    return work.outputBytes;
  case CountKind::InputBytes:
    return work.inputBytes;
  case CountKind::WeightBytes:
    return work.weightBytes;
  case CountKind::OutputBursts:
    return ceilDiv(work.outputBytes, kBurstBytes);
  case CountKind::InputBursts:
    return ceilDiv(work.inputBytes, kBurstBytes);
  case CountKind::WeightBursts:
    return ceilDiv(work.weightBytes, kBurstBytes);
  }
  return 0;
}

bool pr::hasCount(LayerKind kind, CountKind count) {
  bool multiplies = kindInfo(kind).operandTypes == 2;
  switch (count) {
  case CountKind::Macs:
  case CountKind::WeightElements:
  case CountKind::WeightBytes:
  case CountKind::WeightBursts:
    return multiplies;
  case CountKind::UsefulMacs:
    // Elsewhere there is no padding, and the two are the same.
    return multiplies && kindInfo(kind).findDim(DimRole::PadLow, 2);
  case CountKind::Operations:
    return !multiplies && kind != LayerKind::DataMovement;
  default:
    return true;
  }
}

std::string pr::toString(const Term &term) {
  std::string name(toString(term.count));
  return term.steps ? name + "@" + std::string(toString(*term.steps)) : name;
}

Expected<Term> pr::parseTerm(std::string_view name) {
  Term term;
  size_t at = name.find('@');
  if (at != std::string_view::npos) {
    auto resource = parseResource(name.substr(at + 1));
    if (!resource)
      return invalidInput("work term '" + std::string(name) +
                          "': " + resource.error().message);
    term.steps = *resource;
  }
  for (unsigned i = 0; i < kNumCounts; ++i)
    if (kCountNames[i] == name.substr(0, at)) {
      term.count = static_cast<CountKind>(i);
      return term;
    }
  return invalidInput("unknown work term '" + std::string(name) + "'");
}

std::vector<Term> pr::candidateTerms(const Lattice &lattice) {
  std::vector<Term> terms = {{CountKind::Launch, std::nullopt}};
  for (unsigned i = 1; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (!hasCount(lattice.kind, count))
      continue;
    // Stepped before raw: of two counts that are equal on all measured layers
    // the fit keeps the first.
    for (unsigned r = 0; r < kNumResources; ++r)
      if (lattice.hasSteps(static_cast<Resource>(r)))
        terms.push_back({count, static_cast<Resource>(r)});
    terms.push_back({count, std::nullopt});
  }
  return terms;
}

/// A canonical layer's work fits, so there is no error to report.
static Work workOf(const Layer &layer) {
  auto work = computeWork(layer);
  return work ? *work : Work();
}

WorkTable WorkTable::compute(const Lattice &lattice, const Layer &layer,
                             ResourceMask mask) {
  WorkTable table;
  table.rawWork = workOf(layer);
  for (unsigned r = 0; r < kNumResources; ++r) {
    auto resource = static_cast<Resource>(r);
    if ((mask & maskOf(resource)) == 0)
      continue;
    Layer rounded = lattice.roundedFor(resource, layer);
    table.steppedWork[r] =
        rounded.dims == layer.dims ? table.rawWork : workOf(rounded);
  }
  return table;
}
