# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`python3 -m mlir_pr`."""
import sys

from mlir_pr.cli import main

sys.exit(main())
