# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
VERSION: str
BIN_DIR: str
LIB_DIR: str
SHARE_DIR: str
MLIR_OPT: str
