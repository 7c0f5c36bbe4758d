// SPDX-License-Identifier: Apache-2.0
//
// Text in batches with offsets (Arrow's utf8, what the engine has) beside string views (utf8_view):
// what each path of the engine costs a value, in turns, for Nexmark's short and long texts; what
// follows from it is docs/adr/0009. `bench_text [batches] [part of a path's name]`.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/util.h>

#include "base/assert.h"
#include "micro/nexmark_events.h"
#include "paths.h"

namespace hw::bench {
namespace {

Texts texts_of(NexmarkEntity entity, const char* field, int64_t num_batches) {
  const SqlType row = nexmark_row(entity);
  NexmarkBatches batches =
      generator(entity, make_schema({row.fields()[static_cast<size_t>(row.field_index(field))]}));
  Texts texts;
  texts.name = field;
  const int64_t step = batches.block_positions();
  for (int64_t b = 0; b < num_batches; ++b) {
    const Batch batch = batches.make(b * step, (b + 1) * step);
    const ColumnPtr column = *batch.column(0)->flattened();
    texts.columns.push_back(column);
    texts.views.push_back(views_of(*column));
    texts.num_values += column->num_rows();
    for (int64_t i = 0; i < column->num_rows(); ++i) {
      texts.num_bytes += static_cast<int64_t>(column->value<std::string_view>(i).size());
    }
  }
  return texts;
}

/// Bytes a value in both layouts, and what a row in 20 keeps alive where it is referred to.
void print_memory(const Texts& texts) {
  int64_t far = 0;
  for (const ViewColumn& text : texts.views) {
    for (int64_t row = 0; row < text.num_rows(); ++row) {
      if (!is_inline(text.views()[row])) far += size_of(text.views()[row]);
    }
  }
  const auto values = static_cast<double>(texts.num_values);
  const double offsets = 4 + static_cast<double>(texts.num_bytes) / values;
  const double views = 16 + static_cast<double>(far) / values;
  std::printf("%-8s %9.1f %9.1f %23.1f %9.1f\n", texts.name.c_str(), offsets, views, offsets,
              16 + 20 * static_cast<double>(far) / values);
}

void run(int64_t num_batches, const std::string& path_part) {
  const std::vector<Texts> all = {texts_of(NexmarkEntity::kBid, "channel", num_batches),
                                  texts_of(NexmarkEntity::kPerson, "name", num_batches),
                                  texts_of(NexmarkEntity::kBid, "url", num_batches),
                                  texts_of(NexmarkEntity::kBid, "extra", num_batches)};
  const Texts& url = all[2];
  for (const Texts& texts : all) {
    HW_CHECK(arrow::MakeArray(texts.views[0].storage())->ValidateFull().ok());
    require_equal(*texts.columns[0], texts.views[0]);
  }
  std::printf("%-8s %9s %9s %23s %9s\n", "bytes", "offsets", "views", "1 of 20 kept: offsets",
              "views");
  for (const Texts& texts : all) print_memory(texts);
  std::printf("\n");
  FunctionCatalogue functions;
  register_all_functions(functions);
  const Table table(path_part);
  Table::print_head();
  for (const Texts& texts : all) {
    filters(table, texts);
    random_rows(table, texts);
    concatenation(table, texts);
    exchange(table, texts);
    equality(table, functions, texts);
    hashes(table, texts);
    if (&texts == &url) {
      search(table, texts);
      split(table, functions, texts);
    }
    write_state(table, texts);
    read_state(table, texts);
    encoding(table, texts);
    edges(table, texts);
  }
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
  const int64_t batches = argc > 1 ? std::strtoll(argv[1], nullptr, 10) : 64;
  hw::bench::run(batches, argc > 2 ? argv[2] : "");
}
