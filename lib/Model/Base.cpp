// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Base.h"

#include "Model/BaseJson.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace pr;
using nlohmann::json;

BaseValue Base::evaluate(const WorkTable &work) const {
  BaseValue best;
  double second = 0;
  for (unsigned i = 0; i < branches.size(); ++i) {
    double latency = 0;
    for (const WeightedTerm &weighted : branches[i])
      latency += weighted.weight * work.value(weighted.term);
    if (i < kNamedBranches)
      best.branches[i] = latency;
    if (i > 0)
      second = std::max(second, std::min(latency, best.latency));
    if (i == 0 || latency > best.latency) {
      best.latency = latency;
      best.branch = i;
    }
  }
  best.lead = second > 0 ? best.latency / second : 0;
  return best;
}

ResourceMask Base::resources() const {
  ResourceMask mask = 0;
  for (const auto &branch : branches)
    for (const WeightedTerm &weighted : branch)
      mask |= maskOf(weighted.term);
  return mask;
}

static std::string printBranch(const std::vector<WeightedTerm> &branch) {
  std::string text;
  for (const WeightedTerm &weighted : branch) {
    char number[32];
    std::snprintf(number, sizeof(number), "%.6g", weighted.weight);
    text += (text.empty() ? "" : " + ") + std::string(number);
    if (weighted.term.count != CountKind::Launch)
      text += " " + toString(weighted.term);
  }
  return text.empty() ? "0" : text;
}

std::string Base::print() const {
  if (branches.size() == 1)
    return printBranch(branches[0]);
  std::string text;
  for (const auto &branch : branches)
    text += (text.empty() ? "" : ", ") + printBranch(branch);
  return "max(" + text + ")";
}

json pr::baseToJson(const Base &base) {
  json branches = json::array();
  for (const auto &branch : base.branches) {
    json terms = json::object();
    for (const WeightedTerm &weighted : branch)
      terms[toString(weighted.term)] = weighted.weight;
    branches.push_back(std::move(terms));
  }
  return {{"branches", std::move(branches)}};
}

static WeightedTerm weightedFromJson(const std::string &name,
                                     const JsonReader &weight) {
  WeightedTerm weighted;
  weighted.term = weight.check(parseTerm(name));
  weighted.weight = weight.number();
  if (!std::isfinite(weighted.weight) || weighted.weight < 0)
    weight.fail("a weight of at least 0");
  return weighted;
}

Base pr::baseFromJson(const JsonReader &reader, LayerKind kind) {
  Base base;
  base.kind = kind;
  for (const JsonReader &branch : reader.at("branches").elements()) {
    base.branches.emplace_back();
    for (const auto &[name, weight] : branch.members())
      base.branches.back().push_back(weightedFromJson(name, weight));
  }
  if (base.branches.empty())
    reader.at("branches").fail("at least one branch");
  return base;
}

std::string Base::toJson() const { return baseToJson(*this).dump(); }

Expected<Base> Base::fromJson(std::string_view text, LayerKind kind) {
  return parseJson(text, "base", [&](const JsonReader &reader) {
    return baseFromJson(reader, kind);
  });
}
