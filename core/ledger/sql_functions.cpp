// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

#include "core/ledger/sqlite_ledger.h"

namespace flyball {

/// Two rows of totals, added inside the upsert: one search of the roll-up's tree per cell.
void SqliteLedger::installFunctions()
{
    const auto add = [](sqlite3_context *context, int, sqlite3_value **values) {
        auto *self = static_cast<SqliteLedger *>(sqlite3_user_data(context));
        const auto bytes = [](sqlite3_value *value) {
            const auto *data = static_cast<const char *>(sqlite3_value_blob(value));
            return std::string_view(data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_value_bytes(value)));
        };
        Totals sum;
        Totals delta;
        if (!self->m_codec.decode(bytes(values[0]), sum)) {
            sqlite3_result_error_code(context, SQLITE_CORRUPT);
            return;
        }
        const bool usable = self->m_codec.decode(bytes(values[1]), delta);
        sum += delta;
        if (!usable || !isPlausible(sum)) {
            sqlite3_result_error_toobig(context); // never written: it would be taken for damage
            return;
        }
        self->m_sawZeroTotals = sum.isZero();
        const std::string_view record = self->m_codec.encode(sum);
        sqlite3_result_blob(context, record.data(), static_cast<int>(record.size()), SQLITE_TRANSIENT);
    };
    const auto hash = [](sqlite3_context *context, int, sqlite3_value **values) {
        const auto *data = static_cast<const char *>(sqlite3_value_blob(values[0]));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
        const std::optional<Key128> key = keyFromBytes(std::string_view(data == nullptr ? "" : data, size));
        key ? sqlite3_result_int64(context, groupHash(*key)) : sqlite3_result_null(context);
    };
    constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    sqlite3_create_function_v2(m_db.handle(), "totals_add", 2, kFlags, this, add, nullptr, nullptr, nullptr);
    sqlite3_create_function_v2(m_db.handle(), "group_hash", 1, kFlags, this, hash, nullptr, nullptr, nullptr);
}

} // namespace flyball
