// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

std::string addCell(const std::string &table)
{
    return "INSERT INTO " + table
           + "(bucket, series, totals) VALUES(?1, ?2, ?3) ON CONFLICT(bucket, series)"
             " DO UPDATE SET totals = totals_add(totals, excluded.totals)";
}

std::string dropCell(const std::string &table) { return "DELETE FROM " + table + " WHERE bucket = ?1 AND series = ?2"; }

constexpr const char *kPutCall =
    "INSERT INTO calls(id, grp, sub, counted, time, run, workflow, model, provider, agent, step, source, tier, segment,"
    " session, producer, failed, priced, cost, data)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)"
    " ON CONFLICT(id) DO UPDATE SET counted = excluded.counted, time = excluded.time, run = excluded.run,"
    " workflow = excluded.workflow, model = excluded.model, provider = excluded.provider, agent = excluded.agent,"
    " step = excluded.step, source = excluded.source, tier = excluded.tier, segment = excluded.segment,"
    " session = excluded.session, producer = excluded.producer, failed = excluded.failed,"
    " priced = excluded.priced, cost = excluded.cost,"
    " data = excluded.data";

} // namespace

LedgerStatements::LedgerStatements(Database &db)
    : putCall(db, kPutCall),
      putSpan(db, "INSERT INTO spans(trace, span, time, data) VALUES(?1, ?2, ?3, ?4)"
                  " ON CONFLICT(trace, span) DO UPDATE SET time = excluded.time, data = excluded.data"),
      putSignal(db, "INSERT INTO signals(grp, span, id, time, data) VALUES(?1, ?2, ?3, ?4, ?5)"
                    " ON CONFLICT(grp, span, id) DO UPDATE SET time = excluded.time, data = excluded.data"),
      putRun(db, "UPDATE runs SET source = ?2, data = ?3 WHERE id = ?1"),
      putSeries(db, "INSERT OR REPLACE INTO series(id, source, workflow, provider, model, tier, agent, step, segment,"
                    " task_type, prompt_version, feature, policy_revision)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"),
      addMinute(db, addCell("roll_minute")),
      addQuarter(db, addCell("roll_quarter")),
      dropMinute(db, dropCell("roll_minute")),
      dropQuarter(db, dropCell("roll_quarter")),
      orTrait(db, "INSERT INTO traits(subject, source, flags) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT(subject, source) DO UPDATE SET flags = flags | excluded.flags"),
      putFile(db, "INSERT INTO files(source, key, state) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT(source, key) DO UPDATE SET state = excluded.state"),
      countReject(db, "INSERT INTO reject_counts(source, reason, count, last) VALUES(?1, ?2, ?3, ?4)"
                      " ON CONFLICT(source, reason) DO UPDATE SET count = count + excluded.count,"
                      " last = max(last, excluded.last)"),
      putReject(db, "INSERT INTO rejects(source, reason, path, offset, length, count, last)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, 1, ?6) ON CONFLICT(source, reason, path, offset)"
                    " DO UPDATE SET length = excluded.length, count = count + 1, last = excluded.last"),
      trimRejects(db, "DELETE FROM rejects WHERE source = ?1 AND reason = ?2 AND id < (SELECT id FROM rejects"
                      " WHERE source = ?1 AND reason = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)"),
      addCounters(db, "INSERT INTO counters(source, lines, ignored, duplicates) VALUES(?1, ?2, ?3, ?4)"
                      " ON CONFLICT(source) DO UPDATE SET lines = lines + excluded.lines,"
                      " ignored = ignored + excluded.ignored, duplicates = duplicates + excluded.duplicates"),
      putMeta(db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)"),
      getMeta(db, "SELECT value FROM meta WHERE key = ?1"),

      hasSpan(db, "SELECT 1 FROM spans WHERE trace = ?1 LIMIT 1"),
      hasSignal(db, "SELECT 1 FROM signals WHERE grp = ?1 LIMIT 1"),
      callOfRow(db, std::string(kSelectCalls) + " WHERE id = ?1 AND grp = ?2"),
      spansOfTrace(db, "SELECT span, data FROM spans WHERE trace = ?1 ORDER BY span"),
      signalsOfGroup(db, "SELECT span, id, data FROM signals WHERE grp = ?1 ORDER BY span, id")
{}

} // namespace flyball
