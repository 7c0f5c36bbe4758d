// SPDX-License-Identifier: Apache-2.0
//
// The body of the fixture; it has no tests of its own.

#include "sql/session_fixture.h"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "plan/rules/rule.h"
#include "sql/parser.h"

namespace hw {
namespace {

RowKindSet kinds_of(const TableDefinition& table, const std::string& option,
                    const std::string& otherwise) {
  const auto found = table.options.find(option);
  const std::string& text = found == table.options.end() ? otherwise : found->second;
  if (text == "insert") return RowKindSet::insert_only();
  return text == "upsert" ? RowKindSet::upsert() : RowKindSet::all();
}

class NothingToFind final : public SplitEnumerator {
 public:
  Result<std::vector<Split>> discover() override { return std::vector<Split>{}; }
  bool finished() const override { return true; }
};

class TestSource final : public Source {
 public:
  TestSource(bool bounded, RowKindSet kinds) : bounded_(bounded), kinds_(kinds) {}
  bool bounded() const override { return bounded_; }
  RowKindSet changelog() const override { return kinds_; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<NothingToFind>();
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return Status::UnknownError("there is nothing to read");
  }
  Description describe() const override { return {}; }

 private:
  const bool bounded_;
  const RowKindSet kinds_;
};

class TestSink final : public Sink {
 public:
  explicit TestSink(RowKindSet accepts) : accepts_(accepts) {}
  RowKindSet accepts() const override { return accepts_; }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext&) override {
    return Status::UnknownError("nothing is written");
  }
  Description describe() const override { return {}; }

 private:
  const RowKindSet accepts_;
};

TablePtr with_test_ends(const TableDefinition& definition) {
  auto table = std::make_shared<TableDefinition>(definition);
  const auto bounded = table->options.find("bounded");
  const bool ends = bounded == table->options.end() || bounded->second != "false";
  const RowKindSet emits = kinds_of(definition, "changelog", "insert");
  const RowKindSet accepts = kinds_of(definition, "accepts", "all");
  table->registered_source = [ends, emits](const ScanRequest&) -> Result<std::unique_ptr<Source>> {
    return std::make_unique<TestSource>(ends, emits);
  };
  table->registered_sink = [accepts](const SinkRequest&) -> Result<std::unique_ptr<Sink>> {
    return std::make_unique<TestSink>(accepts);
  };
  return table;
}

std::string text_of(const Status& status) {
  if (status.ok()) return "ok";
  const SqlPosition position = position_of(status);
  return std::to_string(position.line) + ":" + std::to_string(position.column) + " " +
         status.message();
}

}  // namespace

SessionFixture::SessionFixture() {
  register_all_functions(functions);
  register_all_connectors(connectors);
  register_all_formats(formats);
  connectors.add_catalog_type(shelf_catalog_type(shelf));
}

Result<BoundStatement> SessionFixture::run(std::string_view statement) {
  HW_ASSIGN_OR_RETURN(const ast::StatementPtr parsed, parse_statement(statement));
  BinderContext context{.catalog = &catalog,
                        .config = &config,
                        .functions = &functions,
                        .connectors = &connectors,
                        .formats = &formats};
  context.registered_tables = !check_connectors;
  HW_ASSIGN_OR_RETURN(BoundStatement bound, Binder(context).bind(*parsed));
  if (auto* change = std::get_if<BoundChange>(&bound.what)) {
    auto* create = std::get_if<CreateObject>(&change->change);
    if (create != nullptr && create->object.table != nullptr && !check_connectors) {
      create->object.table = with_test_ends(*create->object.table);
    }
  }
  HW_TRY(apply_change(bound, catalog, config).status());
  return bound;
}

void SessionFixture::must(std::string_view script) {
  StatementReader reader(script);
  while (true) {
    const Result<std::optional<ParsedStatement>> next = reader.next();
    ASSERT_TRUE(next.ok()) << next.status().ToString();
    if (!next->has_value()) return;
    const ParsedStatement& parsed = **next;
    const Status status = run(script.substr(parsed.begin, parsed.end - parsed.begin)).status();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
}

PlanContext SessionFixture::plan_context() const {
  return {.config = &config,
          .functions = &functions,
          .connectors = &connectors,
          .formats = &formats,
          .default_parallelism = 2};
}

Result<std::vector<PlanRoot>> SessionFixture::roots(std::string_view statement) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, run(statement));
  std::vector<PlanRoot> roots;
  if (const auto* query = std::get_if<BoundQuery>(&bound.what)) {
    roots.push_back({query->plan, std::make_shared<TestSink>(RowKindSet::all())});
  } else if (const auto* insert = std::get_if<BoundInsert>(&bound.what)) {
    for (const LogicalNodePtr& sink : insert->plans) roots.push_back({sink, nullptr});
  }
  return roots;
}

std::string SessionFixture::plan(std::string_view statement) {
  const auto planned = roots(statement);
  if (!planned.ok()) return "error at " + text_of(planned.status());
  std::string text;
  for (const PlanRoot& root : *planned) text += to_text(root.node);
  return text;
}

std::string SessionFixture::optimized(std::string_view statement) {
  const auto planned = roots(statement);
  if (!planned.ok()) return "error at " + text_of(planned.status());
  std::string text;
  RuleContext context{config.expr_session()};
  context.tables = [this](const ScanNode& scan) -> std::optional<TableEstimate> {
    const auto found = rows.find(scan.spec().path.object);
    if (found == rows.end()) return std::nullopt;
    return TableEstimate{.rows = found->second};
  };
  for (const PlanRoot& root : *planned) {
    const auto plan = optimize(root.node, context, config.disabled_rules(), nullptr, nullptr);
    text += plan.ok() ? to_text(*plan) : "error at " + text_of(plan.status());
  }
  return text;
}

std::string SessionFixture::physical(std::string_view statement) {
  const auto planned = roots(statement);
  if (!planned.ok()) return "error at " + text_of(planned.status());
  const Result<std::string> text = explain_plan(*planned, plan_context(), {.changelog = true});
  if (!text.ok()) return "error at " + text_of(text.status());
  constexpr std::string_view kTitle = "== Optimized Physical Plan ==\n";
  const size_t begin = text->find(kTitle) + kTitle.size();
  return text->substr(begin, text->find("\n==", begin) - begin);
}

std::string SessionFixture::graph(std::string_view statement) {
  const auto planned = roots(statement);
  if (!planned.ok()) return "error at " + text_of(planned.status());
  const Result<JobPlan> plan = plan_job(*planned, plan_context());
  return plan.ok() ? plan->graph.to_text() : "error at " + text_of(plan.status());
}

std::string SessionFixture::error(std::string_view statement) {
  const auto planned = roots(statement);
  if (!planned.ok()) return text_of(planned.status());
  if (planned->empty()) return "ok";
  return text_of(plan_job(*planned, plan_context()).status());
}

std::string SessionFixture::listing(std::string_view statement) {
  const auto bound = run(statement);
  if (!bound.ok()) return "error at " + text_of(bound.status());
  const auto* listing = std::get_if<BoundListing>(&bound->what);
  if (listing == nullptr) return "no listing";
  std::string text;
  for (const auto& row : listing->rows) {
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : " | ") + row[i].value_or("-");
    text += "\n";
  }
  return text;
}

std::string SessionFixture::columns(std::string_view query) {
  const auto bound = run(query);
  if (!bound.ok()) return "error at " + text_of(bound.status());
  const auto* plan = std::get_if<BoundQuery>(&bound->what);
  return plan == nullptr ? "no query" : plan->plan->schema()->to_sql();
}

}  // namespace hw
