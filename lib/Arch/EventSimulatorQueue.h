// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events in order of time: those of the next cycles in a ring of lists, the
// rest in a heap.
#ifndef PR_LIB_ARCH_EVENTSIMULATORQUEUE_H
#define PR_LIB_ARCH_EVENTSIMULATORQUEUE_H

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

namespace pr::arch::simulator {

struct Flight;

enum class EventKind : uint8_t {
  Look,       ///< at a stage place
  Done,       ///< a flight is done where it is
  SlotFree,   ///< of a stage place
  ReadsEnd,   ///< of a flight, at hop `extra`
  Request,    ///< a flight wants to make its next request
  AccessEnds, ///< at a memory place, of unit place `extra`
  Streams,    ///< something may leave a fetch stage
};

struct TimedEvent {
  int64_t time;
  EventKind kind;
  uint32_t place = 0;
  Flight *flight = nullptr;
  uint32_t extra = 0;
  bool operator>(const TimedEvent &other) const { return time > other.time; }
};

class EventQueue {
public:
  EventQueue() : ring(kRing) {}

  /// Not before the time of the last pop.
  void push(const TimedEvent &event) {
    ++count;
    if (event.time - now < kRing)
      ring[event.time % kRing].push_back(event);
    else
      far.push(event);
  }
  bool empty() const { return count == 0; }
  bool hasEventAt(int64_t time) const { return !ring[time % kRing].empty(); }
  /// Precondition: hasEventAt(time). In no particular order.
  TimedEvent pop(int64_t time) {
    std::vector<TimedEvent> &list = ring[time % kRing];
    TimedEvent event = list.back();
    list.pop_back();
    --count;
    return event;
  }
  /// Goes to the time of the next event. Precondition: there is one, later.
  int64_t advance() {
    size_t near = count - far.size();
    if (near == 0)
      now = far.top().time;
    else
      for (++now;
           ring[now % kRing].empty() && (far.empty() || far.top().time > now);)
        ++now;
    while (!far.empty() && far.top().time - now < kRing) {
      ring[far.top().time % kRing].push_back(far.top());
      far.pop();
    }
    return now;
  }

private:
  static constexpr int64_t kRing = 256;
  std::vector<std::vector<TimedEvent>> ring;
  std::priority_queue<TimedEvent, std::vector<TimedEvent>, std::greater<>> far;
  size_t count = 0;
  int64_t now = 0;
};

} // namespace pr::arch::simulator

#endif // PR_LIB_ARCH_EVENTSIMULATORQUEUE_H
