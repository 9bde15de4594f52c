// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded table from layers to what was computed for them, shared by threads.
// Private to lib/Model.
#ifndef PR_LIB_MODEL_MEMOTABLE_H
#define PR_LIB_MODEL_MEMOTABLE_H

#include "pr/Layer/Layer.h"
#include "pr/Support/Hash.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <type_traits>
#include <vector>

namespace pr {

/// The key of a layer: 128 bits, so that two layers do not meet by accident.
/// Does not allocate; not stable between builds.
Hash128 memoKey(const Layer &layer);

/// A value with its key. While `version` is odd somebody writes; a reader that
/// does not find the same version before and after has read nothing. Loads
/// acquire and stores release, so that none of them passes the version's.
template <typename Value>
class MemoSlot {
public:
  bool isEmpty() const { return version.load(std::memory_order_relaxed) == 0; }

  Hash128 key() const {
    return {high.load(std::memory_order_acquire),
            low.load(std::memory_order_acquire)};
  }

  /// False where the slot holds another key, or is being written.
  bool read(Hash128 wanted, Value &value) const {
    uint64_t before = version.load(std::memory_order_acquire);
    if (before == 0 || before % 2 != 0 || !(key() == wanted))
      return false;
    std::array<uint64_t, kWords> copy;
    for (size_t i = 0; i < kWords; ++i)
      copy[i] = words[i].load(std::memory_order_acquire);
    if (version.load(std::memory_order_relaxed) != before)
      return false;
    std::memcpy(static_cast<void *>(&value), copy.data(), sizeof(value));
    return true;
  }

  /// Writes nothing where somebody else does.
  void write(Hash128 key, const Value &value) {
    uint64_t before = version.load(std::memory_order_relaxed);
    if (before % 2 != 0 || !version.compare_exchange_strong(
                               before, before + 1, std::memory_order_acquire))
      return;
    std::array<uint64_t, kWords> copy{};
    std::memcpy(copy.data(), &value, sizeof(value));
    high.store(key.high, std::memory_order_release);
    low.store(key.low, std::memory_order_release);
    for (size_t i = 0; i < kWords; ++i)
      words[i].store(copy[i], std::memory_order_release);
    version.store(before + 2, std::memory_order_release);
  }

private:
  static_assert(std::is_trivially_copyable_v<Value>, "copied as words");
  static constexpr size_t kWords = (sizeof(Value) + 7) / 8;

  std::atomic<uint64_t> version{0}, high{0}, low{0};
  std::array<std::atomic<uint64_t>, kWords> words{};
};

/// Looking up takes no lock and writes nothing, so that threads that only ask
/// do not disturb each other. No order of use is kept: a layer without a free
/// place pushes out another one, and what is asked often is soon there again.
template <typename Value>
class MemoTable {
public:
  explicit MemoTable(size_t entries)
      : capacity(entries < kWays ? entries : entries / kWays * kWays) {
    if (capacity > 0)
      grow(nullptr);
  }

  /// False: nothing is ever kept, and no key is needed.
  bool keeps() const { return capacity > 0; }

  /// Does not allocate.
  bool find(Hash128 key, Value &value) const {
    const Places *places = current.load(std::memory_order_acquire);
    if (!places)
      return false;
    const Slot *slots = places->slotsOf(key);
    for (size_t i = 0; i < places->ways; ++i)
      if (slots[i].read(key, value))
        return true;
    return false;
  }

  void insert(Hash128 key, const Value &value) {
    Places *places = current.load(std::memory_order_acquire);
    if (!places)
      return;
    if (places->isHalfFull() && places->slots.size() < capacity)
      places = grow(places);
    places->insert(key, value);
  }

private:
  using Slot = MemoSlot<Value>;
  static constexpr size_t kWays = 4, kFirstSlots = 64, kGrowth = 4;

  /// Groups of a few slots, one group for each key.
  struct Places {
    explicit Places(size_t size)
        : ways(std::min(size, kWays)), groups(size / ways), slots(size) {}

    const Slot *slotsOf(Hash128 key) const {
      // The top of the product: a fraction of the groups, without a division.
      return &slots[size_t((unsigned __int128)(key.low) * groups >> 64) * ways];
    }
    bool isHalfFull() const {
      return 2 * used.load(std::memory_order_relaxed) >= slots.size();
    }
    void insert(Hash128 key, const Value &value) {
      auto *group = const_cast<Slot *>(slotsOf(key));
      Slot *chosen = &group[key.high % ways];
      for (size_t i = 0; i < ways; ++i)
        if (group[i].isEmpty() || group[i].key() == key) {
          chosen = &group[i];
          break;
        }
      if (chosen->isEmpty())
        used.fetch_add(1, std::memory_order_relaxed);
      chosen->write(key, value);
    }

    size_t ways, groups;
    std::vector<Slot> slots;
    std::atomic<size_t> used{0};
  };

  /// A larger table with the entries of `full`, which stays: others may be
  /// reading it. All of them together are a third larger than the last one.
  Places *grow(Places *full) {
    std::lock_guard<std::mutex> lock(growing);
    Places *places = current.load(std::memory_order_relaxed);
    if (places != full)
      return places;
    size_t size = full ? full->slots.size() * kGrowth : kFirstSlots;
    places = &tables.emplace_back(std::min(size, capacity));
    for (size_t i = 0, end = full ? full->slots.size() : 0; i < end; ++i) {
      Value value;
      Hash128 key = full->slots[i].key();
      if (full->slots[i].read(key, value))
        places->insert(key, value);
    }
    current.store(places, std::memory_order_release);
    return places;
  }

  const size_t capacity;
  std::atomic<Places *> current{nullptr};
  std::mutex growing;
  std::deque<Places> tables;
};

} // namespace pr

#endif // PR_LIB_MODEL_MEMOTABLE_H
