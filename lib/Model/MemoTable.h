// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded table from layers to what was computed for them, shared by threads.
// Private to lib/Model.
#ifndef PR_LIB_MODEL_MEMOTABLE_H
#define PR_LIB_MODEL_MEMOTABLE_H

#include "pr/Layer/Layer.h"

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace pr {

/// Split into shards, each with its lock. A shard that is full is emptied: no
/// order of use is kept, and what is asked often is soon there again.
template <typename Value>
class MemoTable {
public:
  explicit MemoTable(size_t capacity)
      : perShard((capacity + kShards - 1) / kShards) {}

  /// What find and insert take; any number where nothing is kept.
  uint64_t hashOf(const Layer &layer) const {
    return perShard == 0 ? 0 : hashValue(layer);
  }

  /// Does not allocate.
  bool find(const Layer &layer, uint64_t hash, Value &value) const {
    if (perShard == 0)
      return false;
    const Shard &shard = shardOf(hash);
    std::lock_guard<std::mutex> lock(shard.mutex);
    auto found = shard.entries.find(Probe{hash, &layer});
    if (found == shard.entries.end())
      return false;
    value = found->second.value;
    return true;
  }

  void insert(const Layer &layer, uint64_t hash, const Value &value) {
    if (perShard == 0)
      return;
    Shard &shard = const_cast<Shard &>(shardOf(hash));
    auto key = std::make_unique<Layer>(layer);
    std::lock_guard<std::mutex> lock(shard.mutex);
    if (shard.entries.size() >= perShard)
      shard.entries.clear();
    Probe probe{hash, key.get()};
    shard.entries.emplace(probe, Entry{std::move(key), value});
  }

private:
  static constexpr size_t kShards = 64;

  /// A key that refers to its layer, so that looking up copies none.
  struct Probe {
    uint64_t hash;
    const Layer *layer;
    bool operator==(const Probe &other) const {
      return hash == other.hash && *layer == *other.layer;
    }
  };
  struct ProbeHash {
    size_t operator()(const Probe &probe) const { return probe.hash; }
  };
  struct Entry {
    std::unique_ptr<Layer> layer;
    Value value;
  };
  /// On a cache line of its own, so that locks do not disturb each other.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<Probe, Entry, ProbeHash> entries;
  };

  const Shard &shardOf(uint64_t hash) const {
    // The low bits choose the bucket within the shard.
    return shards[hash >> 58];
  }
  static_assert(kShards == 64, "the top six bits of a hash");

  size_t perShard;
  std::array<Shard, kShards> shards;
};

} // namespace pr

#endif // PR_LIB_MODEL_MEMOTABLE_H
