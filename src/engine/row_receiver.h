// SPDX-License-Identifier: Apache-2.0
//
// Takes the rows of a SELECT. begin() is called by the session before the job starts, receive()
// and end() by the one worker that runs the collecting sink, so nothing here is concurrent.

#pragma once

#include <memory>

#include "base/status.h"
#include "columnar/batch.h"
#include "columnar/row_kind.h"

namespace hw {

class Sink;

/// What a query will deliver.
struct ResultShape {
  SchemaPtr schema;
  RowKindSet kinds = RowKindSet::insert_only();
  bool bounded = false;
  bool batch_mode = false;
};

class RowReceiver {
 public:
  virtual ~RowReceiver() = default;
  /// May refuse the shape (Invalid): the job then does not start.
  virtual Status begin(const ResultShape& shape) = 0;
  virtual Status receive(const Batch& batch) = 0;
  /// All rows of the input have come.
  virtual Status end() = 0;
};

/// The sink through which a query's rows reach a receiver; takes every row kind.
std::shared_ptr<Sink> make_collecting_sink(std::shared_ptr<RowReceiver> receiver);

}  // namespace hw
