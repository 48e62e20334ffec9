// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QUrlQuery>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/gateways/registry.h"
#include "tests/unit/formats/format_world.h"

namespace flyball::test {

inline constexpr TimeNs kNow = 1'795'363'200 * kSecond; ///< 2026-11-22T16:00:00Z

struct Asked {
    std::string path;
    QUrlQuery query;
    std::string head; ///< as sent
    [[nodiscard]] std::string text(const char *name) const
    {
        return query.queryItemValue(QString::fromLatin1(name), QUrl::FullyDecoded).toStdString();
    }
    [[nodiscard]] int number(const char *name) const { return std::atoi(text(name).c_str()); }
};

struct Answered {
    int status = 200;
    std::string body;
    std::string type = "application/json";
    std::string head = {}; ///< more fields, each with "\r\n" behind
};

/// Answers as it is told, in the thread that asks: what polls waits in an event loop.
class ScriptedServer {
public:
    using Script = std::function<Answered(const Asked &)>;
    /// `server`: one that is not started; a plain one unless it is given.
    explicit ScriptedServer(Script script, std::unique_ptr<QTcpServer> server = nullptr);
    [[nodiscard]] std::string url(const char *scheme = "http") const;

    Script script;
    std::vector<Asked> asked;

private:
    void serve(QTcpSocket &socket);
    std::unique_ptr<QTcpServer> m_server;
};

/// The spend log of a proxy, as /spend/logs/ui tells it.
class SpendLogTable {
public:
    /// Rows by id; `row` is an object with startTime.
    void add(const nlohmann::json &row) { m_rows.push_back(row); }
    /// The whole of Script: windows by startTime, newest first, pages of page_size.
    [[nodiscard]] Answered answer(const Asked &asked) const;
    [[nodiscard]] std::vector<nlohmann::json> &rows() { return m_rows; }

private:
    std::vector<nlohmann::json> m_rows;
};

/// A row as the proxy writes it: `seconds` before kNow it began, and it took `took`.
[[nodiscard]] nlohmann::json spendRow(const std::string &id, double secondsAgo, double took = 1,
                                      const std::string &workflow = "triage");
[[nodiscard]] nlohmann::json fixture(const std::string &name);
[[nodiscard]] std::string dbTime(TimeNs time); ///< "2026-11-21T20:00:00.000Z"

/// A polled source of the registry, and what came of it.
class SourceBench {
public:
    explicit SourceBench(const std::string &kind, const std::string &target,
                         const std::map<std::string, std::string> &options = {});
    /// Asks once; keeps state and facts as the pipeline does.
    Delivery poll(TimeNs now = kNow);
    /// A new process with what was stored.
    void restart();
    /// Until it has read to the end; fails the process after 2,000 polls.
    int pollToEnd(TimeNs now = kNow);

    World world;
    std::string state;
    std::int64_t facts = 0; ///< calls told, repeats included

private:
    SourceConfig m_config;
    std::unique_ptr<PolledSource> m_source;
};

} // namespace flyball::test
