// SPDX-License-Identifier: Apache-2.0

#include "columnar/row_kind.h"

#include "base/assert.h"

namespace hw {

std::string_view to_text(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "+I";
    case RowKind::kUpdateBefore:
      return "-U";
    case RowKind::kUpdateAfter:
      return "+U";
    case RowKind::kDelete:
      return "-D";
  }
  HW_CHECK(false);
}

std::string RowKindSet::to_text() const {
  std::string text = "[";
  const auto add = [&](RowKind kind, const char* word) {
    if (!contains(kind)) return;
    if (text.size() > 1) text += ',';
    text += word;
  };
  add(RowKind::kInsert, "I");
  add(RowKind::kUpdateBefore, "UB");
  add(RowKind::kUpdateAfter, "UA");
  add(RowKind::kDelete, "D");
  return text + "]";
}

}  // namespace hw
