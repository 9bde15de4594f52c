# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cycles of UltraTrail, written down from the formula of its paper as HANNAH has
it (ekut-es/hannah, commits f33feacd and cbe5dc19) and from nothing of this
project: C input and K output channels, kernel F, stride s, padding p times half
the kernel, input width C_w."""
from math import ceil, floor


def conv(C, K, F, s, p, C_w, rows=8, cols=8):
    padded = C_w + 2 * p * (F // 2)
    a_w = floor((padded - F) / s) + 1
    b = F // 2
    n_b = p * floor((b - 1) / s + 1)
    M_b = sum(F // 2 - s * i for i in range(n_b))
    F_w = a_w * s + F - s
    C_e = F_w - C_w - b
    n_e = p * floor((C_e - 1) / s + 1)
    M_e = sum(F // 2 - s * i - (b - C_e) for i in range(n_e))
    return 1 + ceil(C / rows) * ceil(K / cols) * (a_w * F - M_b - M_e)


def fully_connected(C, K, rows=8, cols=8):
    return conv(C, K, 1, 1, 0, 1, rows, cols)
