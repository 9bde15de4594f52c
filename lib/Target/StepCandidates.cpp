// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "WhiteBox.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <optional>

using namespace pr;
using namespace pr::arch;

namespace {
/// factor * dim + summand; without a dimension, the constant `summand`.
struct LinearForm {
  std::optional<unsigned> dim;
  int64_t factor = 0, summand = 0;
};
using Forms = std::vector<std::optional<LinearForm>>;

class CandidateFinder {
public:
  CandidateFinder(const Program &program, Forms inputs,
                  std::vector<StepCandidate> &candidates);

  const std::optional<LinearForm> &form(ValueId id) const { return forms[id]; }

private:
  void visit(const Compute &compute);
  void visitSelect(const Compute &compute);
  void visit(const Loop &loop);
  void add(const LinearForm &dividend, int64_t divisor, bool roundsUp,
           const char *what, LocationId location);

  const Program &program;
  Forms forms;
  std::vector<StepCandidate> &candidates;
};
} // namespace

/// Numbers stay far from overflow; what is larger is no step of interest.
static bool isSmall(int64_t value) {
  return value >= -(int64_t(1) << 30) && value <= int64_t(1) << 30;
}

static std::optional<LinearForm> combine(ExprOp op, const LinearForm &a,
                                         const LinearForm &b) {
  LinearForm result;
  if (op == ExprOp::Mul) {
    const LinearForm &scaled = a.dim ? a : b, &scale = a.dim ? b : a;
    if (scale.dim)
      return std::nullopt;
    result = {scaled.dim, scaled.factor * scale.summand,
              scaled.summand * scale.summand};
  } else if (op == ExprOp::Add || op == ExprOp::Sub) {
    if (a.dim && b.dim && a.dim != b.dim)
      return std::nullopt;
    int64_t sign = op == ExprOp::Add ? 1 : -1;
    result = {a.dim ? a.dim : b.dim, a.factor + sign * b.factor,
              a.summand + sign * b.summand};
  } else {
    return std::nullopt;
  }
  if (!isSmall(result.factor) || !isSmall(result.summand))
    return std::nullopt;
  if (result.factor == 0)
    result.dim = std::nullopt;
  return result;
}

CandidateFinder::CandidateFinder(const Program &program, Forms inputs,
                                 std::vector<StepCandidate> &candidates)
    : program(program), forms(std::move(inputs)), candidates(candidates) {
  forms.resize(program.numValues);
  for (auto [id, value] : program.constants)
    if (isSmall(value))
      forms[id] = LinearForm{std::nullopt, 0, value};
  // In the order of the file, which is that of the values.
  for (const Compute &compute : program.computes)
    visit(compute);
  for (const Loop &loop : program.loops)
    visit(loop);
}

/// `size == 0 ? default : size`, of layers without a schedule.
void CandidateFinder::visitSelect(const Compute &compute) {
  const auto &condition = forms[compute.operands[0]];
  if (condition && !condition->dim)
    forms[compute.result] =
        forms[compute.operands[condition->summand != 0 ? 1 : 2]];
}

void CandidateFinder::visit(const Compute &compute) {
  if (compute.op == ExprOp::Select)
    return visitSelect(compute);
  if (compute.operands[1] == kNone || compute.operands[2] != kNone)
    return;
  const auto &a = forms[compute.operands[0]], &b = forms[compute.operands[1]];
  if (!a || !b)
    return;
  if (compute.op == ExprOp::Eq && !a->dim && !b->dim) {
    forms[compute.result] =
        LinearForm{std::nullopt, 0, a->summand == b->summand};
    return;
  }
  if (compute.op == ExprOp::CeilDiv && !b->dim)
    add(*a, b->summand, true, "ceil-division", compute.location);
  else if (compute.op == ExprOp::FloorDiv && !b->dim)
    add(*a, b->summand, false, "division", compute.location);
  else
    forms[compute.result] = combine(compute.op, *a, *b);
}

void CandidateFinder::visit(const Loop &loop) {
  const auto &lower = forms[loop.lower], &upper = forms[loop.upper],
             &step = forms[loop.step];
  if (!lower || !upper || !step || step->dim)
    return;
  if (auto span = combine(ExprOp::Sub, *upper, *lower))
    add(*span, step->summand, true, "loop", loop.location);
}

/// Evidence travels in bundles, which are the same bytes wherever the
/// description lies.
static std::string withoutFolder(const std::string &location) {
  return location.substr(location.rfind('/') + 1);
}

/// The quotient grows behind the dimension's last value with
/// factor * dim + summand <= k divisor (< where it rounds down).
void CandidateFinder::add(const LinearForm &dividend, int64_t divisor,
                          bool roundsUp, const char *what,
                          LocationId location) {
  if (!dividend.dim || dividend.factor < 1 || divisor < 2 ||
      divisor % dividend.factor != 0 || divisor == dividend.factor)
    return;
  StepCandidate candidate;
  candidate.dim = *dividend.dim;
  candidate.width = divisor / dividend.factor;
  int64_t last =
      floorDiv(-dividend.summand - (roundsUp ? 0 : 1), dividend.factor);
  candidate.offset = last - candidate.width * floorDiv(last, candidate.width);
  candidate.origin = std::string(what) + " by " + std::to_string(divisor) +
                     " at " + withoutFolder(program.locations[location]);
  if (std::find(candidates.begin(), candidates.end(), candidate) ==
      candidates.end())
    candidates.push_back(std::move(candidate));
}

std::vector<StepCandidate> pr::findCandidates(const ObjectDiagram &diagram,
                                              const MappingProgram &mapping) {
  std::vector<StepCandidate> candidates;
  Forms inputs;
  unsigned numDims = kindInfo(mapping.kind).dims.size();
  for (LayerProperty property : mapping.properties) {
    if (property.kind == LayerProperty::Kind::TileSize)
      inputs.push_back(LinearForm{std::nullopt, 0, 0});
    else if (property.index < numDims)
      inputs.push_back(LinearForm{property.index, 1, 0});
    else
      inputs.push_back(std::nullopt);
  }
  CandidateFinder finder(mapping.program, inputs, candidates);
  for (const Issue &issue : mapping.program.issues) {
    Forms immediates;
    for (ValueId id : issue.immediates)
      immediates.push_back(finder.form(id));
    for (const Unit &unit : diagram.units)
      for (const Process &process : unit.processes)
        if (process.operation == issue.operation && process.second == kNone)
          CandidateFinder(process.latency, immediates, candidates);
  }
  return candidates;
}
