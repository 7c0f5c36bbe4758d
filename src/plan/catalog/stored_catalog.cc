// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/stored_catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/durable_directory.h"
#include "base/env/text_file.h"
#include "base/letters.h"

namespace hw {
namespace {

constexpr std::string_view kSuffix = ".sql";
constexpr std::string_view kUnfinished = "tmp-";

// Somebody else alters a definition, which takes one file: this long is given to it.
constexpr int kLockTries = 500;
constexpr int64_t kLockWaitNs = 10'000'000;

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string encoded(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    if (stays(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

/// No value for what encoded() does not write: files that are not ours.
std::optional<std::string> decoded(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (stays(text[i])) {
      name += text[i];
      continue;
    }
    if (text[i] != '%' || i + 2 >= text.size()) return {};
    const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return {};
    name += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return name;
}

Status changed_meanwhile(const ObjectPath& path) {
  return Status::Invalid("'", path.to_text(),
                         "' was changed by somebody else since it was looked at; look at it and "
                         "write the statement again");
}

}  // namespace

StoredCatalog::StoredCatalog(Env& env, Env::Location directory, std::string default_database,
                             DefinitionLanguage language)
    : env_(env),
      directory_(std::move(directory)),
      default_database_(std::move(default_database)),
      language_(std::move(language)),
      names_(env.random("catalog")) {}

Result<std::shared_ptr<StoredCatalog>> StoredCatalog::open(Env& env, const std::string& directory,
                                                           std::string default_database,
                                                           DefinitionLanguage language) {
  std::string path = directory;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.starts_with("s3://")) {
    return not_supported_yet("catalogs of type 'filesystem' on s3://; name a local directory");
  }
  HW_ASSIGN_OR_RETURN(Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, location.files->GetFileInfo(location.path));
  if (found.type() == arrow::fs::FileType::File) {
    return Status::Invalid("a catalog lies in a directory, but '", path, "' is a file");
  }
  return std::shared_ptr<StoredCatalog>(new StoredCatalog(
      env, std::move(location), std::move(default_database), std::move(language)));
}

// ---- files --------------------------------------------------------------------------------------

std::string StoredCatalog::folder_of(const std::string& database) const {
  return directory_.path + "/" + encoded(database);
}

std::string StoredCatalog::file_of(const ObjectPath& path) const {
  return folder_of(path.database) + "/" + encoded(path.object) + std::string(kSuffix);
}

Result<std::optional<std::string>> StoredCatalog::text_at(const std::string& path) const {
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, directory_.files->GetFileInfo(path));
  if (found.type() != arrow::fs::FileType::File) return std::optional<std::string>();
  Result<std::string> text = read_text_file(env_, path);
  if (text.ok()) return std::optional<std::string>(std::move(*text));
  // It went between two looks.
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo again, directory_.files->GetFileInfo(path));
  if (again.type() == arrow::fs::FileType::NotFound) return std::optional<std::string>();
  return text.status();
}

Result<std::vector<std::string>> StoredCatalog::names_in(const std::string& folder) const {
  arrow::fs::FileSelector in;
  in.base_dir = folder;
  in.allow_not_found = true;
  HW_ASSIGN_OR_RETURN(const auto files, directory_.files->GetFileInfo(in));
  std::vector<std::string> names;
  for (const arrow::fs::FileInfo& file : files) {
    const std::string base = file.base_name();
    if (file.type() != arrow::fs::FileType::File || !base.ends_with(kSuffix)) continue;
    const std::string_view stem = std::string_view(base).substr(0, base.size() - kSuffix.size());
    if (std::optional<std::string> name = decoded(stem)) names.push_back(std::move(*name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::unique_ptr<FileLock>> StoredCatalog::lock() const {
  const std::string path = directory_.path + "/lock";
  for (int i = 0; i < kLockTries; ++i) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> held, env_.try_lock(path));
    if (held != nullptr) return held;
    env_.sleep_ns(kLockWaitNs);
  }
  return Status::IOError("somebody else holds '", path, "', which is held for one change only");
}

Result<std::string> StoredCatalog::write_beside(const std::string& folder,
                                                const std::string& text) {
  HW_TRY(make_durable_directory(env_, {directory_.files, folder}));
  const std::string path = folder + "/" + std::string(kUnfinished) +
                           std::to_string(env_.process_id()) + "-" + std::to_string(names_.next());
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> file, env_.open_append(path));
  Status written = file->append(text);
  if (written.ok()) written = file->sync();
  if (!written.ok()) {
    (void)directory_.files->DeleteFile(path);
    return written;
  }
  return path;
}

Status StoredCatalog::publish_new(const std::string& folder, const std::string& file,
                                  const std::string& text) {
  HW_ASSIGN_OR_RETURN(const std::string made, write_beside(folder, text));
  const Status published = env_.publish(made, file);
  if (!published.ok()) (void)directory_.files->DeleteFile(made);
  HW_TRY(published);
  return env_.sync(folder);
}

Status StoredCatalog::publish_over(const std::string& folder, const std::string& file,
                                   const std::string& text) {
  HW_ASSIGN_OR_RETURN(const std::string made, write_beside(folder, text));
  const Status moved = directory_.files->Move(made, file);
  if (!moved.ok()) (void)directory_.files->DeleteFile(made);
  HW_TRY(moved);
  return env_.sync(folder);
}

Status StoredCatalog::remove(const std::string& folder, const std::string& file) const {
  HW_TRY(directory_.files->DeleteFile(file));
  return env_.sync(folder);
}

// ---- databases ----------------------------------------------------------------------------------

Result<std::vector<std::string>> StoredCatalog::databases() {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> found, names_in(directory_.path));
  std::set<std::string> names(found.begin(), found.end());
  names.insert(default_database_);
  for (const auto& [name, definition] : imagined_) {
    if (definition) names.insert(name);
    if (!definition) names.erase(name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

void StoredCatalog::imagine_database(const std::string& name,
                                     std::optional<DatabaseDefinition> definition) {
  imagined_[name] = std::move(definition);
}

Result<DatabaseDefinition> StoredCatalog::database(const std::string& name) const {
  const auto imagined = imagined_.find(name);
  if (imagined != imagined_.end() && imagined->second) return *imagined->second;
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                      text_at(folder_of(name) + std::string(kSuffix)));
  if (!text) return DatabaseDefinition{};
  return language_.read_database(*text);
}

Status StoredCatalog::create_database(const std::string& name,
                                      const DatabaseDefinition& definition) {
  return publish_new(directory_.path, folder_of(name) + std::string(kSuffix),
                     language_.write_database(name, definition));
}

Status StoredCatalog::alter_database(const std::string& name,
                                     const DatabaseDefinition& definition) {
  return publish_over(directory_.path, folder_of(name) + std::string(kSuffix),
                      language_.write_database(name, definition));
}

Status StoredCatalog::drop_database(const std::string& name) {
  // First its name: what is left behind by a crash belongs to no database, and is found again by
  // one of that name only.
  const std::string file = folder_of(name) + std::string(kSuffix);
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> text, text_at(file));
  if (text) HW_TRY(remove(directory_.path, file));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> objects, names_in(folder_of(name)));
  for (const std::string& object : objects) {
    HW_TRY(directory_.files->DeleteFile(file_of({"", name, object})));
  }
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> functions, names_in(functions_of(name)));
  for (const std::string& function : functions) {
    HW_TRY(directory_.files->DeleteFile(function_file({"", name, function})));
  }
  if (!functions.empty()) HW_TRY(directory_.files->DeleteDir(functions_of(name)));
  // What is not ours stays, and the folder with it.
  arrow::fs::FileSelector in;
  in.base_dir = folder_of(name);
  in.allow_not_found = true;
  HW_ASSIGN_OR_RETURN(const auto left, directory_.files->GetFileInfo(in));
  if (objects.empty() && functions.empty()) return Status::OK();
  if (left.empty()) HW_TRY(directory_.files->DeleteDir(in.base_dir));
  return env_.sync(directory_.path);
}

