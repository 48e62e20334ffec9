// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include <charconv>

namespace flyball {

namespace {

constexpr std::size_t kMostOrders = 64;
constexpr std::string_view kActions[] = {"push", "verify", "restore", "release"};

} // namespace

HttpResponse PolicyChannel::orderTargets(const JsonValue &body)
{
    JsonMembers members(body);
    TargetOrder order{members.text("action"), members.textOr("id"), members.textOr("author")};
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    if (std::find(std::begin(kActions), std::end(kActions), order.action) == std::end(kActions))
        return errorAnswer(400, "malformed", "/action is push, verify, restore or release");
    if (order.id.empty() && (order.action == "restore" || order.action == "release"))
        return errorAnswer(400, "malformed", "/id: " + order.action + " needs one target");
    if (!m_store.revisions().head())
        return errorAnswer(409, "no_policy", "no policy was pushed yet");
    const std::int64_t number = ++m_lastOrder;
    if (!m_targets || !m_targets(number, std::move(order)))
        return errorAnswer(409, "no_targets", "this server looks after no targets");
    m_orders[number] = std::nullopt;
    while (m_orders.size() > kMostOrders)
        m_orders.erase(m_orders.begin());
    JsonValue json{JsonValue::Object()};
    json.set("order", number);
    return jsonAnswer(std::move(json));
}

void PolicyChannel::ordered(std::int64_t number, Result<std::vector<TargetReceipt>> result)
{
    if (const auto found = m_orders.find(number); found != m_orders.end())
        found->second = std::move(result);
}

HttpResponse PolicyChannel::targetOrder(const HttpRequest &request)
{
    const std::string text = request.path.substr(std::string("/v1/targets/").size());
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto found = m_orders.find(number);
    if (error != std::errc() || end != text.data() + text.size() || found == m_orders.end())
        return errorAnswer(404, "not_found", "there is no such order");
    JsonValue json{JsonValue::Object()};
    json.set("order", number);
    json.set("running", !found->second.has_value());
    if (!found->second)
        return jsonAnswer(std::move(json));
    const Result<std::vector<TargetReceipt>> &result = *found->second;
    if (!result)
        return errorAnswer(result.error().code == ErrorCode::NotFound ? 404 : 422, "targets", result.error().message);
    JsonValue::Array targets;
    for (const TargetReceipt &receipt : *result) {
        targets.push_back(targetJson(receipt));
        targets.back().set("revision", receipt.revision);
    }
    json.set("targets", std::move(targets));
    return jsonAnswer(std::move(json));
}

} // namespace flyball
