// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Base.h"

#include "Model/BaseJson.h"
#include "pr/Layer/Window.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace pr;
using nlohmann::json;

static constexpr std::string_view kOtherwise = "otherwise";

const Branches &Base::branchesOf(LayerCase layerCase) const {
  auto own = cases.find(layerCase);
  return own == cases.end() ? branches : own->second;
}

BaseValue Base::evaluate(const WorkTable &work) const {
  const Branches &own = branchesOf(work.layerCase());
  BaseValue best;
  double second = 0;
  for (unsigned i = 0; i < own.size(); ++i) {
    double latency = 0;
    for (const WeightedTerm &weighted : own[i])
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

static ResourceMask resourcesOf(const Branches &branches) {
  ResourceMask mask = 0;
  for (const Branch &branch : branches)
    for (const WeightedTerm &weighted : branch)
      mask |= maskOf(weighted.term);
  return mask;
}

ResourceMask Base::resources() const {
  ResourceMask mask = resourcesOf(branches);
  for (const auto &[layerCase, own] : cases)
    mask |= resourcesOf(own);
  return mask;
}

static std::string printBranch(const Branch &branch) {
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

static std::string printBranches(const Branches &branches) {
  if (branches.size() == 1)
    return printBranch(branches[0]);
  std::string text;
  for (const Branch &branch : branches)
    text += (text.empty() ? "" : ", ") + printBranch(branch);
  return "max(" + text + ")";
}

std::string Base::print() const {
  if (cases.empty())
    return printBranches(branches);
  std::string text;
  for (const auto &[layerCase, own] : cases)
    text += std::string(toString(layerCase)) + ": " + printBranches(own) + "; ";
  return text + std::string(kOtherwise) + ": " + printBranches(branches);
}

static json branchesToJson(const Branches &branches) {
  json result = json::array();
  for (const Branch &branch : branches) {
    json terms = json::object();
    for (const WeightedTerm &weighted : branch)
      terms[toString(weighted.term)] = weighted.weight;
    result.push_back(std::move(terms));
  }
  return result;
}

json pr::baseToJson(const Base &base) {
  if (base.cases.empty())
    return {{"branches", branchesToJson(base.branches)}};
  json cases = {{kOtherwise, branchesToJson(base.branches)}};
  for (const auto &[layerCase, own] : base.cases)
    cases[std::string(toString(layerCase))] = branchesToJson(own);
  return {{"cases", std::move(cases)}};
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

static Branches branchesFromJson(const JsonReader &reader) {
  Branches branches;
  for (const JsonReader &branch : reader.elements()) {
    branches.emplace_back();
    for (const auto &[name, weight] : branch.members())
      branches.back().push_back(weightedFromJson(name, weight));
  }
  if (branches.empty())
    reader.fail("at least one branch");
  return branches;
}

Base pr::baseFromJson(const JsonReader &reader, LayerKind kind) {
  Base base;
  base.kind = kind;
  auto cases = reader.find("cases");
  if (!cases) {
    base.branches = branchesFromJson(reader.at("branches"));
    return base;
  }
  if (!hasWindow(kind))
    cases->fail("no cases: layers of " + std::string(kindInfo(kind).name) +
                " have no window");
  for (const auto &[name, own] : cases->members())
    if (name != kOtherwise)
      base.cases[own.check(parseLayerCase(name))] = branchesFromJson(own);
  base.branches = branchesFromJson(cases->at(std::string(kOtherwise)));
  return base;
}

std::string Base::toJson() const { return baseToJson(*this).dump(); }

Expected<Base> Base::fromJson(std::string_view text, LayerKind kind) {
  return parseJson(text, "base", [&](const JsonReader &reader) {
    return baseFromJson(reader, kind);
  });
}
