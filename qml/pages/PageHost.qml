// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Models

// One screen per page, made when first shown and kept, so that going back finds it as it was.
FocusScope {
    id: root

    required property Session session
    property bool compact: false
    readonly property string page: session.navigation.page
    property PageBase screen: null
    readonly property var components: ({
        "overview": overview, "workflow": workflow, "runs": runs, "run": run, "explore": explore, "policy": policy,
        "sources": sources, "prices": prices, "settings": settings, "first-run": firstRun
    })
    readonly property var made: ({})

    // createObject() and no Loader: Qt 6.4 refuses bound components elsewhere than where they were written.
    function showPage(): void {
        if (made[page] === undefined)
            made[page] = components[page].createObject(area);
        const next = made[page] as PageBase;
        if (next === screen)
            return;
        const hadFocus = root.activeFocus || screen === null;
        if (screen)
            screen.visible = false;
        next.visible = true;
        next.focus = true;
        screen = next;
        if (hadFocus)
            next.forceActiveFocus();
    }

    onPageChanged: showPage()
    Component.onCompleted: showPage()

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    Item {
        id: area

        anchors.fill: parent
    }
    Component {
        id: overview

        OverviewScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: workflow

        WorkflowScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: runs

        RunsScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: run

        RunScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: explore

        ExploreScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: policy

        PolicyPage {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: sources

        SourcesScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: prices

        PricesScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: settings

        SettingsScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
    Component {
        id: firstRun

        FirstRunScreen {
            anchors.fill: parent
            session: root.session
            compact: root.compact
        }
    }
}
