// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Controls

Item {
    ConfirmSheet {
        title: "Push r43 to 5 targets?"
        text: "4 changes in research_agent. Expected: $1,232 less per month, pass rate \u22120.7 pt (\u22122.9 to +0.8)."
        notes: [{ tone: "ok", text: "4 targets enforce every knob or say how they come near" },
            { tone: "warn", text: "Claude Code settings: no iteration cap there" }, { tone: "warn", text: "Rule 4 rests on 17 samples" }]
        confirmText: "Push r43"
        secondText: "Start as 5 % canary"
        withReason: true
        visible: true
    }
}
