// SPDX-License-Identifier: Apache-2.0

#include "columnar/column_builder.h"

#include <limits>
#include <utility>

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/fast_builders.h"

namespace hw {
namespace {

using arrow::ArrayData;

bool storage_is_null(const ArrayData& values, int64_t slot) {
  if (values.type->id() == arrow::Type::NA) return true;
  return values.null_count.load() != 0 && values.buffers[0] != nullptr &&
         !arrow::bit_util::GetBit(values.buffers[0]->data(), slot + values.offset);
}

/// Refuses everything; each builder overrides what its type takes.
class StorageBuilder : public ColumnBuilder {
 public:
  explicit StorageBuilder(SqlType type) : type_(std::move(type)) {}

  const SqlType& type() const override { return type_; }
  Status append_from(const Column& column, int64_t row) override {
    HW_DCHECK(column.type().physical() == type_.physical());
    return append_slot(column.values(), column.slot(row));
  }
  Status append_bool(bool) override { return wrong("a BOOLEAN"); }
  Status append_int(int64_t) override { return wrong("an integer"); }
  Status append_double(double) override { return wrong("a DOUBLE"); }
  Status append_decimal(const arrow::Decimal128&) override { return wrong("a DECIMAL"); }
  Status append_bytes(std::string_view) override { return wrong("text or bytes"); }
  ColumnBuilder& child(int) override { HW_CHECK(false); }
  Status append_constructed(int64_t) override { return wrong("a constructed value"); }

  /// Appends a slot of storage of the same layout.
  virtual Status append_slot(const ArrayData& values, int64_t slot) = 0;

 protected:
  Status wrong(const char* given) const {
    return Status::TypeError("a column of type ", type_.to_sql_without_null(), " cannot take ",
                             given);
  }

 private:
  const SqlType type_;
};

class NullBuilder final : public StorageBuilder {
 public:
  using StorageBuilder::StorageBuilder;
  int64_t num_rows() const override { return num_rows_; }
  void reserve(int64_t) override {}
  Status append_null() override {
    ++num_rows_;
    return Status::OK();
  }
  Status append_slot(const ArrayData&, int64_t) override { return append_null(); }
  Status truncate(int64_t num_rows) override {
    num_rows_ = num_rows;
    return Status::OK();
  }
  Result<ColumnPtr> finish() override { return Column::nulls(type(), std::exchange(num_rows_, 0)); }

 private:
  int64_t num_rows_ = 0;
};

/// What all flat builders share: `Builder` is FixedBuilder, BoolBuilder or BytesBuilder.
template <typename Builder>
class FlatBuilder : public StorageBuilder {
 public:
  using StorageBuilder::StorageBuilder;
  int64_t num_rows() const override { return builder_.num_rows(); }
  Status append_null() override {
    builder_.append_null();
    return Status::OK();
  }
  Status truncate(int64_t num_rows) override {
    builder_.truncate(num_rows);
    return Status::OK();
  }
  Result<ColumnPtr> finish() override { return builder_.finish(type()); }

 protected:
  Builder builder_;
};

class BoolColumnBuilder final : public FlatBuilder<BoolBuilder> {
 public:
  using FlatBuilder::FlatBuilder;
  void reserve(int64_t rows) override { builder_.reserve(rows); }
  Status append_bool(bool value) override {
    builder_.append(value);
    return Status::OK();
  }
  Status append_slot(const ArrayData& values, int64_t slot) override {
    if (storage_is_null(values, slot)) return append_null();
    return append_bool(arrow::bit_util::GetBit(values.buffers[1]->data(), slot + values.offset));
  }
};

template <typename T>
class FixedColumnBuilder final : public FlatBuilder<FixedBuilder<T>> {
 public:
  using FlatBuilder<FixedBuilder<T>>::FlatBuilder;
  void reserve(int64_t rows) override { this->builder_.reserve(rows); }
  Status append_int(int64_t value) override {
    if constexpr (!std::is_integral_v<T>) {
      return this->wrong("an integer");
    } else {
      if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
        return Status::Invalid("the number ", value, " is out of the range of ",
                               this->type().to_sql_without_null());
      }
      return push(static_cast<T>(value));
    }
  }
  Status append_double(double value) override {
    if constexpr (!std::is_floating_point_v<T>) {
      return this->wrong("a DOUBLE");
    } else {
      return push(static_cast<T>(value));
    }
  }
  Status append_decimal(const arrow::Decimal128& value) override {
    if constexpr (!std::is_same_v<T, arrow::Decimal128>) {
      return this->wrong("a DECIMAL");
    } else {
      return push(value);
    }
  }
  Status append_slot(const ArrayData& values, int64_t slot) override {
    if (storage_is_null(values, slot)) return this->append_null();
    return push(reinterpret_cast<const T*>(values.buffers[1]->data())[slot + values.offset]);
  }

