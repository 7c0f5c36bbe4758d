// SPDX-License-Identifier: Apache-2.0
//
// Converts the text of one CSV field into a slot column.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv_settings.h"
#include "formats/slots/slot_column.h"

namespace hw {

enum class CsvStored : uint8_t { kYes, kNo, kNoRoom };

/// One per column that is asked for.
class CsvConverter {
 public:
  CsvConverter(const SqlType& type, SlotColumn* slot, const CsvSettings& settings);

  /// Stores a field; NULLs leave the slot as it is. kNo: the text is no value of the type.
  CsvStored store(int64_t row, std::string_view text, bool quoted);
  /// What a value of the type looks like, for messages.
  std::string hint() const;

 private:
  CsvStored store_scalar(int64_t row, std::string_view text);
  CsvStored store_canonical(int64_t row, std::string_view value);
  CsvStored store_list(int64_t row, std::string_view text);
  template <typename T>
  CsvStored store_whole(int64_t row, std::string_view text);

  const SqlType type_;
  SlotColumn* slot_;
  const CsvSettings& settings_;
  std::vector<CsvConverter> children_;
};

}  // namespace hw
