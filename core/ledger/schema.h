// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ledger/database.h"

namespace flyball {

/// Kept in `PRAGMA user_version`. Version 0 was written by builds before the first release.
inline constexpr int kSchemaVersion = 2;
/// `PRAGMA application_id`, "FLYB": tells a ledger from somebody else's SQLite file.
inline constexpr std::uint32_t kApplicationId = 0x464c5942;

/// meta key: a migration has left the roll-ups to be made again from the rows.
inline constexpr const char *kMetaRollupsStale = "rollups_stale";
/// Tables and indexes of the newest version in an empty database.
[[nodiscard]] Result<> createSchema(Database &db);
/// Brings an older database to the newest version, one transaction per step; a step that fails
/// leaves the version before it. `from` is the version found.
[[nodiscard]] Result<> migrateSchema(Database &db, int from);
/// Touches every table and index at both ends: damage there is found before anything is built on it.
[[nodiscard]] Result<> probeSchema(Database &db);
/// `PRAGMA quick_check`, Corrupt with the first finding. `table` empty = the whole file.
[[nodiscard]] Result<> quickCheck(Database &db, const std::string &table = {});
[[nodiscard]] const std::vector<std::string> &schemaTables();

} // namespace flyball
