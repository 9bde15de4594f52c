// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lattice/LatticeJson.h"

#include "Lattice/UnitWorkJson.h"
#include "pr/Support/CheckedMath.h"

using namespace pr;
using nlohmann::json;

static json stepToJson(const KindInfo &info, const Step &step) {
  json result = {{"dim", info.dims[step.dim].name},
                 {"width", step.width},
                 {"offset", step.offset},
                 {"region_low", step.regionLow},
                 {"resource", toString(step.resource)},
                 {"plateau", toString(step.plateau)},
                 {"knowledge", toString(step.knowledge)},
                 {"evidence", step.evidence}};
  if (step.regionHigh != Step().regionHigh)
    result["region_high"] = step.regionHigh;
  return result;
}

static Step stepFromJson(const JsonReader &reader, LayerKind kind) {
  Step step;
  step.dim = dimFromJson(reader, kind, reader.at("dim").string());
  step.width = reader.at("width").integer(1, kMaxCount);
  if (auto offset = reader.find("offset"))
    step.offset = offset->integer(-kMaxCount, kMaxCount);
  if (auto low = reader.find("region_low"))
    step.regionLow = low->integer();
  if (auto high = reader.find("region_high"))
    step.regionHigh = high->integer();
  if (auto resource = reader.find("resource"))
    step.resource = resource->check(parseResource(resource->string()));
  if (auto plateau = reader.find("plateau"))
    step.plateau = plateau->check(parsePlateau(plateau->string()));
  if (auto knowledge = reader.find("knowledge"))
    step.knowledge = knowledge->check(parseKnowledge(knowledge->string()));
  if (auto evidence = reader.find("evidence"))
    step.evidence = evidence->string();
  return step;
}

LayerKind pr::kindFromJson(const JsonReader &reader) {
  const KindInfo *info = findLayerKind(reader.string());
  if (!info)
    reader.fail("the name of a layer kind");
  return info->kind;
}

unsigned pr::dimFromJson(const JsonReader &reader, LayerKind kind,
                         std::string_view name) {
  const KindInfo &info = kindInfo(kind);
  auto index = info.findDim(name);
  if (!index)
    reader.check(Expected<void>(invalidInput(std::string(info.name) +
                                             " has no dimension '" +
                                             std::string(name) + "'")));
  return *index;
}

json pr::latticeToJson(const Lattice &lattice) {
  const KindInfo &info = kindInfo(lattice.kind);
  json steps = json::array(), maximum = json::object();
  for (const Step &step : lattice.steps)
    steps.push_back(stepToJson(info, step));
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (lattice.maximum[i] > 0)
      maximum[std::string(info.dims[i].name)] = lattice.maximum[i];
  json result = {{"kind", info.name},
                 {"steps", std::move(steps)},
                 {"maximum", std::move(maximum)}};
  if (lattice.unitWork)
    result["unit_work"] = unitWorkToJson(*lattice.unitWork, lattice.kind);
  return result;
}

Lattice pr::latticeFromJson(const JsonReader &reader) {
  Lattice lattice;
  lattice.kind = kindFromJson(reader.at("kind"));
  if (auto steps = reader.find("steps"))
    for (const JsonReader &step : steps->elements())
      lattice.steps.push_back(stepFromJson(step, lattice.kind));
  if (auto maximum = reader.find("maximum"))
    for (const auto &[name, value] : maximum->members())
      lattice.maximum[dimFromJson(*maximum, lattice.kind, name)] =
          value.integer(0, kMaxCount);
  if (auto work = reader.find("unit_work"))
    lattice.unitWork =
        std::make_shared<const UnitWork>(unitWorkFromJson(*work, lattice.kind));
  reader.check(checkLattice(lattice));
  return lattice;
}

std::string Lattice::toJson() const { return latticeToJson(*this).dump(); }

Expected<Lattice> Lattice::fromJson(std::string_view text) {
  return parseJson(text, "lattice", latticeFromJson);
}