 private:
  Status push(T value) {
    this->builder_.append(value);
    return Status::OK();
  }
};

class BytesColumnBuilder final : public FlatBuilder<BytesBuilder> {
 public:
  using FlatBuilder::FlatBuilder;
  void reserve(int64_t rows) override { builder_.reserve(rows, 0); }
  Status append_bytes(std::string_view value) override {
    builder_.append(value);
    return Status::OK();
  }
  Status append_slot(const ArrayData& values, int64_t slot) override {
    if (storage_is_null(values, slot)) return append_null();
    const int32_t* ends =
        reinterpret_cast<const int32_t*>(values.buffers[1]->data()) + values.offset + slot;
    if (ends[0] == ends[1]) return append_bytes({});
    const auto* bytes = reinterpret_cast<const char*>(values.buffers[2]->data());
    return append_bytes({bytes + ends[0], static_cast<size_t>(ends[1] - ends[0])});
  }
};

Result<std::unique_ptr<StorageBuilder>> make_storage_builder(const SqlType& type);

/// ROW: one builder a field.
class RowBuilder final : public StorageBuilder {
 public:
  RowBuilder(SqlType type, std::vector<std::unique_ptr<StorageBuilder>> children)
      : StorageBuilder(std::move(type)), children_(std::move(children)) {}

  int64_t num_rows() const override { return validity_.num_rows(); }
  void reserve(int64_t rows) override {
    for (const auto& child : children_) child->reserve(rows);
  }
  ColumnBuilder& child(int i) override { return *children_[static_cast<size_t>(i)]; }
  Status append_null() override {
    for (const auto& child : children_) HW_TRY(child->append_null());
    validity_.append_null();
    return Status::OK();
  }
  Status append_constructed(int64_t) override {
    validity_.append_valid();
    for (const auto& child : children_) HW_DCHECK(child->num_rows() == num_rows());
    return Status::OK();
  }
  Status append_slot(const ArrayData& values, int64_t slot) override {
    if (storage_is_null(values, slot)) return append_null();
    for (size_t i = 0; i < children_.size(); ++i) {
      HW_TRY(children_[i]->append_slot(*values.child_data[i], slot + values.offset));
    }
    return append_constructed(static_cast<int64_t>(children_.size()));
  }
  Status truncate(int64_t num_rows) override {
    for (const auto& child : children_) HW_TRY(child->truncate(num_rows));
    validity_.truncate(num_rows);
    return Status::OK();
  }
  Result<ColumnPtr> finish() override {
    const int64_t rows = num_rows();
    const int64_t nulls = validity_.null_count();
    std::vector<std::shared_ptr<ArrayData>> children;
    for (const auto& child : children_) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, child->finish());
      children.push_back(column->to_arrow()->data());
    }
    return Column::plain(type(), ArrayData::Make(type().to_arrow(), rows, {validity_.finish()},
                                                 std::move(children), nulls));
  }

 private:
  std::vector<std::unique_ptr<StorageBuilder>> children_;
  ValidityBuilder validity_;
};

/// ARRAY (one child), MAP and MULTISET (keys and values).
class ListBuilder final : public StorageBuilder {
 public:
  ListBuilder(SqlType type, std::vector<std::unique_ptr<StorageBuilder>> children)
      : StorageBuilder(std::move(type)), children_(std::move(children)) {}

