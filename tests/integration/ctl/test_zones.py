# SPDX-License-Identifier: GPL-3.0-or-later
"""Days and hours of zones: half-hour offsets, days of 23 and 25 hours, and the edges of --since and --until."""
import calendar

import support

NS = 10**9


def utc(*parts):
    return calendar.timegm((*parts, *([0] * (6 - len(parts))))) * NS


class Zones(support.Case):
    def write(self, times):
        path = self.folder / "spans.jsonl"
        path.write_text("".join(support.export([support.chat(n + 1, n + 1, 0, t)]) for n, t in enumerate(times)))
        return path

    def groups(self, source, key, *more):
        report = self.report(source, "--by", key, *more)
        return {g["key"][key]: g["calls"] for g in report["groups"]}

    def test_half_hours(self):
        # 18:29:59.999999999Z is the last instant of 21 November in India, 18:30Z the first of the 22nd.
        source = self.write([utc(2026, 11, 21, 18, 29, 59) + NS - 1, utc(2026, 11, 21, 18, 30), utc(2026, 11, 21, 19, 29, 59),
                             utc(2026, 11, 21, 19, 30)])
        for zone in ("+05:30", "Asia/Kolkata"):
            self.assertEqual(self.groups(source, "day", "--tz", zone), {"2026-11-21": 1, "2026-11-22": 3})
            self.assertEqual(self.groups(source, "hour", "--tz", zone),
                             {"2026-11-21T23+05:30": 1, "2026-11-22T00+05:30": 2, "2026-11-22T01+05:30": 1})
        self.assertEqual(self.groups(source, "hour"), {"2026-11-21T18Z": 2, "2026-11-21T19Z": 2})
        self.assertEqual(self.groups(source, "minute", "--tz", "+05:30")["2026-11-22T00:00+05:30"], 1)
        self.assertEqual(self.groups(source, "month", "--tz", "+05:30"), {"2026-11": 4})

    def check_day(self, first, hours, day):
        """One call at the first and one in the last nanosecond of each hour of a Berlin day of `hours` hours."""
        times = [first + h * 3600 * NS + edge for h in range(hours) for edge in (0, 3600 * NS - 1)]
        source = self.write([first - 1, *times, first + hours * 3600 * NS])
        zone = ("--tz", "Europe/Berlin")
        self.assertEqual(self.groups(source, "day", *zone)[day], 2 * hours)
        by_hour = {k: n for k, n in self.groups(source, "hour", *zone).items() if k.startswith(day)}
        self.assertEqual(sorted(by_hour.values()), [2] * hours, by_hour)
        self.assertEqual(len(by_hour), hours, "two hours of the day share a name")
        report = self.report(source, "--by", "hour", *zone)
        self.assertEqual(sum(g["cost_nusd"] for g in report["groups"]), report["totals"]["cost_nusd"])
        one = self.report(source, "--by", "hour", *zone, "--since", day, "--until", f"{day[:-2]}{int(day[-2:]) + 1:02d}")
        self.assertEqual(one["totals"]["calls"], 2 * hours)
        self.assertEqual(len(one["groups"]), hours)

    def test_day_of_23_hours(self):
        self.check_day(utc(2026, 3, 28, 23), 23, "2026-03-29")

    def test_day_of_25_hours(self):
        self.check_day(utc(2026, 10, 24, 22), 25, "2026-10-25")

    def test_bounds(self):
        start, end = utc(2026, 11, 21, 10), utc(2026, 11, 21, 11)
        source = self.write([start - 1, start, end - 1, end])
        since, until = "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"

        def calls(*words):
            return self.report(source, *words)["totals"]["calls"]
        self.assertEqual(calls("--since", since), 3)
        self.assertEqual(calls("--until", until), 3)
        self.assertEqual(calls("--since", since, "--until", until), 2)
        self.assertEqual(calls("--since", until), 1)
        self.assertEqual(calls("--until", since), 1)
        self.assertEqual(calls("--since", since, "--until", since), 0)
        self.assertEqual(calls("--since", "2026-11-21T15:30", "--until", "2026-11-21T16:30", "--tz", "+05:30"), 2)
        window = self.report(source, "--since", since, "--until", until)["window"]
        self.assertEqual(window, {"since": since, "until": until, "tz": "UTC"})
        self.ingest(source)
        for words, count in ((("--since", since), 3), (("--until", until), 3),
                             (("--since", since, "--until", until), 2)):
            self.assertEqual(self.report("ledger:", *words)["totals"]["calls"], count)

    def test_a_date_is_midnight_of_the_zone(self):
        midnight = utc(2026, 11, 20, 18, 30)  # of the 21st in India
        source = self.write([midnight - 1, midnight])
        for zone, count in (("+05:30", 1), ("UTC", 0)):
            self.assertEqual(self.report(source, "--since", "2026-11-21", "--tz", zone)["totals"]["calls"], count)
            self.assertEqual(self.report(source, "--until", "2026-11-21", "--tz", zone)["totals"]["calls"], 2 - count)


if __name__ == "__main__":
    support.main()
