// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_session.h"

#include <algorithm>
#include <utility>

#include "sql/plan_size.h"

namespace hw {

BindSession::BindSession(const BinderContext& binder_context)
    : context(binder_context),
      expr(binder_context.config->expr_session()),
      catalog(binder_context.catalog->current_catalog()),
      database(binder_context.catalog->current_database()) {}

void BindSession::warn(std::string text) {
  if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) {
    warnings.push_back(std::move(text));
  }
}

QueryDepth::QueryDepth(BindSession& session, SqlPosition position) : session_(session) {
  if (++session_.depth > kMaxQueryDepth) {
    status_ = at(position, Status::Invalid("queries may be nested ", kMaxQueryDepth,
                                           " deep, views expanded; this one is deeper"));
  }
  // Each query is a node at least.
  if (++session_.num_queries > kMaxPlanNodes) status_ = plan_too_large(std::nullopt, position);
}

QueryDepth::~QueryDepth() { --session_.depth; }

}  // namespace hw
