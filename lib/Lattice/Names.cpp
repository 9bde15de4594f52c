// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The names of the lattice's enumerators, as files spell them.
#include "pr/Lattice/Lattice.h"

#include <iterator>

using namespace pr;

static constexpr std::string_view kResources[] = {"compute", "output",
                                                  "weights", "input", "launch"};
static constexpr std::string_view kPlateaus[] = {"unknown", "flat", "ramps"};
static constexpr std::string_view kKnowledge[] = {"white", "gray", "black",
                                                  "stated"};
static_assert(std::size(kResources) == kNumResources, "one name each");

template <typename Enum, size_t N>
static Expected<Enum> parseName(const std::string_view (&names)[N],
                                const char *what, std::string_view name) {
  std::string known;
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name)
      return static_cast<Enum>(i);
    known += (known.empty() ? "" : ", ") + std::string(names[i]);
  }
  return invalidInput("unknown " + std::string(what) + " '" +
                      std::string(name) + "', expected one of: " + known);
}

std::string_view pr::toString(Resource resource) {
  return kResources[static_cast<size_t>(resource)];
}
Expected<Resource> pr::parseResource(std::string_view name) {
  return parseName<Resource>(kResources, "resource", name);
}

std::string_view pr::toString(Plateau plateau) {
  return kPlateaus[static_cast<size_t>(plateau)];
}
Expected<Plateau> pr::parsePlateau(std::string_view name) {
  return parseName<Plateau>(kPlateaus, "plateau", name);
}

std::string_view pr::toString(Knowledge knowledge) {
  return kKnowledge[static_cast<size_t>(knowledge)];
}
Expected<Knowledge> pr::parseKnowledge(std::string_view name) {
  return parseName<Knowledge>(kKnowledge, "knowledge", name);
}
