// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lattice/TargetInfoJson.h"

#include "Lattice/LatticeJson.h"
#include "pr/Support/CheckedMath.h"

using namespace pr;
using nlohmann::json;

static constexpr int64_t kSchema = 1;

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json supportToJson(const KindSupport &support) {
  const KindInfo &info = kindInfo(support.kind);
  json result = latticeToJson(support.lattice);
  result["kind"] = info.name;
  result["types"] = support.types;
  result["rules"] = json::array();
  for (const LegalityRule &rule : support.rules)
    result["rules"].push_back(
        {{"condition", rule.condition.print()}, {"reason", rule.reason}});
  result["free_epilogue"] = json::array();
  for (EpilogueOp op : support.freeEpilogue)
    result["free_epilogue"].push_back(toString(op));
  result["tiles"] = json::array();
  for (unsigned dim : support.tileDims)
    result["tiles"].push_back(info.dims[dim].name);
  result["domain"] = json::object();
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (support.domain[i] != std::pair<int64_t, int64_t>())
      result["domain"][std::string(info.dims[i].name)] = support.domain[i];
  return result;
}

json pr::targetInfoToJson(const TargetInfo &target) {
  json result = {{"schema", kSchema},
                 {"name", target.name},
                 {"parameters", target.parameters},
                 {"description_hash", target.descriptionHash},
                 {"clock_khz", nullptr},
                 {"counts_cycles", target.countsCycles},
                 {"kinds", json::array()}};
  if (target.clockKhz)
    result["clock_khz"] = *target.clockKhz;
  for (const KindSupport &support : target.kinds)
    result["kinds"].push_back(supportToJson(support));
  return result;
}

std::string TargetInfo::toJson() const {
  return targetInfoToJson(*this).dump();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static LegalityRule ruleFromJson(const JsonReader &reader, LayerKind kind) {
  JsonReader condition = reader.at("condition");
  return {
      condition.check(Expr::parse(condition.string(), legalityVariables(kind))),
      reader.at("reason").string()};
}

static EpilogueOp epilogueFromJson(const JsonReader &reader) {
  auto op = parseEpilogueOp(reader.string());
  if (!op)
    reader.fail("the name of an epilogue operation");
  return *op;
}

static std::pair<int64_t, int64_t> rangeFromJson(const JsonReader &reader) {
  std::vector<JsonReader> ends = reader.elements();
  if (ends.size() != 2)
    reader.fail("a pair of a smallest and a largest extent");
  int64_t low = ends[0].integer(0, kMaxCount);
  return {low, ends[1].integer(low, kMaxCount)};
}

static KindSupport supportFromJson(const JsonReader &reader) {
  KindSupport support;
  support.lattice = latticeFromJson(reader);
  support.kind = support.lattice.kind;
  if (auto types = reader.find("types"))
    for (const JsonReader &type : types->elements())
      support.types.push_back(type.string());
  if (auto rules = reader.find("rules"))
    for (const JsonReader &rule : rules->elements())
      support.rules.push_back(ruleFromJson(rule, support.kind));
  if (auto epilogue = reader.find("free_epilogue"))
    for (const JsonReader &op : epilogue->elements())
      support.freeEpilogue.push_back(epilogueFromJson(op));
  if (auto tiles = reader.find("tiles"))
    for (const JsonReader &dim : tiles->elements())
      support.tileDims.push_back(dimFromJson(dim, support.kind, dim.string()));
  if (auto domain = reader.find("domain"))
    for (const auto &[name, range] : domain->members())
      support.domain[dimFromJson(*domain, support.kind, name)] =
          rangeFromJson(range);
  return support;
}

TargetInfo pr::targetInfoFromJson(const JsonReader &reader) {
  int64_t schema = reader.at("schema").integer();
  if (schema != kSchema)
    reader.at("schema").fail("schema " + std::to_string(kSchema) +
                             ", the one this build knows");
  TargetInfo target;
  target.name = reader.at("name").string();
  if (auto parameters = reader.find("parameters"))
    for (const auto &[name, value] : parameters->members())
      target.parameters[name] = value.integer();
  if (auto hash = reader.find("description_hash"))
    target.descriptionHash = hash->string();
  if (auto clock = reader.find("clock_khz"))
    target.clockKhz = clock->integer(1, kMaxCount);
  if (auto cycles = reader.find("counts_cycles"))
    target.countsCycles = cycles->boolean();
  if (auto kinds = reader.find("kinds"))
    for (const JsonReader &kind : kinds->elements()) {
      KindSupport support = supportFromJson(kind);
      if (target.find(support.kind))
        kind.at("kind").fail("each kind once");
      target.kinds.push_back(std::move(support));
    }
  return target;
}

Expected<TargetInfo> TargetInfo::fromJson(std::string_view text) {
  return parseJson(text, "target", targetInfoFromJson);
}
