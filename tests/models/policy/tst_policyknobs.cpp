// SPDX-License-Identifier: GPL-3.0-or-later
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>
#include <set>

#include "core/models/policy/knobs.h"
#include "core/policy/document/fields.h"
#include "tests/models/policy/editor_bench.h"

using namespace flyball;

namespace {

/// Every place of a policy body, from the one list that reads and writes documents.
class Places {
public:
    std::set<std::string> found;

    void atLeastOneMember() {}
    template <typename T, typename... Rest>
    void add(const char *key, T &, Rest...)
    {
        found.insert(m_at + '/' + key);
    }
#define LEAF(name)                                                                                                     \
    template <typename T, typename... Rest>                                                                            \
    void name(const char *key, T &value, Rest... rest)                                                                 \
    {                                                                                                                  \
        add(key, value, rest...);                                                                                      \
    }
    LEAF(flag)
    LEAF(integer)
    LEAF(requiredInteger)
    LEAF(usd)
    LEAF(probability)
    LEAF(positive)
    LEAF(text)
    LEAF(requiredText)
    LEAF(texts)
    LEAF(requiredTexts)
    LEAF(counts)
    LEAF(choice)
    LEAF(requiredChoice)
    LEAF(choices)
    LEAF(parts)
#undef LEAF
    template <typename T>
    void part(const char *key, std::optional<T> &)
    {
        const std::string before = m_at;
        m_at += std::string("/") + key;
        T value{};
        fields(*this, value);
        m_at = before;
    }

private:
    std::string m_at;
};

} // namespace

// Every knob of the schema has its place in the form, and works there.
class TestPolicyKnobs : public QObject, EditorBench {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void everyKnobOfTheSchemaIsInTheForm()
    {
        Places places;
        PolicyBody body;
        fields(places, body);
        std::set<std::string> knobs;
        for (const Knob &knob : policyKnobs())
            knobs.insert(knob.pointer);
        QVERIFY(places.found.size() > 60);
        for (const std::string &place : places.found) {
            if (place == "/routing/rules") // has an editor of its own
                continue;
            if (place == "/budget/periods") {
                for (const char *window : {"hour", "day", "week", "month"})
                    for (const char *leaf : {"/soft_usd", "/hard_usd"})
                        QVERIFY2(knobs.contains(place + '/' + window + leaf), window);
                continue;
            }
            QVERIFY2(knobs.contains(place), place.c_str());
        }
        // Each has a place on the page: a section of plain fields, or one of those drawn by hand.
        std::set<QString> sections{"run", "limits", "periods", "fleet", "actions", "routing"};
        for (const QVariant &section : form().techniques())
            sections.insert(section.toMap().value("key").toString());
        for (const Knob &knob : policyKnobs())
            QVERIFY2(sections.contains(QString::fromLatin1(knob.section)), knob.section);
    }

    void everyKnobCanBeSetAndTakenAway()
    {
        start();
        const QString before = policy().documentText();
        for (const Knob &knob : policyKnobs()) {
            const QString pointer = QString::fromLatin1(knob.pointer);
            const QVariantMap field = form().field(pointer);
            QString value;
            using K = Knob::Kind;
            switch (knob.kind) {
            case K::Flag:
                value = "false";
                break;
            case K::Integer:
                value = "7";
                break;
            case K::Usd:
                value = "3.50";
                break;
            case K::Decimal:
                value = "0.5";
                break;
            case K::Counts:
                value = "extract = 400, plan = 900";
                break;
            case K::Choice:
                value = QString::fromStdString(std::string(knob.choices.back()));
                break;
            case K::Choices:
                value = "halve_output";
                break;
            case K::Tier:
                value = QString::fromStdString(draft().document().tiers.back().id);
                break;
            default:
                value = pointer.endsWith(u"order") ? "cheap, frontier" : "x1";
            }
            if (pointer == u"/prompt/name" || pointer == u"/prompt/sha256")
                QVERIFY(form().set("/prompt/version", "v1")); // which the schema asks for
            QVERIFY2(form().set(pointer, value), qPrintable(pointer + field.value("error").toString()));
            QCOMPARE(form().field(pointer).value("text").toString(), value);
            QVERIFY2(form().field(pointer).value("here").toBool(), knob.pointer);
            form().reset(pointer);
            if (pointer.startsWith(u"/prompt/"))
                form().reset("/prompt/version");
            if (pointer.endsWith(u"self_checks"))
                form().reset("/routing/planner_executor/planner_tier");
            QVERIFY2(!form().field(pointer).value("here").toBool(), knob.pointer);
        }
        QCOMPARE(policy().documentText(), before); // nothing is left behind
    }
};

QTEST_MAIN(TestPolicyKnobs)
#include "tst_policyknobs.moc"
