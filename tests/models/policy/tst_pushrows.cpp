// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/models/policy/pushrows.h"

using namespace flyball;

/// What the push panel says of a target.
class TestPushRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whereTheKeyIs()
    {
        const Formatter format;
        const PushRows rows(format, kHour);
        TableModel table(PushRows::kTargetRoles, {}, {}, false);
        ChannelSnapshot channel;
        channel.revision = 1;
        TargetReceipt receipt{"router", "bifrost", 1, "applied", 0, "", {}, ""};
        receipt.knobs = {{"/tier", KnobReceipt::Outcome::Applied, ""}, {"/x", KnobReceipt::Outcome::Unsupported, ""}};
        for (const char *key : {"", "in the keychain", "in a file only you can read", "from $ROUTER_KEY"}) {
            receipt.id = std::string("router") + std::to_string(channel.receipts.size());
            receipt.key = key;
            channel.receipts.push_back(receipt);
        }
        table.setRows(rows.targets(table, channel, {}));
        const auto text = [&](int row, const char *role) {
            return table.data(table.index(row, 0), table.roleNames().key(role)).toString();
        };
        QCOMPARE(text(1, "sub"), QStringLiteral("1 of 2 knobs"));
        QCOMPARE(text(1, "tip"), QStringLiteral("bifrost"));
        QCOMPARE(text(2, "sub"), QStringLiteral("1 of 2 knobs, key in the keychain"));
        QCOMPARE(text(2, "tip"), QStringLiteral("bifrost\nKey: in the keychain"));
        QVERIFY(text(3, "tip").endsWith(QStringLiteral("Key: in a file only you can read")));
        QVERIFY(text(4, "tip").endsWith(QStringLiteral("Key: from $ROUTER_KEY")));
    }
};

QTEST_GUILESS_MAIN(TestPushRows)
#include "tst_pushrows.moc"
