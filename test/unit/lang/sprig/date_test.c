/* Results of sprig 3.3 with TZ= and the clock out of it. */
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

static void formats_by_example(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{date \"January Jan 1 01 Monday Mon 2 _2 02 __2 002\" (int64 1709251198)}}",
		  "February Feb 2 02 Thursday Thu 29 29 29  60 060" },
		{ "{{date \"15 3 03 4 04 5 05 2006 06 PM pm\" (int64 1709251198)}}",
		  "23 11 11 59 59 58 58 2024 24 PM pm" },
		{ "{{date \"MST Z0700 Z07:00 Z07 -0700 -07:00 -07 -070000 -07:00:00\" (int64 "
		  "1709251198)}}",
		  "UTC Z Z Z +0000 +00:00 +00 +000000 +00:00:00" },
		{ "{{date \".000 ,000 .999 .0000000000 _2006 Month Mond\" (int64 1709251198)}}",
		  ".000 ,000  .000000000 _2024 Month Mond" },
		{ "{{date \"\" (int64 1709251198)}}", "" },
		{ "{{date \"x\" (int64 1709251198)}}", "x" },
		{ "{{dateInZone \"2006-01-02 15:04:05 -0700 MST\" (int64 1709251198) "
		  "\"Europe/Berlin\"}}",
		  "2024-03-01 00:59:58 +0100 CET" },
		{ "{{dateInZone \"15:04 MST Z07:00\" (int64 1719878399) \"Europe/Berlin\"}}",
		  "01:59 CEST +02:00" },
		{ "{{dateInZone \"MST\" 0 \"UTC\"}} {{dateInZone \"MST\" 0 \"\"}} {{dateInZone "
		  "\"MST\" 0 \"Nope\"}} {{dateInZone \"MST\" 0 \"../x\"}} {{dateInZone \"MST\" 0 "
		  "\"/etc\"}}",
		  "UTC UTC UTC UTC UTC" },
		{ "{{htmlDate 0}} {{htmlDateInZone 0 \"Europe/Berlin\"}} {{date \"2006\" 0}} "
		  "{{date_in_zone \"2006\" -1 \"UTC\"}}",
		  "1970-01-01 1970-01-01 1970 1969" },
		{ "{{date \"2006-01-02\" (int64 -62135596800)}} {{date \"2006-01-02\" (int64 "
		  "-99999999999999)}} {{date \"2006-01-02 15:04:05\" (int64 9223372036854775807)}}",
		  "0001-01-01 -3166904-02-24 292277026596-12-04 15:30:07" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void reads_by_example(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{toDate \"2006-01-02\" \"2024-02-29\"}}", "2024-02-29 00:00:00 +0000 UTC" },
		{ "{{toDate \"2006-01-02\" \"x\"}}", "0001-01-01 00:00:00 +0000 UTC" },
		{ "{{toDate \"Mon Jan _2 15:04:05 MST 2006\" \"Sat Nov 21 06:21:37 CET 2026\"}}",
		  "2026-11-21 06:21:37 +0000 CET" },
		{ "{{toDate \"2006-01-02T15:04:05Z07:00\" \"2026-11-21T06:21:37.25+01:00\"}}",
		  "2026-11-21 06:21:37.25 +0100 +0100" },
		{ "{{toDate \"3:04PM\" \"12:05AM\"}}", "0000-01-01 00:05:00 +0000 UTC" },
		{ "{{toDate \"06-002\" \"69-060\"}}", "1969-03-01 00:00:00 +0000 UTC" },
		{ "{{toDate \"2006 MST\" \"2024 GMT+3\"}}", "2024-01-01 03:00:00 +0300 GMT+3" },
		{ "{{toDate \"2006 -07\" \"2024 -11\"}}", "2024-01-01 00:00:00 -1100 -1100" },
		{ "{{toDate \"2006-01-02 15:04:05.000\" \"2024-01-02 03:04:05.678\"}}",
		  "2024-01-02 03:04:05.678 +0000 UTC" },
		{ "{{mustToDate \"2006-01-02\" \"2024-02-30\"}}",
		  "error: parsing time \"2024-02-30\": day out of range" },
		{ "{{mustToDate \"2006-01-02\" \"2024-13-01\"}}",
		  "error: parsing time \"2024-13-01\": month out of range" },
		{ "{{mustToDate \"2006-01-02\" \"2024-1-01\"}}",
		  "error: parsing time \"2024-1-01\" as \"2006-01-02\": cannot parse \"1-01\" as "
		  "\"01\"" },
		{ "{{mustToDate \"15:04:05\" \"24:00:00\"}}",
		  "error: parsing time \"24:00:00\": hour out of range" },
		{ "{{mustToDate \"15:04:05\" \"1:60:00\"}}",
		  "error: parsing time \"1:60:00\": minute out of range" },
		{ "{{mustToDate \"2006-01-02\" \"2024-01-01x\"}}",
		  "error: parsing time \"2024-01-01x\": extra text: \"x\"" },
		{ "{{mustToDate \"2006 002\" \"2023 366\"}}",
		  "error: parsing time \"2023 366\": day-of-year out of range" },
		{ "{{mustToDate \"01 002\" \"02 001\"}}",
		  "error: parsing time \"02 001\": day-of-year does not match month" },
		{ "{{mustToDate \"2006 MST\" \"2024 abc\"}}",
		  "error: parsing time \"2024 abc\" as \"2006 MST\": cannot parse \"abc\" as "
		  "\"MST\"" },
		{ "{{mustToDate \"2006 -0700\" \"2024 +2500\"}}",
		  "error: parsing time \"2024 +2500\": time zone offset hour out of range" },
		{ "{{mustToDate \"PM\" \"XM\"}}",
		  "error: parsing time \"XM\" as \"PM\": cannot parse \"XM\" as \"PM\"" },
		{ "{{mustToDate \"Jan\" \"Foo\\n\"}}",
		  "error: parsing time \"Foo\\x0a\" as \"Jan\": cannot parse \"Foo\\x0a\" as "
		  "\"Jan\"" },
		{ "{{mustToDate \"05.000\" \"01.1\"}}",
		  "error: parsing time \"01.1\" as \"05.000\": cannot parse \".1\" as \".000\"" },
		{ "{{mustToDate \"Monday 2\" \"Mon 1\"}}",
		  "error: parsing time \"Mon 1\" as \"Monday 2\": cannot parse \"Mon 1\" as "
		  "\"Monday\"" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void times_have_methods(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{$t}} {{$t.Year}} {{$t.Month}} {{$t.Day}} "
		  "{{$t.Weekday}} {{$t.YearDay}} {{$t.Hour}} {{$t.Minute}} {{$t.Second}} "
		  "{{$t.Nanosecond}}",
		  "2024-02-29 23:59:58.5 +0000 UTC 2024 February 29 Thursday 60 23 59 58 "
		  "500000000" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{$t.Unix}} {{$t.UnixMilli}} {{$t.UnixMicro}} "
		  "{{$t.UnixNano}} {{$t.IsZero}} {{$t.IsDST}} {{$t.Location}} {{$t.GoString}}",
		  "1709251198 1709251198500 1709251198500000 1709251198500000000 false false UTC "
		  "time.Date(2024, time.February, 29, 23, 59, 58, 500000000, time.UTC)" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{$t.AddDate 1 0 1}} {{$t.AddDate 0 -13 0}} "
		  "{{($t.AddDate 0 0 1).Sub $t}}",
		  "2025-03-02 23:59:58.5 +0000 UTC 2023-01-29 23:59:58.5 +0000 UTC 24h0m0s" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{$d := ($t.AddDate 0 0 1).Sub $t}}{{$t.Add $d}} "
		  "{{$t.Truncate $d}} {{$t.Round $d}} {{$d.Hours}} {{$d.Minutes}} {{$d.Seconds}} "
		  "{{$d.Milliseconds}} {{$d.Microseconds}} {{$d.Nanoseconds}} {{$d.Abs}} "
		  "{{$d.String}} {{$d.Round $d}} {{$d.Truncate $d}}",
		  "2024-03-01 23:59:58.5 +0000 UTC 2024-02-29 00:00:00 +0000 UTC 2024-03-01 "
		  "00:00:00 +0000 UTC 24 1440 86400 86400000 86400000000 86400000000000 24h0m0s "
		  "24h0m0s 24h0m0s 24h0m0s" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{$u := $t.AddDate 0 0 1}}{{$t.Before $u}} "
		  "{{$t.After $u}} {{$t.Equal $t}} {{$t.Compare $u}} {{$t.UTC}} {{$t.In "
		  "$t.Location}} {{$t.Local}} {{$t.Format \"2006\"}}",
		  "true false true -1 2024-02-29 23:59:58.5 +0000 UTC 2024-02-29 23:59:58.5 +0000 "
		  "UTC 2024-02-29 23:59:58.5 +0000 UTC 2024" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{printf \"%T %T %T %T %T %d\" $t $t.Month "
		  "$t.Weekday ($t.Sub $t) $t.Location $t.Month}}",
		  "time.Time time.Month time.Weekday time.Duration *time.Location 2" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{toJson $t}} {{toYaml $t}} {{toYamlPretty $t}} "
		  "{{toToml (dict \"t\" $t \"d\" ($t.Sub $t))}}",
		  "\"2024-02-29T23:59:58.5Z\" \"2024-02-29T23:59:58.5Z\" 2024-02-29T23:59:58.5Z d "
		  "= \"0s\"\nt = 2024-02-29T23:59:58.5Z\n" },
		{ "{{$t := toDate \"2006-01-02T15:04:05.999Z07:00\" "
		  "\"2024-02-29T23:59:58.5Z\"}}{{toJson ($t.AddDate 9000 0 0)}}|{{$t.Nope}}",
		  "|error: template: t:1:110: executing \"t\" at <$t.Nope>: can't evaluate field "
		  "Nope in type time.Time" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void modifies_and_counts(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{dateModify \"-1.5h\" (toDate \"2006-01-02\" \"1970-01-02\")}} {{date_modify "
		  "\"x\" (toDate \"2006-01-02\" \"1970-01-02\")}} {{mustDateModify \"24h\" (toDate "
		  "\"2006-01-02\" \"1970-01-02\")}}",
		  "1970-01-01 22:30:00 +0000 UTC 1970-01-02 00:00:00 +0000 UTC 1970-01-03 00:00:00 "
		  "+0000 UTC" },
		{ "{{mustDateModify \"1x\" (toDate \"2006\" \"1970\")}}",
		  "error: time: unknown unit \"x\" in duration \"1x\"" },
		{ "{{unixEpoch (toDate \"2006-01-02\" \"1970-01-02\")}}", "86400" },
		{ "{{duration \"95\"}} {{duration 95}} {{duration (int64 95)}} {{duration \"x\"}} "
		  "{{duration \"99999999999999999999\"}} {{duration nil}}",
		  "1m35s 0s 1m35s 0s -1s 0s" },
		{ "{{durationRound \"2h10m5s\"}} {{durationRound \"2400h10m5s\"}} {{durationRound "
		  "\"-100000h\"}} {{durationRound \"1s\"}} {{durationRound \"61s\"}} "
		  "{{durationRound 5}} {{durationRound (int64 5000000000)}} {{durationRound nil}}",
		  "2h 3mo 11y 0s 1m 0s 5s 0s" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_by_example),
		cmocka_unit_test(reads_by_example),
		cmocka_unit_test(times_have_methods),
		cmocka_unit_test(modifies_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
