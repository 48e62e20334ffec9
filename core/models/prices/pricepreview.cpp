// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/kpitexts.h"
#include "core/models/prices/priceeditor.h"

namespace flyball {

namespace {

/// Every call of one model priced twice; runs on the query thread.
struct Recount {
    Totals before, after;
    bool cut = false;
};

Recount recount(Ledger &ledger, const CallFilter &filter, const PriceCatalog &catalog, const SymbolTable &symbols,
                const std::string &provider, const std::string &model)
{
    constexpr std::int64_t kMost = 200'000;
    const PriceMatch match = catalog.match(provider, model);
    Recount out;
    const auto read = ledger.readCalls(filter, CallOrder::TimeDescending, kMost + 1, [&](const Call &call) {
        out.cut = out.before.calls >= kMost;
        if (out.cut)
            return false;
        out.before.add(call);
        Call again = call;
        const std::string_view tier = call.serviceTier == 0 ? std::string_view() : symbols.text(call.serviceTier);
        if (call.hasUsage() && call.costOrigin != CostOrigin::NoCharge && call.costOrigin != CostOrigin::NoUsage) {
            const Cost cost = price(match, call.usage, {call.time, tier, (call.flags & CallFast) != 0, {}});
            if (cost.priced) {
                again.costOrigin = CostOrigin::Computed;
                again.cost = cost.total;
            } else if (call.costOrigin == CostOrigin::Computed) {
                again.costOrigin = CostOrigin::Unpriced;
            }
        }
        out.after.add(again);
        return true;
    });
    out.cut = out.cut || !read.ok();
    return out;
}

} // namespace

void PriceEditor::startPreview(const OverrideStore &store)
{
    const auto current = m_services.engine.prices();
    if (!current || !m_view.snapshot || m_view.loading)
        return;
    auto catalog = std::make_shared<PriceCatalog>(*current);
    if (const auto ok = catalog->setOverrides(store); !ok) {
        m_errors.insert(QStringLiteral("sameAs"), QString::fromStdString(ok.error().message));
        return;
    }
    CallFilter filter = m_view.callFilter();
    filter.model = m_view.snapshot->symbols->find(m_model);
    if (*filter.model == 0) {
        m_preview = tr("No call in this range used it.");
        return;
    }
    filter.provider = m_view.snapshot->symbols->find(m_provider);
    const int request = m_request;
    m_services.engine.query([this, request, filter, catalog, snapshot = m_view.snapshot, provider = m_provider,
                             model = m_model, totals = m_view.totals, text = m_view.rangeText,
                             box = m_services.mailbox](Ledger &ledger) {
        const Recount r = recount(ledger, filter, *catalog, *snapshot->symbols, provider, model);
        box->post([this, request, r, totals, text] {
            if (request != m_request)
                return;
            Totals after = totals;
            after -= r.before;
            after += r.after;
            const Formatter &f = m_services.format;
            const double share = after.pricedShare().value_or(1);
            m_preview = r.before.calls == 0 ? tr("No call in this range used it.")
                        : r.cut
                            ? tr("Too many calls to tell before saving.")
                            : tr("Spend of the %1 becomes %2, %3 priced.")
                                  .arg(text, f.spend(after), kpi::pricedText(f, after.callsUnpriced > 0 ? share : 1));
            Q_EMIT previewChanged();
        });
    });
}

} // namespace flyball
