// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/MemoTable.h"

using namespace pr;

namespace {
/// Adds words to a hash, each half of it in its own way; a word by itself
/// decides each half.
class KeyMixer {
public:
  explicit KeyMixer(Hash128 start) : key(start) {}
  void add(uint64_t word) {
    key.high = mixed(key.high ^ word, 0xff51afd7ed558ccdu);
    key.low = mixed(key.low ^ word, 0x9fb21c651e98df25u);
  }
  void add(const ScheduleLoop &loop) {
    add(loop.dim * 2u + loop.spatial);
    add(static_cast<uint64_t>(loop.extent));
  }
  Hash128 get() const { return key; }

private:
  static uint64_t mixed(uint64_t value, uint64_t factor) {
    value *= factor;
    return value ^ value >> 32;
  }
  Hash128 key;
};
} // namespace

/// Four types to a word. No type is 0, so that the last word is known by its
/// empty place.
static void addTypes(KeyMixer &mixer, const TypeList &types) {
  uint64_t word = 0;
  for (unsigned i = 0; i < types.size(); ++i) {
    word = word << 16 | uint64_t(types[i].format) << 8 | types[i].bits;
    if (i % 4 == 3)
      mixer.add(std::exchange(word, 0));
  }
  mixer.add(word);
}

Hash128 pr::memoKey(const Layer &layer) {
  KeyMixer mixer(
      stableHash128({reinterpret_cast<const char *>(layer.dims.data()),
                     layer.numDims() * sizeof(layer.dims[0])}));
  addTypes(mixer, layer.operands);
  addTypes(mixer, layer.results);
  uint64_t rest = uint64_t(layer.kind) << 8 | uint64_t(layer.layout);
  static_assert(kNumEpilogueOps <= 8 && kMaxEpilogueOps <= 8,
                "the epilogue fits behind kind and layout");
  for (EpilogueOp op : layer.epilogue)
    rest = rest << 4 | (uint64_t(op) + 1);
  mixer.add(rest);
  for (const ScheduleLoop &loop : layer.schedule.tile)
    mixer.add(loop);
  for (const auto &level : layer.schedule.nest) {
    // No loop of a tile looks like the head of a level.
    mixer.add(~uint64_t(level.size()));
    for (const ScheduleLoop &loop : level)
      mixer.add(loop);
  }
  return mixer.get();
}
