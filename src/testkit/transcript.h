// SPDX-License-Identifier: Apache-2.0
//
// What an operator put out, row by row as text with the control messages in between, and the
// comparisons that make sense of it: exact, in any order between two control messages, folded.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "columnar/row_kind.h"
#include "runtime/message.h"

namespace hw {

/// One row or control message of one port.
struct TranscriptItem {
  int port = 0;
  /// `wm 10`, `wm max`, `idle`, `end`, `stop`; empty for a row.
  std::string control;
  RowKind kind = RowKind::kInsert;
  std::string row;  // `[1, abc]`
  std::string key;  // the row's upsert key, if the transcript has one
  bool is_row() const { return control.empty(); }
  std::string to_text() const;
  bool operator==(const TranscriptItem&) const = default;
  auto operator<=>(const TranscriptItem&) const = default;
};

class Transcript {
 public:
  /// `upsert_key`: columns of port 0 by which +U replaces; empty if updates come with -U.
  explicit Transcript(std::vector<int> upsert_key = {}) : upsert_key_(std::move(upsert_key)) {}

  void add(int port, const Batch& batch);
  void add(int port, const Message& control);
  void add(const Transcript& other);
  void clear() { items_.clear(); }
  const std::vector<TranscriptItem>& items() const { return items_; }
  bool empty() const { return items_.empty(); }

  bool has_controls() const;
  /// `+I[1, abc] | wm 10`, one item after the other; "nothing" if there is none.
  std::string to_text() const;

  Transcript of_port(int port) const;
  Transcript without_controls() const;
  Transcript only_controls() const;
  /// Rows between two control messages sorted.
  Transcript in_any_order() const;
  /// The rows that are left when all changes are applied, sorted, then the control messages.
  /// With an upsert key the last row of each key. A -U or -D of nothing stays as what it is.
  Transcript folded() const;

  /// Fails when a row of port 0 is taken back that is not there, naming it.
  Status check_legal() const;
  bool operator==(const Transcript& other) const { return items_ == other.items_; }

 private:
  void append(TranscriptItem item);

  std::vector<int> upsert_key_;
  std::vector<TranscriptItem> items_;
};

}  // namespace hw