// ---- objects ------------------------------------------------------------------------------------

Result<std::map<std::string, bool>> StoredCatalog::objects(const std::string& database) const {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(folder_of(database)));
  std::map<std::string, bool> objects;
  for (const std::string& name : names) {
    HW_ASSIGN_OR_RETURN(const std::optional<bool> view, is_view({"", database, name}));
    if (view) objects[name] = *view;
  }
  return objects;
}

Result<std::optional<bool>> StoredCatalog::is_view(const ObjectPath& path) const {
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> text, text_at(file_of(path)));
  if (!text) return std::optional<bool>();
  return std::optional<bool>(language_.is_view(*text));
}

Result<std::optional<CatalogObject>> StoredCatalog::object(const ObjectPath& path) {
  HW_ASSIGN_OR_RETURN(std::optional<std::string> text, text_at(file_of(path)));
  if (!text) {
    read_.erase(path);
    return std::optional<CatalogObject>();
  }
  const auto known = read_.find(path);
  // The same definition stays the same object: jobs share what reads one table.
  if (known != read_.end() && known->second.text == *text) return known->second.object;
  Result<CatalogObject> object = language_.read(path, *text);
  if (!object.ok()) return while_doing(object.status(), "reading '" + file_of(path) + "'");
  read_.insert_or_assign(path, Read{std::move(*text), *object});
  return std::optional<CatalogObject>(std::move(*object));
}

