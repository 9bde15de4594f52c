// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/BundleMeta.h"

#include "Lattice/LatticeJson.h"
#include "Model/BaseJson.h"

using namespace pr;
using nlohmann::json;

//===----------------------------------------------------------------------===//
// Domain
//===----------------------------------------------------------------------===//

static std::string printEpilogue(const Epilogue &epilogue) {
  std::string text;
  for (EpilogueOp op : epilogue)
    text += (text.empty() ? "" : "+") + std::string(toString(op));
  return text;
}

static Epilogue epilogueFromJson(const JsonReader &reader) {
  std::string text = reader.string();
  Epilogue epilogue;
  while (!text.empty()) {
    size_t plus = text.find('+');
    auto op = parseEpilogueOp(text.substr(0, plus));
    if (!op || epilogue.full())
      reader.fail("epilogue operations joined by '+'");
    epilogue.push_back(*op);
    text = plus == std::string::npos ? "" : text.substr(plus + 1);
  }
  return epilogue;
}

static json typesToJson(const TypeList &types) {
  json result = json::array();
  for (ElementType type : types)
    result.push_back(toString(type));
  return result;
}

static TypeList typesFromJson(const JsonReader &reader) {
  TypeList types;
  for (const JsonReader &name : reader.elements()) {
    auto type = parseElementType(name.string());
    if (!type || types.full())
      name.fail("an element type");
    types.push_back(*type);
  }
  return types;
}

static json domainToJson(const Domain &domain) {
  const KindInfo &info = kindInfo(domain.kind);
  json dims = json::object(), counts = json::object();
  for (unsigned i = 0; i < info.dims.size(); ++i)
    dims[std::string(info.dims[i].name)] = domain.dims[i];
  for (size_t i = 0; i < domain.counts.size(); ++i)
    counts[Domain::kCountNames[i]] = domain.counts[i];
  json types = json::array(), layouts = json::array(),
       epilogues = json::array();
  for (const TypeSignature &signature : domain.types)
    types.push_back({{"operands", typesToJson(signature.operands)},
                     {"results", typesToJson(signature.results)}});
  for (Layout layout : domain.layouts)
    layouts.push_back(toString(layout, domain.kind));
  for (const Epilogue &epilogue : domain.epilogues)
    epilogues.push_back(printEpilogue(epilogue));
  return {{"dims", std::move(dims)},           {"counts", std::move(counts)},
          {"types", std::move(types)},         {"layouts", std::move(layouts)},
          {"epilogues", std::move(epilogues)}, {"schedules", domain.schedules}};
}

static std::pair<int64_t, int64_t> pairFromJson(const JsonReader &reader) {
  std::vector<JsonReader> ends = reader.elements();
  if (ends.size() != 2)
    reader.fail("a pair");
  return {ends[0].integer(), ends[1].integer()};
}

static Domain domainFromJson(const JsonReader &reader, LayerKind kind) {
  Domain domain;
  domain.kind = kind;
  JsonReader dims = reader.at("dims"), counts = reader.at("counts");
  const KindInfo &info = kindInfo(kind);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    domain.dims[i] = pairFromJson(dims.at(std::string(info.dims[i].name)));
  for (size_t i = 0; i < domain.counts.size(); ++i)
    domain.counts[i] = pairFromJson(counts.at(Domain::kCountNames[i]));
  for (const JsonReader &signature : reader.at("types").elements())
    domain.types.push_back({typesFromJson(signature.at("operands")),
                            typesFromJson(signature.at("results"))});
  for (const JsonReader &name : reader.at("layouts").elements()) {
    auto layout = parseLayout(name.string(), kind);
    if (!layout)
      name.fail("a layout of this kind");
    domain.layouts.push_back(*layout);
  }
  for (const JsonReader &epilogue : reader.at("epilogues").elements())
    domain.epilogues.push_back(epilogueFromJson(epilogue));
  domain.schedules = reader.at("schedules").boolean();
  return domain;
}

//===----------------------------------------------------------------------===//
// Interval
//===----------------------------------------------------------------------===//

