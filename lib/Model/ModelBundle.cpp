// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/ModelBundle.h"

#include "Lattice/LatticeJson.h"
#include "Lattice/TargetInfoJson.h"
#include "Model/BundleFile.h"
#include "Model/BundleMeta.h"
#include "pr/Support/File.h"

using namespace pr;
using nlohmann::json;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

const KindModel *ModelBundle::find(LayerKind kind) const {
  auto found = models.find(kind);
  return found == models.end() ? nullptr : &found->second;
}

std::string ModelBundle::absentReason(LayerKind kind) const {
  auto found = absent.find(kind);
  return found == absent.end() ? "" : found->second;
}

/// Each forest there is reads all features; without one there are none.
static Expected<void> checkForests(const KindModel &model) {
  bool none = model.forest.numTrees() == 0 && model.spread.numTrees() == 0;
  for (const Forest *forest : {&model.forest, &model.spread}) {
    bool absent = forest->numTrees() == 0 && forest->numFeatures() == 0;
    if (absent ? none && model.features.size() > 0
               : forest->numFeatures() != model.features.size())
      return invalidInput("the forest of " +
                          std::string(kindInfo(model.lattice.kind).name) +
                          " reads " + std::to_string(forest->numFeatures()) +
                          " features, but " +
                          std::to_string(model.features.size()) + " are named");
  }
  return {};
}

static Expected<void> checkCorrectable(const KindModel &model,
                                       const Correction &correction) {
  LayerKind kind = model.lattice.kind;
  if (!model.predicts())
    return invalidInput("there is no model of " +
                        std::string(kindInfo(kind).name) +
                        " to correct: " + model.measuredOnly);
  return checkCorrection(correction, kind);
}

/// A kind's forests and exact tables must fit what the meta section says.
static Expected<void> readBinaries(const BundleFile &file, KindModel &model) {
  std::string kind(kindInfo(model.lattice.kind).name);
  for (auto [name, forest] : {std::pair("forest:", &model.forest),
                              std::pair("spread:", &model.spread)}) {
    auto bytes = file.find(name + kind);
    if (!bytes)
      continue;
    auto read = Forest::deserialize(*bytes);
    if (!read)
      return read.error();
    *forest = std::move(*read);
  }
  ExactTable *measured =
      model.correction ? &model.correction->measured : nullptr;
  ExactTable *similar = model.similar ? &model.similar->table : nullptr;
  for (auto [name, table] :
       {std::pair("exact:", &model.exact), std::pair("similar:", similar),
        std::pair("corrected:", measured)}) {
    auto bytes = table ? file.find(name + kind) : std::nullopt;
    if (!bytes)
      continue;
    auto read = ExactTable::deserialize(*bytes);
    if (!read)
      return read.error();
    *table = std::move(*read);
  }
  if (model.correction)
    if (auto ok = checkCorrectable(model, *model.correction); !ok)
      return ok;
  return checkForests(model);
}

Expected<std::shared_ptr<const ModelBundle>>
ModelBundle::parse(std::string_view bytes, const std::string &name) {
  std::string prefix = "model '" + name + "'";
  auto file = BundleFile::parse(bytes);
  if (!file)
    return makeError(file.error().kind, prefix + file.error().message);
  auto meta = file->find("meta"), card = file->find("card");
  if (!meta || !card)
    return invalidInput(prefix + " lacks its meta or card section");
  auto bundle = std::make_shared<ModelBundle>();
  bundle->modelId = file->id();
  bundle->cardText = std::string(*card);
  auto read = parseJson(*meta, "meta", [&](const JsonReader &root) {
    bundle->targetInfo = targetInfoFromJson(root.at("target"));
    for (const JsonReader &reader : root.at("kinds").elements()) {
      KindModel model = kindModelFromJson(reader, bundle->targetInfo);
      reader.check(readBinaries(*file, model));
      bundle->models.emplace(model.lattice.kind, std::move(model));
    }
    for (const JsonReader &reader : root.at("absent").elements())
      bundle->absent.emplace(kindFromJson(reader.at("kind")),
                             reader.at("reason").string());
    return true;
  });
  if (!read)
    return makeError(read.error().kind, prefix + ": " + read.error().message);
  return std::shared_ptr<const ModelBundle>(std::move(bundle));
}

