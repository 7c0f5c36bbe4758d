// SPDX-License-Identifier: Apache-2.0
//
// The engine's paths of text, in both layouts. Of offsets the code is the engine's own where it can
// be called, and the same loop over both layouts where that is what an operator has inside.

#pragma once

#include "expr/function_catalogue.h"
#include "table.h"

namespace hw::bench {

// moved.cc: rows go to other batches.
void filters(const Table& table, const Texts& texts);
void random_rows(const Table& table, const Texts& texts);
void concatenation(const Table& table, const Texts& texts);
void exchange(const Table& table, const Texts& texts);

// looked_at.cc: values are read.
void equality(const Table& table, const FunctionCatalogue& functions, const Texts& texts);
void hashes(const Table& table, const Texts& texts);
void search(const Table& table, const Texts& texts);
void split(const Table& table, const FunctionCatalogue& functions, const Texts& texts);
void encoding(const Table& table, const Texts& texts);

// kept.cc: values go to state and back.
void write_state(const Table& table, const Texts& texts);
void read_state(const Table& table, const Texts& texts);

// edges.cc: columns are made, or meet a library that has offsets.
void edges(const Table& table, const Texts& texts);

}  // namespace hw::bench
