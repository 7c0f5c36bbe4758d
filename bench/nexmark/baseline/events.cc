// SPDX-License-Identifier: Apache-2.0

#include "baseline/events.h"

#include <cstdio>
#include <cstdlib>

#include <arrow/array/data.h>

namespace hw::bench {
namespace {

const arrow::ArrayData& child(const Batch& batch, int column, const char* name) {
  const Column& row = *batch.column(column);
  return *row.values().child_data[static_cast<size_t>(row.type().field_index(name))];
}

const int64_t* numbers(const Batch& batch, int column, const char* name) {
  const arrow::ArrayData& data = child(batch, column, name);
  return reinterpret_cast<const int64_t*>(data.buffers[1]->data()) + data.offset;
}

TextColumn texts(const Batch& batch, int column, const char* name) {
  const arrow::ArrayData& data = child(batch, column, name);
  return {reinterpret_cast<const int32_t*>(data.buffers[1]->data()) + data.offset,
          reinterpret_cast<const char*>(data.buffers[2]->data())};
}

}  // namespace

Events::Events(const Batch& batch)
    : num_rows(batch.num_rows()), type(batch.column(0)->data<int32_t>()) {
  person = {numbers(batch, 1, "id"),       texts(batch, 1, "name"), texts(batch, 1, "emailAddress"),
            texts(batch, 1, "creditCard"), texts(batch, 1, "city"), texts(batch, 1, "state"),
            numbers(batch, 1, "dateTime"), texts(batch, 1, "extra")};
  auction = {numbers(batch, 2, "id"),        texts(batch, 2, "itemName"),
             texts(batch, 2, "description"), numbers(batch, 2, "initialBid"),
             numbers(batch, 2, "reserve"),   numbers(batch, 2, "dateTime"),
             numbers(batch, 2, "expires"),   numbers(batch, 2, "seller"),
             numbers(batch, 2, "category"),  texts(batch, 2, "extra")};
  bid = {numbers(batch, 3, "auction"), numbers(batch, 3, "bidder"), numbers(batch, 3, "price"),
         texts(batch, 3, "channel"),   texts(batch, 3, "url"),      numbers(batch, 3, "dateTime"),
         texts(batch, 3, "extra")};
}

EventLog::EventLog(const std::vector<Batch>& batches) {
  for (size_t i = 0; i < batches.size(); ++i) {
    const bool last = i + 1 == batches.size();
    if (batches[i].num_rows() > 4096 || (!last && batches[i].num_rows() != 4096)) {
      std::fprintf(stderr, "a batch of %lld rows: batches of 4,096 were expected\n",
                   static_cast<long long>(batches[i].num_rows()));
      std::exit(1);
    }
    batches_.emplace_back(batches[i]);
  }
}

}  // namespace hw::bench
