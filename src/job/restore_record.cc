// SPDX-License-Identifier: Apache-2.0

#include "job/restore_record.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "base/env/env.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr std::string_view kFirstLine = "plan 1";
constexpr char kSeparator = '\t';

class NoCounter final : public Counter {
 public:
  void add(int64_t n) override {}
};

/// Opens an operator that will never get a row, so that it says which tables it has.
class SchemaContext final : public OperatorContext {
 public:
  SchemaContext(Env& env, const JobGraph& graph)
      : env_(env),
        graph_(graph),
        state_({.memory_pool = env.memory_pool(),
                .num_key_groups = graph.max_parallelism,
                .key_groups = {0, graph.max_parallelism}}) {}
  StateStore& state() override { return state_; }
  Env& env() override { return env_; }
  arrow::MemoryPool* memory_pool() override { return env_.memory_pool(); }
  int subtask() const override { return 0; }
  int parallelism() const override { return 1; }
  int64_t now_ms() const override { return 0; }
  int64_t watermark_ms() const override { return Watermark::kNone; }
  void set_timer(Timer) override {}
  Counter& counter(std::string_view) override { return counter_; }
  bool batch_mode() const override { return graph_.batch_mode; }

 private:
  Env& env_;
  const JobGraph& graph_;
  StateStore state_;
  NoCounter counter_;
};

std::string text_of(const Description& description) {
  std::string text = description.name + "(";
  for (size_t i = 0; i < description.details.size(); ++i) {
    const auto& [key, value] = description.details[i];
    text += (i == 0 ? "" : ", ") + key + "=[" + value + "]";
  }
  return text + ")";
}

/// The connector of a source or sink belongs to its meaning: positions and committables are its.
void add_connector(const Description& connector, StateMeaning& meaning) {
  meaning.fixed.emplace_back("connector", connector.name);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case kSeparator:
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? kSeparator : c;
  }
  return out;
}

void put_line(std::string& out, std::initializer_list<std::string_view> fields) {
  bool first = true;
  for (const std::string_view field : fields) {
    if (!first) out += kSeparator;
    first = false;
    out += escaped(field);
  }
  out += '\n';
}

