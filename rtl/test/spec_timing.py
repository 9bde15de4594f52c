# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rules of docs/design/SystolicArray.md, section 5, written down once more.

It shows that the specification is complete: the tests compare its cycles with
those of the hardware. Names follow the specification.
"""

from dataclasses import dataclass, field


def ceil_div(a, b):
    return -(-a // b)


@dataclass(frozen=True)
class Hardware:
    rows: int = 4
    cols: int = 4
    width: int = 8
    dataflow: str = "os"
    depth: int = 64
    inflight: int = 32
    queue: int = 4
    latency: int = 16

    @property
    def tile(self):  # m, n, k
        if self.dataflow == "os":
            return self.rows, self.cols, self.depth
        return self.depth, self.cols, self.rows


def tiles(extent, size):
    return [min(size, extent - start) for start in range(0, extent, size)]


class Queue:
    """An instruction queue: when its entries were taken."""

    def __init__(self, depth):
        self.depth = depth
        self.takes = []

    def room(self):
        """When the entry that comes next finds room."""
        behind = len(self.takes) - self.depth
        return self.takes[behind] + 1 if behind >= 0 else 0

    def ready(self, put):
        return max(put + 1, self.takes[-1] + 1 if self.takes else 0)


@dataclass
class Buffer:
    """Two slots: when the one about to be used again became free."""

    released: list = field(default_factory=lambda: [0, 0])

    def free(self):
        return self.released[-2]

    def release(self, cycle):
        self.released.append(cycle)


class Model:
    def __init__(self, hw):
        self.hw = hw
        self.queues = {name: Queue(hw.queue) for name in ("load", "weight", "compute", "store")}
        self.put_time = 0
        self.a, self.b, self.r = Buffer(), Buffer(), Buffer()
        self.req_time = 0
        self.lasts = []  # last beat of every request
        self.drained = 0
        self.taken_over = 0  # when the shadow weights may change again

    def put(self, queue):
        self.put_time = max(self.put_time + 1, self.queues[queue].room())
        return self.queues[queue].ready(self.put_time)

    def take(self, queue, cycle):
        self.queues[queue].takes.append(cycle)

    def load(self, rows, num_bytes, buffer):
        """LA or LB; returns when its slot is full."""
        hw = self.hw
        start = max(self.put("load"), buffer.free())
        beats = ceil_div(num_bytes, hw.width)
        for _ in range(rows):
            req = max(self.req_time + 1, start)
            if len(self.lasts) >= hw.inflight:
                req = max(req, self.lasts[-hw.inflight] + 1)
            first = max(req + hw.latency, self.lasts[-1] + 1 if self.lasts else 0)
            self.lasts.append(first + beats - 1)
            self.req_time = req
        self.take("load", self.req_time)
        return self.lasts[-1] + 1

    def step_os(self, mv, nv, kv, first, last):
        b_full = self.load(kv, nv, self.b)
        a_full = self.load(mv, kv, self.a)
        feed0 = max(self.put("compute"), a_full, b_full)
        end = feed0 + kv - 1
        if last:
            end = max(end, self.drained)
        self.take("compute", end)
        self.a.release(end + 1)
        self.b.release(end + 1)
        if not last:
            return None
        self.drained = max(end + mv + nv, self.r.free()) + mv
        return self.drained

    def step_ws(self, mv, nv, kv, first, last):
        b_full = self.load(kv, nv, self.b)
        shift = max(self.put("weight"), b_full, self.taken_over)
        shift_end = shift + kv - 1
        self.take("weight", shift_end)
        self.b.release(shift_end + 1)
        a_full = self.load(mv, kv, self.a)
        feed0 = max(self.put("compute"), a_full, shift_end + 1)
        if first:
            feed0 = max(feed0, self.r.free())
        end = feed0 + mv - 1
        self.take("compute", end)
        self.a.release(end + 1)
        self.taken_over = feed0 + kv + nv
        return end + self.hw.rows + nv + 1

    def store(self, mv, nv, full):
        addr = max(self.put("store"), full)
        end = addr + mv * (1 + ceil_div(4 * nv, self.hw.width)) - 1
        self.take("store", end)
        self.r.release(end + 1)
        return end


def cycles(hw, groups, m, n, positions, channels):
    """Latency of a job."""
    model = Model(hw)
    step = model.step_os if hw.dataflow == "os" else model.step_ws
    tile_m, tile_n, tile_k = hw.tile
    inner = tiles(channels, tile_k) * positions
    end = 0
    for _ in range(groups):
        for mv in tiles(m, tile_m):
            for nv in tiles(n, tile_n):
                for index, kv in enumerate(inner):
                    full = step(mv, nv, kv, index == 0, index == len(inner) - 1)
                end = model.store(mv, nv, full)
    return end + hw.latency + 1
