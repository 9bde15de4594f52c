// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inputs that nobody wrote, from a seed: generated ones and ones that were
// damaged. What takes them must answer or say what is wrong; a crash, a hang or
// an overflow is a bug, which a sanitizer sees. Answers are checked for what
// they promise as well, so that a wrong one does not pass for robustness.
#ifndef PR_UNITTESTS_ROBUSTNESS_FUZZ_H
#define PR_UNITTESTS_ROBUSTNESS_FUZZ_H

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace pr::fuzz {

class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}
  /// Both ends included.
  int64_t draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  bool oneIn(int64_t count) { return draw(1, count) == 1; }
  /// Small as a rule, now and then at the edges of the number format.
  int64_t number(int64_t least);

private:
  std::mt19937_64 engine;
};

/// Damages a text in one to four places: characters, digits, cut and repeated
/// parts.
void mutateText(std::string &text, Random &random);
/// The same for bytes: flipped, overwritten, cut off.
void mutateBytes(std::string &bytes, Random &random);
/// The text form of a layer of any kind, mostly a legal one.
std::string layerText(Random &random);

/// What became of the inputs.
struct Counts {
  int64_t inputs = 0, accepted = 0;
  /// What is wrong with an answer; empty where nothing was.
  std::string problem;
};

/// Layer texts through parser, printer, work, lattice and estimator of the
/// bundles (paths).
Counts fuzzLayers(uint64_t seed, int64_t count,
                  const std::vector<std::string> &bundles);
/// Damaged bundles, half of them with a valid checksum, and what they answer;
/// damaged descriptions of targets and expressions.
Counts fuzzBundles(uint64_t seed, int64_t count,
                   const std::vector<std::string> &bundles);
/// Random machines and mapping programs with inputs nobody checked.
Counts fuzzMappings(uint64_t seed, int64_t count);

} // namespace pr::fuzz

#endif // PR_UNITTESTS_ROBUSTNESS_FUZZ_H
