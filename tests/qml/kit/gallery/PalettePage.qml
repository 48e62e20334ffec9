// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Controls

Item {
    CommandPalette {
        visible: true
        model: ListModel {
            ListElement { title: "Edit caps of research_agent"; subtitle: "Policy"; kind: "policy" }
            ListElement { title: "Capped runs of research_agent"; subtitle: "9 today"; kind: "runs" }
            ListElement { title: "Soft cap reached, research_agent"; subtitle: "13:58"; kind: "incident" }
            ListElement { title: "Roll back research_agent to r41"; subtitle: "asks first"; kind: "undo" }
        }
    }
}
