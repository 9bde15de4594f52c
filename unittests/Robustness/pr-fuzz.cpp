// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pr-fuzz layers|bundles|mappings COUNT SEED [BUNDLE...]
// Prints how many inputs were accepted; 1 where an answer was wrong.
#include "Fuzz.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace pr::fuzz;

static int usage() {
  std::fprintf(stderr,
               "usage: pr-fuzz layers|bundles|mappings COUNT SEED BUNDLE...\n");
  return 2;
}

int main(int argc, char **argv) {
  if (argc < 4)
    return usage();
  int64_t count = std::strtoll(argv[2], nullptr, 10);
  uint64_t seed = std::strtoull(argv[3], nullptr, 10);
  std::vector<std::string> bundles(argv + 4, argv + argc);
  Counts counts;
  if (std::strcmp(argv[1], "layers") == 0)
    counts = fuzzLayers(seed, count, bundles);
  else if (std::strcmp(argv[1], "bundles") == 0 && !bundles.empty())
    counts = fuzzBundles(seed, count, bundles);
  else if (std::strcmp(argv[1], "mappings") == 0)
    counts = fuzzMappings(seed, count);
  else
    return usage();
  std::printf("{\"inputs\": %lld, \"accepted\": %lld}\n",
              static_cast<long long>(counts.inputs),
              static_cast<long long>(counts.accepted));
  if (counts.problem.empty())
    return 0;
  std::fprintf(stderr, "pr-fuzz: input %lld of seed %llu: %s\n",
               static_cast<long long>(counts.inputs),
               static_cast<unsigned long long>(seed), counts.problem.c_str());
  return 1;
}
