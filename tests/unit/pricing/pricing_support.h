// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pricing/catalog.h"

#include <QByteArray>
#include <QFile>
#include <QTest>
#include <initializer_list>
#include <string>
#include <utility>

namespace flyball::test {

inline std::string fixture(const char *name)
{
    QFile file(QString::fromUtf8(FLYBALL_FIXTURES "/pricing/") + QString::fromUtf8(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Parsed once per process; every test works on a copy.
inline PriceCatalog builtIn()
{
    static const Result<PriceCatalog> catalog = PriceCatalog::builtIn();
    if (!catalog)
        qFatal("%s", catalog.error().message.c_str());
    return *catalog;
}

inline TimeNs at(const char *rfc3339)
{
    const auto time = parseRfc3339(rfc3339);
    if (!time)
        qFatal("bad time %s", rfc3339);
    return *time;
}

inline const TimeNs kSummer = parseRfc3339("2026-08-15T12:00:00Z").value_or(0);

inline Usage usage(std::initializer_list<std::pair<TokenClass, std::int64_t>> counts)
{
    Usage u;
    u.quality = UsageQuality::Exact;
    for (const auto &[tokenClass, count] : counts)
        u[tokenClass] = count;
    return u;
}

inline Cost priceOf(const PriceCatalog &catalog, const char *provider, const char *model, const Usage &u,
                    PriceQuery query = {kSummer, {}, false, {}})
{
    return price(catalog.match(provider, model), u, query);
}

/// Pico-USD of "0.054399".
inline PicoUsd usd(const char *decimal)
{
    const auto value = parseDecimal(decimal, 12);
    if (!value)
        qFatal("bad amount %s", decimal);
    return *value;
}

/// An operator's list with one model: rates as {"input":"3",...}.
inline PriceCatalog withRates(const char *provider, const char *model, const char *rates)
{
    PriceCatalog catalog = builtIn();
    const QByteArray json = QByteArray(R"({"models":[{"provider":")")
                                .append(provider)
                                .append(R"(","model":")")
                                .append(model)
                                .append(R"(","rates":)")
                                .append(rates)
                                .append("}]}");
    const auto added = catalog.addJson(json.toStdString(), "rates.json", LargeChange::Accept);
    if (!added)
        qFatal("%s", added.error().message.c_str());
    return catalog;
}

} // namespace flyball::test

#define COMPARE_PRICED(cost, decimal)                                                                                  \
    do {                                                                                                               \
        const flyball::Cost compared = (cost);                                                                         \
        QVERIFY2(compared.priced, std::string(flyball::unpricedReason(compared.reason)).c_str());                      \
        QCOMPARE(compared.total, flyball::test::usd(decimal));                                                         \
    } while (false)

#define COMPARE_UNPRICED(cost, why)                                                                                    \
    do {                                                                                                               \
        const flyball::Cost compared = (cost);                                                                         \
        QVERIFY(!compared.priced);                                                                                     \
        QCOMPARE(std::string(flyball::unpricedReason(compared.reason)), std::string(flyball::unpricedReason(why)));    \
        QCOMPARE(compared.total, flyball::PicoUsd{0});                                                                 \
    } while (false)