std::string_view role_text(PlanNode::Role role) {
  switch (role) {
    case PlanNode::Role::kSource:
      return "source";
    case PlanNode::Role::kSink:
      return "sink";
    case PlanNode::Role::kOperator:
      break;
  }
  return "operator";
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    const size_t end = line.find(kSeparator);
    fields.push_back(unescaped(line.substr(0, end)));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

bool read_number(const std::string& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// False: no encode() has written this line at this place.
bool read_line(const std::vector<std::string>& fields, PlanRecord& record) {
  const std::string& what = fields[0];
  for (const PlanNode::Role role :
       {PlanNode::Role::kSource, PlanNode::Role::kOperator, PlanNode::Role::kSink}) {
    if (what != role_text(role)) continue;
    if (fields.size() != 4 || record.find(fields[1]) != nullptr) return false;
    record.nodes.push_back({.role = role, .uid = fields[1], .kind = fields[2], .text = fields[3]});
    record.nodes.back().meaning.uid_decides = false;
    return true;
  }
  if (record.nodes.empty()) return false;
  PlanNode& node = record.nodes.back();
  if (what == "from" && fields.size() == 3) {
    node.inputs.push_back({.uid = fields[2]});
    return read_number(fields[1], node.inputs.back().input) && record.find(fields[2]) != nullptr;
  }
  if (what == "key" && fields.size() == 2) {
    node.meaning.keys.push_back(fields[1]);
  } else if (what == "fixed" && fields.size() == 3) {
    node.meaning.fixed.emplace_back(fields[1], fields[2]);
  } else if (what == "name" && fields.size() == 4) {
    node.meaning.names.push_back({.name = fields[2], .meaning = fields[3]});
    return read_number(fields[1], node.meaning.names.back().input);
  } else if (what == "uid" && fields.size() == 1) {
    node.meaning.uid_decides = true;
  } else if (what == "stateless" && fields.size() == 1) {
    node.meaning.keeps_state = false;
  } else if (what == "retracts" && fields.size() == 1) {
    node.meaning.input_retracts = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace

const PlanNode* PlanRecord::find(std::string_view uid) const {
  for (const PlanNode& node : nodes) {
    if (node.uid == uid) return &node;
  }
  return nullptr;
}

PlanRecord plan_record(const JobGraph& graph) {
  PlanRecord record;
  std::vector<std::string> last_uids;  // by vertex: of its end
  std::map<std::pair<size_t, int>, std::string> uids;
  for (const Vertex& vertex : graph.vertices) {
    const auto id = static_cast<size_t>(vertex.id);
    std::vector<PlanNode::Input> inputs;
    for (const Edge& edge : graph.edges) {
      if (edge.to_vertex != vertex.id) continue;
      const auto from = static_cast<size_t>(edge.from_vertex);
      inputs.push_back({edge.to_input, edge.from_operator < 0 ? last_uids[from]
                                                              : uids[{from, edge.from_operator}]});
    }
    const auto add = [&](PlanNode node) {
      node.inputs = std::move(inputs);
      inputs = {{0, node.uid}};
      record.nodes.push_back(std::move(node));
    };
    if (vertex.source) {
      const SourceRecipe& source = *vertex.source;
      PlanNode node{.role = PlanNode::Role::kSource,
                    .uid = source.uid,
                    .kind = source.description.name,
                    .text = text_of(source.description),
                    .meaning = source.meaning};
      add_connector(source.source->describe(), node.meaning);
      add(std::move(node));
    }
    for (size_t i = 0; i < vertex.chain.size(); ++i) {
      const OperatorRecipe& op = vertex.chain[i];
      uids[{id, static_cast<int>(i)}] = op.uid;
      add({.role = PlanNode::Role::kOperator,
           .uid = op.uid,
           .kind = op.description.name,
           .text = text_of(op.description),
           .meaning = op.meaning});
    }
    last_uids.push_back(inputs.empty() ? std::string() : inputs[0].uid);
    if (vertex.sink) {
      const SinkRecipe& sink = *vertex.sink;
      PlanNode node{.role = PlanNode::Role::kSink,
                    .uid = sink.uid,
                    .kind = sink.description.name,
                    .text = text_of(sink.description),
                    .meaning = sink.meaning};
      add_connector(sink.sink->describe(), node.meaning);
      add(std::move(node));
    }
  }
  return record;
}

std::string encode(const PlanRecord& record) {
  std::string out(kFirstLine);
  out += '\n';
  for (const PlanNode& node : record.nodes) {
    put_line(out, {role_text(node.role), node.uid, node.kind, node.text});
    for (const PlanNode::Input& input : node.inputs) {
      put_line(out, {"from", std::to_string(input.input), input.uid});
    }
    const StateMeaning& meaning = node.meaning;
    for (const std::string& key : meaning.keys) put_line(out, {"key", key});
    for (const auto& [name, value] : meaning.fixed) put_line(out, {"fixed", name, value});
    for (const StateMeaning::MadeUpName& name : meaning.names) {
      put_line(out, {"name", std::to_string(name.input), name.name, name.meaning});
    }
    if (meaning.uid_decides) put_line(out, {"uid"});
    if (!meaning.keeps_state) put_line(out, {"stateless"});
    if (meaning.input_retracts) put_line(out, {"retracts"});
  }
  return out;
}

Result<PlanRecord> decode_plan_record(std::string_view text) {
  PlanRecord record;
  const std::string first = std::string(kFirstLine) + "\n";
  bool good = text.starts_with(first);
  if (good) text.remove_prefix(first.size());
  while (good && !text.empty()) {
    const size_t end = text.find('\n');
    good = end != std::string_view::npos && read_line(fields_of(text.substr(0, end)), record);
    if (good) text.remove_prefix(end + 1);
  }
  if (good) return record;
  return Status::SerializationError("the checkpoint does not say what its job did: '",
                                    text.substr(0, std::min<size_t>(text.size(), 60)), "'");
}

Result<std::vector<ManifestTable>> state_tables(const OperatorRecipe& recipe, const JobGraph& graph,
                                                Env& env) {
  SchemaContext context(env, graph);
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Operator> op, recipe.make());
  HW_TRY(op->open(context));
  std::vector<ManifestTable> tables = context.state().schemas();
  op->close();
  return tables;
}

Result<GraphRecord> GraphRecord::of(const JobGraph& graph, Env& env) {
  GraphRecord record;
  record.plan_ = plan_record(graph);
  record.text_ = encode(record.plan_);
  for (const Vertex& vertex : graph.vertices) {
    for (const OperatorRecipe& recipe : vertex.chain) {
      HW_ASSIGN_OR_RETURN(record.tables_[recipe.uid], state_tables(recipe, graph, env));
    }
  }
  return record;
}

void GraphRecord::describe(Manifest& manifest) const {
  manifest.plan = text_;
  for (ManifestOperator& op : manifest.operators) {
    const PlanNode* node = plan_.find(op.uid);
    if (node == nullptr) continue;
    op.kind = node->kind;
    op.name = node->text;
    const auto tables = tables_.find(op.uid);
    if (tables != tables_.end()) op.tables = tables->second;
  }
}

}  // namespace hw