  int64_t num_rows() const override { return ends_.num_rows(); }
  void reserve(int64_t rows) override { ends_.reserve(rows); }
  ColumnBuilder& child(int i) override { return *children_[static_cast<size_t>(i)]; }
  Status append_null() override {
    // A NULL's end is known, too: the offsets are all ends but the first.
    ends_.append(static_cast<int32_t>(num_elements()));
    nulls_.append_null();
    return Status::OK();
  }
  Status append_constructed(int64_t elements) override {
    HW_DCHECK(num_elements() + elements == children_[0]->num_rows());
    HW_DCHECK(children_.size() == 1 || children_[1]->num_rows() == children_[0]->num_rows());
    if (children_[0]->num_rows() > std::numeric_limits<int32_t>::max()) {
      return Status::CapacityError("one ", type().to_sql_without_null(),
                                   " column of a batch may have 2^31 elements");
    }
    ends_.append(static_cast<int32_t>(num_elements() + elements));
    nulls_.append_valid();
    return Status::OK();
  }
  Status append_slot(const ArrayData& values, int64_t slot) override {
    if (storage_is_null(values, slot)) return append_null();
    const int32_t* offsets =
        reinterpret_cast<const int32_t*>(values.buffers[1]->data()) + values.offset + slot;
    const ArrayData& elements = *values.child_data[0];
    for (int32_t i = offsets[0]; i < offsets[1]; ++i) {
      if (children_.size() == 1) {
        HW_TRY(children_[0]->append_slot(elements, i));
        continue;
      }
      for (size_t k = 0; k < 2; ++k) {
        HW_TRY(children_[k]->append_slot(*elements.child_data[k], i + elements.offset));
      }
    }
    return append_constructed(offsets[1] - offsets[0]);
  }
  Status truncate(int64_t num_rows) override {
    const int64_t elements = num_rows == 0 ? 0 : ends_.data()[num_rows - 1];
    for (const auto& child : children_) HW_TRY(child->truncate(elements));
    ends_.truncate(num_rows);
    nulls_.truncate(num_rows);
    return Status::OK();
  }
  Result<ColumnPtr> finish() override {
    const int64_t rows = num_rows();
    const int64_t nulls = nulls_.null_count();
    std::shared_ptr<arrow::ResizableBuffer> offsets = pooled_buffer((rows + 1) * 4);
    auto* to = reinterpret_cast<int32_t*>(offsets->mutable_data());
    to[0] = 0;
    for (int64_t i = 0; i < rows; ++i) to[i + 1] = ends_.data()[i];
    ends_.truncate(0);
    const std::shared_ptr<arrow::DataType> storage = type().to_arrow();
    HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> elements, finish_elements(*storage));
    return Column::plain(type(),
                         ArrayData::Make(storage, rows, {nulls_.finish(), std::move(offsets)},
                                         {std::move(elements)}, nulls));
  }

 private:
  int64_t num_elements() { return num_rows() == 0 ? 0 : ends_.data()[num_rows() - 1]; }

  Result<std::shared_ptr<ArrayData>> finish_elements(const arrow::DataType& storage) {
    std::vector<std::shared_ptr<ArrayData>> finished;
    for (const auto& child : children_) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, child->finish());
      finished.push_back(column->to_arrow()->data());
    }
    if (finished.size() == 1) return finished[0];
    if (finished[0]->GetNullCount() > 0) {
      return Status::Invalid("a key of a ", type().to_sql_without_null(), " must not be NULL");
    }
    const int64_t rows = finished[0]->length;
    return ArrayData::Make(storage.field(0)->type(), rows, {nullptr}, std::move(finished), 0);
  }

  std::vector<std::unique_ptr<StorageBuilder>> children_;
  FixedBuilder<int32_t> ends_;  // end of each row in the children
  ValidityBuilder nulls_;
};

template <typename Builder>
Result<std::unique_ptr<StorageBuilder>> make_constructed(const SqlType& type,
                                                         const std::vector<SqlType>& children) {
  std::vector<std::unique_ptr<StorageBuilder>> builders;
  for (const SqlType& child : children) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<StorageBuilder> builder, make_storage_builder(child));
    builders.push_back(std::move(builder));
  }
  return std::make_unique<Builder>(type, std::move(builders));
}

Result<std::unique_ptr<StorageBuilder>> make_storage_builder(const SqlType& type) {
  switch (type.physical()) {
    case PhysicalType::kNone:
      return std::make_unique<NullBuilder>(type);
    case PhysicalType::kBool:
      return std::make_unique<BoolColumnBuilder>(type);
    case PhysicalType::kInt8:
      return std::make_unique<FixedColumnBuilder<int8_t>>(type);
    case PhysicalType::kInt16:
      return std::make_unique<FixedColumnBuilder<int16_t>>(type);
    case PhysicalType::kInt32:
      return std::make_unique<FixedColumnBuilder<int32_t>>(type);
    case PhysicalType::kInt64:
      return std::make_unique<FixedColumnBuilder<int64_t>>(type);
    case PhysicalType::kFloat32:
      return std::make_unique<FixedColumnBuilder<float>>(type);
    case PhysicalType::kFloat64:
      return std::make_unique<FixedColumnBuilder<double>>(type);
    case PhysicalType::kDecimal128:
      return std::make_unique<FixedColumnBuilder<arrow::Decimal128>>(type);
    case PhysicalType::kBytes:
      return std::make_unique<BytesColumnBuilder>(type);
    case PhysicalType::kList:
      return make_constructed<ListBuilder>(type, {type.element()});
    case PhysicalType::kMap:
      if (type.is(TypeKind::kMultiset)) {
        return make_constructed<ListBuilder>(type, {type.element(), SqlType::integer().not_null()});
      }
      return make_constructed<ListBuilder>(type, {type.key(), type.value()});
    case PhysicalType::kStruct: {
      std::vector<SqlType> children;
      for (const SqlField& field : type.fields()) children.push_back(field.type);
      return make_constructed<RowBuilder>(type, children);
    }
  }
  HW_CHECK(false);
}

}  // namespace

Result<std::unique_ptr<ColumnBuilder>> ColumnBuilder::make(const SqlType& type) {
  return make_storage_builder(type);
}

}  // namespace hw
