// SPDX-License-Identifier: Apache-2.0

#include "engine/analyze_report.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include <fmt/format.h>

#include "engine/table_layout.h"
#include "runtime/state_bytes.h"

namespace hw {
namespace {

/// Longer descriptions are cut: the table is to be read.
constexpr size_t kNameMax = 60;

std::string name_of(const Description& description) {
  std::string text = description.name;
  for (const auto& [key, value] : description.details) {
    const bool telling = key == "table" || key == "groupBy" || key == "joinType" ||
                         key == "where" || key == "partitionBy" || key == "key";
    if (telling) text += " " + value;
  }
  if (text.size() <= kNameMax) return text;
  size_t end = kNameMax - 3;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// Instances of one operator added up.
struct Sum {
  int64_t rows_in = 0, rows_out = 0, busy_ns = 0, state_bytes = 0;
  int64_t instances = 0, rows_most = 0;
  std::map<std::string, int64_t> counters;

  void add(const MetricsReading& reading) {
    rows_in += reading.rows_in;
    rows_out += reading.rows_out;
    busy_ns += reading.busy_ns;
    rows_most = std::max(rows_most, reading.rows_in);
    ++instances;
    for (const auto& [name, count] : reading.counters)
      (name == kStateBytesCounter ? state_bytes : counters[name]) += count;
  }
};

std::string ratio(int64_t part, int64_t whole, const char* form) {
  if (whole == 0) return "-";
  return fmt::format(fmt::runtime(form), static_cast<double>(part) / static_cast<double>(whole));
}

std::string counted(const std::map<std::string, int64_t>& counters) {
  std::string text;
  for (const auto& [name, count] : counters) {
    if (count == 0) continue;
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    text += (text.empty() ? "" : ", ") + words + " " + std::to_string(count);
  }
  return text;
}

}  // namespace

AnalyzeReport::AnalyzeReport(const JobGraph& graph) {
  for (const Vertex& vertex : graph.vertices) {
    std::string title = "[" + std::to_string(vertex.id) + "]";
    const auto add = [&](const std::string& uid, const Description& description, bool source) {
      lines_.push_back({uid, title, name_of(description), source});
      title.clear();
    };
    if (vertex.source) add(vertex.source->uid, vertex.source->description, true);
    for (const OperatorRecipe& recipe : vertex.chain) add(recipe.uid, recipe.description, false);
    if (vertex.sink) add(vertex.sink->uid, vertex.sink->description, false);
  }
}

std::string AnalyzeReport::text(const std::vector<MetricsReading>& readings,
                                int64_t elapsed_ns) const {
  std::map<std::string, Sum> sums;
  for (const MetricsReading& reading : readings) sums[reading.uid].add(reading);
  const SqlType text = SqlType::string(), number = SqlType::bigint();
  const Schema schema({{"", text},
                       {"operator", text},
                       {"rows in", number},
                       {"rows out", number},
                       {"selectivity", number},
                       {"busy ms", number},
                       {"ns/row", number},
                       {"state bytes", number},
                       {"skew", number},
                       {"counted", text}});
  TableLayout layout(schema, false, false);
  std::string out;
  int64_t busy_ns = 0;
  for (const Line& line : lines_) {
    const Sum& sum = sums[line.uid];
    busy_ns += sum.busy_ns;
    // A source has no input, a sink no output of rows.
    const int64_t rows = line.source ? sum.rows_out : sum.rows_in;
    layout.add({line.vertex, line.name, line.source ? "" : std::to_string(sum.rows_in),
                std::to_string(sum.rows_out),
                line.source ? "" : ratio(sum.rows_out, sum.rows_in, "{:.3f}"),
                fmt::format("{:.1f}", static_cast<double>(sum.busy_ns) / 1e6),
                ratio(sum.busy_ns, rows, "{:.0f}"), std::to_string(sum.state_bytes),
                line.source || sum.instances < 2
                    ? ""
                    : ratio(sum.rows_most * sum.instances, sum.rows_in, "{:.2f}"),
                counted(sum.counters)},
               out);
  }
  layout.finish(out);
  // The layout counts its lines, which say nothing here.
  out.erase(out.rfind('\n', out.size() - 2) + 1);
  return "== Analyzed Execution Plan ==\n" + out +
         fmt::format("wall clock {:.3f} s, busy {:.3f} s\n", static_cast<double>(elapsed_ns) / 1e9,
                     static_cast<double>(busy_ns) / 1e9);
}

}  // namespace hw
