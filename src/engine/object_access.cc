// SPDX-License-Identifier: Apache-2.0

#include "engine/object_access.h"

#include "base/env/env.h"
#include "base/env/object_store.h"
#include "base/env/s3_options.h"
#include "plan/config/session_config.h"

namespace hw {

void use_object_access(const SessionConfig& config, Env& env) {
  S3Options options = {.endpoint = config.text("s3.endpoint"),
                       .region = config.text("s3.region"),
                       .credentials = {.access_key = config.text("s3.access-key"),
                                       .secret_key = config.text("s3.secret-key"),
                                       .session_token = config.text("s3.session-token")}};
  if (!config.text("s3.path.style.access").empty()) {
    options.path_style = config.boolean("s3.path.style.access");
  }
  env.set_object_store([options, &env] { return make_s3_store(options, env); });
}

}  // namespace hw
