#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Two traces of one layer: the same spans, each on a track of its own time, and arrows
that lead from an instruction that ends to one that starts then."""
import json
import sys
from collections import defaultdict

KEYS = ("name", "pid", "ts", "dur")


def events(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["traceEvents"]


def spans(found):
    return sorted(tuple(event[key] for key in KEYS) for event in found if event["ph"] == "X")


def check_tracks(found):
    tracks = defaultdict(list)
    for event in found:
        if event["ph"] == "X":
            assert event["dur"] >= 0, event
            tracks[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for times in tracks.values():
        times.sort()
        assert all(end <= begin for (_, end), (begin, _) in zip(times, times[1:])), times


def check_arrows(found):
    starts = {(event["pid"], event["tid"], event["ts"]) for event in found if event["ph"] == "X"}
    arrows = [event for event in found if event["ph"] == "f"]
    assert arrows and all((event["pid"], event["tid"], event["ts"]) in starts for event in arrows)


graph, simulator = events(sys.argv[1]), events(sys.argv[2])
assert len(spans(graph)) > 20 and spans(graph) == spans(simulator)
for each in (graph, simulator):
    check_tracks(each)
    check_arrows(each)