Expected<std::shared_ptr<const ModelBundle>>
ModelBundle::load(const std::string &path) {
  auto bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  return parse(*bytes, path);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

BundleBuilder::BundleBuilder(TargetInfo target) {
  bundle.targetInfo = std::move(target);
}

Expected<void> BundleBuilder::checkNew(LayerKind kind) const {
  if (bundle.models.count(kind) || bundle.absent.count(kind))
    return invalidInput("the bundle already has an entry for " +
                        std::string(kindInfo(kind).name));
  return {};
}

Expected<void> BundleBuilder::addKind(KindModel model) {
  LayerKind kind = model.lattice.kind;
  if (auto ok = checkNew(kind); !ok)
    return ok;
  if (auto ok = checkLattice(model.lattice); !ok)
    return ok;
  if (model.base.kind != kind || model.domain.kind != kind)
    return invalidInput("the base or the domain is of another kind than the "
                        "lattice, which is of " +
                        std::string(kindInfo(kind).name));
  if (model.predicts() == model.base.branches.empty())
    return invalidInput("a model of " + std::string(kindInfo(kind).name) +
                        " needs a base, or a reason why it has none");
  if (auto ok = checkForests(model); !ok)
    return ok;
  bundle.models.emplace(kind, std::move(model));
  return {};
}

Expected<void> BundleBuilder::addAbsentKind(LayerKind kind,
                                            std::string reason) {
  if (auto ok = checkNew(kind); !ok)
    return ok;
  bundle.absent.emplace(kind, std::move(reason));
  return {};
}

Expected<void> BundleBuilder::correct(LayerKind kind, Correction correction) {
  auto found = bundle.models.find(kind);
  if (found == bundle.models.end())
    return invalidInput("the bundle has no model of " +
                        std::string(kindInfo(kind).name) + " to correct");
  if (auto ok = checkCorrectable(found->second, correction); !ok)
    return ok;
  found->second.correction = std::move(correction);
  return {};
}

Expected<void> BundleBuilder::setCard(std::string text) {
  auto parsed = parseJson(text, "card", [](const JsonReader &root) {
    root.members();
    return true;
  });
  if (!parsed)
    return parsed.error();
  bundle.cardText = std::move(text);
  return {};
}

std::string BundleBuilder::build() const {
  json kinds = json::array(), absent = json::array();
  BundleFile::Sections sections;
  uint32_t schema = ModelBundle::kSchema;
  for (const auto &[kind, model] : bundle.models) {
    kinds.push_back(kindModelToJson(model));
    std::string name(kindInfo(kind).name);
    if (model.forest.numTrees() > 0)
      sections.emplace_back("forest:" + name, model.forest.serialize());
    if (model.spread.numTrees() > 0)
      sections.emplace_back("spread:" + name, model.spread.serialize());
    if (model.exact.size() > 0)
      sections.emplace_back("exact:" + name, model.exact.serialize());
    if (model.correction)
      sections.emplace_back("corrected:" + name,
                            model.correction->measured.serialize());
    if (model.similar)
      sections.emplace_back("similar:" + name,
                            model.similar->table.serialize());
    if (model.correction)
      schema = std::max(schema, ModelBundle::kCorrectedSchema);
    if (!model.base.cases.empty())
      schema = std::max(schema, ModelBundle::kCasesSchema);
    if (model.similar)
      schema = std::max(schema, ModelBundle::kSimilarSchema);
  }
  for (const auto &[kind, reason] : bundle.absent)
    absent.push_back({{"kind", kindInfo(kind).name}, {"reason", reason}});
  json meta = {{"target", targetInfoToJson(bundle.targetInfo)},
               {"kinds", std::move(kinds)},
               {"absent", std::move(absent)}};
  sections.emplace_back("meta", meta.dump());
  sections.emplace_back("card", bundle.cardText);
  return BundleFile::write(sections, schema);
}
