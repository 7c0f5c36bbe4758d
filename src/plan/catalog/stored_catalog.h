// SPDX-License-Identifier: Apache-2.0
//
// A catalog in a directory: databases, tables, views and functions as statements that would make
// them again, a file each. Nothing is remembered but what was read last: what other processes make,
// alter or drop is seen by the next statement. A file appears whole or not at all and is on disk
// when the call returns; who alters a definition that was changed meanwhile is told so.
//
//   <directory>/<database>.sql             CREATE DATABASE
//   <directory>/<database>/<object>.sql    CREATE TABLE, CREATE VIEW
//   <directory>/<database>/functions/<name in lower case>.sql   CREATE FUNCTION
//
// Letters, digits, '_' and '-' of names stay, other bytes become %XX.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/status.h"
#include "plan/catalog/catalog.h"

namespace hw {

/// What knows SQL: from definitions to texts and back.
struct DefinitionLanguage {
  std::function<Result<std::string>(const ObjectPath&, const CatalogObject&)> write;
  std::function<Result<CatalogObject>(const ObjectPath&, const std::string& text)> read;
  /// Whether the text is that of a view.
  std::function<bool(const std::string& text)> is_view;
  std::function<std::string(const std::string& database, const DatabaseDefinition&)> write_database;
  std::function<Result<DatabaseDefinition>(const std::string& text)> read_database;
  std::function<std::string(const ObjectPath&, const FunctionDefinition&)> write_function;
  std::function<Result<FunctionPtr>(const ObjectPath&, const std::string& text)> read_function;
};

class StoredCatalog final : public ExternalCatalog {
 public:
  /// `directory` may be missing: it is made with the first thing in it. Fails (Invalid) when it is
  /// not a local one. `default_database` is always there. `env` outlives it.
  static Result<std::shared_ptr<StoredCatalog>> open(Env& env, const std::string& directory,
                                                     std::string default_database,
                                                     DefinitionLanguage language);

  std::string default_database() const override { return default_database_; }
  Result<std::vector<std::string>> databases() override;
  /// Requires: it is there.
  Result<DatabaseDefinition> database(const std::string& name) const;
  /// Fails with AlreadyExists when it is there.
  Status create_database(const std::string& name, const DatabaseDefinition& definition);
  Status alter_database(const std::string& name, const DatabaseDefinition& definition);
  /// With all definitions in it.
  Status drop_database(const std::string& name);
  /// From now on it is as if that were there, or nothing.
  void imagine_database(const std::string& name, std::optional<DatabaseDefinition> definition);

  /// Names, and whether they are views.
  Result<std::map<std::string, bool>> objects(const std::string& database) const;
  /// No value when there is none. Fails when its text cannot be read.
  Result<std::optional<CatalogObject>> object(const ObjectPath& path);
  /// Whether it is a view, although it may not be readable; no value when there is none.
  Result<std::optional<bool>> is_view(const ObjectPath& path) const;
  /// Fails with AlreadyExists when the name is taken.
  Status create(const ObjectPath& path, const CatalogObject& object);
  /// Fails (Invalid) when the definition is not that which object() returned last.
  Status replace(const ObjectPath& path, const CatalogObject& object);
  /// Fails (KeyError) when there is none. The rows of a table stay where they are.
  Status drop_table(const std::string& database, const std::string& name) override;

  /// Names without regard to case.
  Result<std::vector<std::string>> functions(const std::string& database) const;
  Result<bool> has_function(const ObjectPath& path) const;
  /// Null when there is none. Fails when its text cannot be read. The same text is the same object.
  Result<FunctionPtr> function(const ObjectPath& path);
  /// Fails with AlreadyExists when the name is taken.
  Status create_function(const ObjectPath& path, const FunctionDefinition& function);
  /// Requires: it is there, though it may not be readable.
  Status drop_function(const ObjectPath& path);
  /// From now on it is as if that were there, or nothing (null).
  void imagine_function(const ObjectPath& path, FunctionPtr function);

  /// Names of views, too.
  Result<std::vector<std::string>> tables(const std::string& database) override;
  /// What other catalogs outside are asked for; objects of this one are whole definitions.
  Result<std::optional<ExternalTable>> table(const std::string& database,
                                             const std::string& name) override;
  Result<std::map<std::string, std::string>> table_options(
      const std::string& name, std::map<std::string, std::string> given) const override;
  Status create_table(const std::string& database, const std::string& name,
                      const ExternalTable& table) override;

 private:
  struct Read {
    std::string text;
    CatalogObject object;
  };

  struct ReadFunction {
    std::string text;
    FunctionPtr function;
  };

  StoredCatalog(Env& env, Env::Location directory, std::string default_database,
                DefinitionLanguage language);
  std::string folder_of(const std::string& database) const;
  std::string file_of(const ObjectPath& path) const;
  std::string functions_of(const std::string& database) const;
  std::string function_file(const ObjectPath& path) const;
  Result<std::optional<std::string>> text_at(const std::string& path) const;
  Result<std::vector<std::string>> names_in(const std::string& folder) const;
  Result<std::unique_ptr<FileLock>> lock() const;
  /// Writes a file beside the target, on disk.
  Result<std::string> write_beside(const std::string& folder, const std::string& text);
  Status publish_new(const std::string& folder, const std::string& file, const std::string& text);
  Status publish_over(const std::string& folder, const std::string& file, const std::string& text);
  Status remove(const std::string& folder, const std::string& file) const;

  Env& env_;
  const Env::Location directory_;
  const std::string default_database_;
  const DefinitionLanguage language_;
  Random names_;  // of files that are being written
  std::map<ObjectPath, Read> read_;
  std::map<std::string, std::optional<DatabaseDefinition>> imagined_;
  // By files.
  std::map<std::string, ReadFunction> read_functions_;
  std::map<std::string, FunctionPtr> imagined_functions_;
};

/// The catalog as one that keeps whole definitions; null when it is another one, or none.
StoredCatalog* as_stored(ExternalCatalog* external);

}  // namespace hw
