// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ShippedPairs.h"

#include "pr/Arch/Cursor.h"
#include "pr/Support/File.h"
#include "pr/Target/LegalLayers.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;
using mlir::pr::acadl::importArchitecture;
using mlir::pr::acadl::ImportedArchitecture;

/// Parameters change after so many seeds.
static constexpr uint64_t kGroup = 40;
/// Larger arrays and longer latencies are no different, only slower.
static constexpr int64_t kLargestParameter = 64;

ShippedPairs::ShippedPairs() {
  for (const auto &[name, path] : mlir::pr::builtinArchitectures()) {
    auto text = readFile(path);
    auto defaults = text ? importArchitecture(*text, path, {})
                         : Expected<ImportedArchitecture>(text.error());
    // Whether a description is valid is what other tests are for.
    if (defaults)
      sources.push_back({name, path, *text, defaults->parameters});
  }
}

/// Half of the parameters as they are, the others anywhere, small ones more
/// often. What does not go together is drawn again.
const ImportedArchitecture *ShippedPairs::import(const Source &source,
                                                 uint64_t group) {
  if (group != currentGroup)
    imported.clear();
  currentGroup = group;
  auto [it, isNew] = imported.try_emplace(source.name);
  if (!isNew)
    return it->second.get();
  std::mt19937_64 random(group);
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::map<std::string, int64_t> chosen;
    for (const TargetParameter &parameter : source.parameters) {
      if (random() % 2)
        continue;
      double span = double(
          std::min(parameter.maximum, parameter.minimum + kLargestParameter) -
          parameter.minimum);
      double part = double(random() % 1024) / 1023;
      chosen[parameter.name] =
          parameter.minimum + int64_t(std::pow(span + 1, part)) - 1;
    }
    auto result = importArchitecture(source.text, source.path, chosen);
    if (!result)
      continue;
    it->second = std::make_unique<Imported>(std::move(*result));
    break;
  }
  return it->second.get();
}

/// Whether something is cut into pieces and the last one is smaller: a division
/// that rounded up, or a loop whose last step is a shorter one.
static bool isRagged(const Program &program,
                     const std::vector<int64_t> &inputs) {
  StepBudget budget;
  Cursor cursor(program, inputs.data(), budget);
  for (Event event = cursor.next(); event != Event::End;
       event = cursor.next()) {
    if (event == Event::Failed)
      return false;
    if (event == Event::LoopBegin)
      cursor.skipIterations(std::max<int64_t>(0, cursor.tripCount() - 1));
  }
  auto rounds = [&](int64_t whole, ValueId part) {
    int64_t size = cursor.value(part);
    return size > 0 && whole > size && whole % size != 0;
  };
  for (const Compute &compute : program.computes)
    if (compute.op == ExprOp::CeilDiv &&
        rounds(cursor.value(compute.operands[0]), compute.operands[1]))
      return true;
  for (const Loop &loop : program.loops)
    if (rounds(cursor.value(loop.upper) - cursor.value(loop.lower), loop.step))
      return true;
  return false;
}

std::optional<ShippedPair> ShippedPairs::draw(uint64_t seed) {
  if (sources.empty())
    return std::nullopt;
  std::mt19937_64 random(seed);
  const Source &source = sources[random() % sources.size()];
  const ImportedArchitecture *architecture = import(source, seed / kGroup);
  if (!architecture || architecture->mappings.empty())
    return std::nullopt;
  size_t kind = random() % architecture->mappings.size();
  const MappingProgram &mapping = architecture->mappings[kind];
  LegalLayers layers(architecture->info, architecture->info.kinds[kind],
                     random());
  auto layer = layers.draw(/*attempts=*/500);
  if (!layer)
    return std::nullopt;
  ShippedPair pair;
  pair.architecture = source.name;
  pair.target = architecture->info.name;
  pair.diagram = &architecture->diagram;
  pair.program = &mapping.program;
  pair.layer = *layer;
  pair.inputs = mapping.inputs(*layer, legalityValues(*layer));
  pair.ragged = isRagged(*pair.program, pair.inputs);
  return pair;
}
