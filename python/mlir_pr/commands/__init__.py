# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The subcommands: arguments in, pure functions called, tables or JSON out."""