Status StoredCatalog::create(const ObjectPath& path, const CatalogObject& object) {
  HW_ASSIGN_OR_RETURN(const std::string text, language_.write(path, object));
  return publish_new(folder_of(path.database), file_of(path), text);
}

Status StoredCatalog::replace(const ObjectPath& path, const CatalogObject& object) {
  HW_ASSIGN_OR_RETURN(const std::string text, language_.write(path, object));
  HW_TRY(make_durable_directory(env_, {directory_.files, folder_of(path.database)}));
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> held, lock());
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> present, text_at(file_of(path)));
  const auto known = read_.find(path);
  const bool as_it_was = known == read_.end() ? !present : present == known->second.text;
  if (!as_it_was) return changed_meanwhile(path);
  return publish_over(folder_of(path.database), file_of(path), text);
}

Status StoredCatalog::drop_table(const std::string& database, const std::string& name) {
  const ObjectPath path{"", database, name};
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> present, text_at(file_of(path)));
  if (!present) return Status::KeyError("there is no table or view '", name, "'");
  std::erase_if(read_, [&](const auto& known) {
    return known.first.database == database && known.first.object == name;
  });
  return remove(folder_of(database), file_of(path));
}

// ---- functions ----------------------------------------------------------------------------------

std::string StoredCatalog::functions_of(const std::string& database) const {
  return folder_of(database) + "/functions";
}

std::string StoredCatalog::function_file(const ObjectPath& path) const {
  return functions_of(path.database) + "/" + encoded(lower_case(path.object)) +
         std::string(kSuffix);
}

Result<std::vector<std::string>> StoredCatalog::functions(const std::string& database) const {
  HW_ASSIGN_OR_RETURN(std::vector<std::string> names, names_in(functions_of(database)));
  std::erase_if(names, [&](const std::string& name) {
    return imagined_functions_.contains(function_file({"", database, name}));
  });
  for (const auto& [file, function] : imagined_functions_) {
    if (function != nullptr && file.starts_with(functions_of(database) + "/")) {
      names.push_back(function->name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> StoredCatalog::has_function(const ObjectPath& path) const {
  const std::string file = function_file(path);
  const auto imagined = imagined_functions_.find(file);
  if (imagined != imagined_functions_.end()) return imagined->second != nullptr;
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> text, text_at(file));
  return text.has_value();
}

Result<FunctionPtr> StoredCatalog::function(const ObjectPath& path) {
  const std::string file = function_file(path);
  const auto imagined = imagined_functions_.find(file);
  if (imagined != imagined_functions_.end()) return imagined->second;
  HW_ASSIGN_OR_RETURN(std::optional<std::string> text, text_at(file));
  if (!text) {
    read_functions_.erase(file);
    return FunctionPtr();
  }
  const auto known = read_functions_.find(file);
  // A function that calls itself is known by being the same object.
  if (known != read_functions_.end() && known->second.text == *text) return known->second.function;
  Result<FunctionPtr> function = language_.read_function(path, *text);
  if (!function.ok()) return while_doing(function.status(), "reading '" + file + "'");
  read_functions_.insert_or_assign(file, ReadFunction{std::move(*text), *function});
  return *function;
}

Status StoredCatalog::create_function(const ObjectPath& path, const FunctionDefinition& function) {
  return publish_new(functions_of(path.database), function_file(path),
                     language_.write_function(path, function));
}

Status StoredCatalog::drop_function(const ObjectPath& path) {
  return remove(functions_of(path.database), function_file(path));
}

void StoredCatalog::imagine_function(const ObjectPath& path, FunctionPtr function) {
  imagined_functions_[function_file(path)] = std::move(function);
}

// ---- what catalogs without definitions are asked for --------------------------------------------

Result<std::vector<std::string>> StoredCatalog::tables(const std::string& database) {
  return names_in(folder_of(database));
}

Result<std::optional<ExternalTable>> StoredCatalog::table(const std::string&, const std::string&) {
  return Status::UnknownError("a catalog of definitions is asked for object()");
}

Result<std::map<std::string, std::string>> StoredCatalog::table_options(
    const std::string&, std::map<std::string, std::string> given) const {
  return given;
}

Status StoredCatalog::create_table(const std::string&, const std::string&, const ExternalTable&) {
  return Status::UnknownError("a catalog of definitions is told to create()");
}

StoredCatalog* as_stored(ExternalCatalog* external) {
  return dynamic_cast<StoredCatalog*>(external);
}

}  // namespace hw
