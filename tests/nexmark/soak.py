# SPDX-License-Identifier: Apache-2.0
"""./dev soak nexmark [q…]: every query in every mode at 4 M events. An hour; the queries named only."""

import sys

import nexmark_test

if __name__ == "__main__":
    sys.argv[1:1] = ["--all", "--events", "4000000"]
    sys.exit(nexmark_test.main())