static json intervalToJson(const Interval &interval) {
  json bins = json::array();
  for (const Interval::Quantiles &quantiles : interval.quantiles()) {
    json levels = json::object();
    for (size_t i = 0; i < quantiles.size(); ++i)
      if (quantiles[i])
        levels[std::to_string(kConfidenceLevels[i])] = *quantiles[i];
    bins.push_back(std::move(levels));
  }
  return {{"count", interval.count()},
          {"edges", interval.edges()},
          {"bins", std::move(bins)}};
}

static Interval intervalFromJson(const JsonReader &reader) {
  std::vector<double> edges;
  for (const JsonReader &edge : reader.at("edges").elements())
    edges.push_back(edge.number());
  std::vector<Interval::Quantiles> bins;
  for (const JsonReader &bin : reader.at("bins").elements()) {
    Interval::Quantiles quantiles;
    for (size_t i = 0; i < quantiles.size(); ++i)
      if (auto value = bin.find(std::to_string(kConfidenceLevels[i])))
        quantiles[i] = value->number();
    bins.push_back(quantiles);
  }
  return reader.check(Interval::restore(size_t(reader.at("count").integer(0)),
                                        std::move(edges), std::move(bins)));
}

//===----------------------------------------------------------------------===//
// Kinds
//===----------------------------------------------------------------------===//

static json correctionToJson(const Correction &correction) {
  json result = {{"factor", correction.factor},
                 {"layers", correction.layers},
                 {"original", correction.original},
                 {"widening", correction.widening}};
  if (!correction.added.branches.empty())
    result["added"] = baseToJson(correction.added);
  return result;
}

static Correction correctionFromJson(const JsonReader &reader, LayerKind kind) {
  Correction correction;
  correction.factor = reader.at("factor").number();
  correction.layers = size_t(reader.at("layers").integer(0));
  correction.original = reader.at("original").string();
  std::vector<JsonReader> widening = reader.at("widening").elements();
  if (widening.size() != correction.widening.size())
    reader.at("widening").fail("a width for each level of confidence");
  for (size_t i = 0; i < widening.size(); ++i)
    correction.widening[i] = widening[i].number();
  if (auto added = reader.find("added"))
    correction.added = baseFromJson(*added, kind);
  return correction;
}

json pr::kindModelToJson(const KindModel &model) {
  // The work of units stands in the target's description already.
  Lattice lattice = model.lattice;
  lattice.unitWork = nullptr;
  json result = {{"signature", kindSignature(model.lattice.kind)},
                 {"lattice", latticeToJson(lattice)},
                 {"base", model.predicts() ? baseToJson(model.base) : json()},
                 {"measured_only", model.measuredOnly},
                 {"features", model.features.names()},
                 {"interval", intervalToJson(model.interval)},
                 {"domain", domainToJson(model.domain)}};
  if (model.similar)
    result["similar"] = {{"interval", intervalToJson(model.similar->interval)}};
  if (model.correction)
    result["correction"] = correctionToJson(*model.correction);
  return result;
}

KindModel pr::kindModelFromJson(const JsonReader &reader,
                                const TargetInfo &target) {
  KindModel model;
  model.lattice = latticeFromJson(reader.at("lattice"));
  LayerKind kind = model.lattice.kind;
  if (const KindSupport *support = target.find(kind))
    model.lattice.unitWork = support->lattice.unitWork;
  if (reader.at("signature").string() != kindSignature(kind))
    throw JsonError{invalidInput(
        "it was trained when " + std::string(kindInfo(kind).name) +
        " had other dimensions than in this build; train it again")};
  model.base.kind = kind;
  model.measuredOnly = reader.at("measured_only").string();
  if (model.predicts())
    model.base = baseFromJson(reader.at("base"), kind);
  std::vector<std::string> names;
  for (const JsonReader &name : reader.at("features").elements())
    names.push_back(name.string());
  model.features =
      reader.at("features").check(FeatureSet::create(model.lattice, names));
  model.interval = intervalFromJson(reader.at("interval"));
  model.domain = domainFromJson(reader.at("domain"), kind);
  if (auto similar = reader.find("similar"))
    model.similar = {{}, intervalFromJson(similar->at("interval"))};
  if (auto correction = reader.find("correction"))
    model.correction = correctionFromJson(*correction, kind);
  return model;
}
