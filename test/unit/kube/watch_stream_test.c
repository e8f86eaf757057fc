#include "libcommon/kube/watch_stream.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"

struct recorder {
	struct sl_lines lines;
	struct sl_strbuf log; /* each line and '|' */
	int stop_after;	      /* lines, 0: never */
	int count;
};

static bool on_line(struct sl_lines *l, struct sl_str line)
{
	struct recorder *r = SL_CONTAINER_OF(l, struct recorder, lines);

	if (line.n < 100)
		sl_strbuf_adds(&r->log, line);
	else
		sl_strbuf_addf(&r->log, "%zu", line.n);
	sl_strbuf_addc(&r->log, '|');
	return ++r->count != r->stop_after;
}

static struct recorder recorder(void)
{
	return (struct recorder){ .lines = SL_LINES_INIT(on_line), .log = SL_STRBUF_INIT(4096) };
}

static void release(struct recorder *r)
{
	sl_lines_release(&r->lines);
	sl_strbuf_release(&r->log);
}

/* Three pieces, cut at every pair of places. */
static void joins_lines_cut_anywhere(void **state)
{
	const struct sl_str text = SL_STR("{\"a\":1}\n\n\r\n{\"b\":\"\\n\"}\r\nlast\ncut off");

	(void)state;
	for (size_t i = 0; i <= text.n; i++) {
		for (size_t k = i; k <= text.n; k++) {
			struct recorder r = recorder();
			SL_AUTO(sl_err) err = SL_ERR_INIT;

			expect_ok(sl_lines_feed(&r.lines, sl_str_sub(text, 0, i), &err), &err);
			expect_ok(sl_lines_feed(&r.lines, sl_str_sub(text, i, k), &err), &err);
			expect_ok(sl_lines_feed(&r.lines, sl_str_sub(text, k, text.n), &err), &err);
			expect_str(sl_strbuf_str(&r.log), "{\"a\":1}|{\"b\":\"\\n\"}|last|");
			release(&r);
		}
	}
}

static void forgets_a_part_on_reset(void **state)
{
	struct recorder r = recorder();
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_ok(sl_lines_feed(&r.lines, SL_STR("half of"), &err), &err);
	sl_lines_reset(&r.lines);
	expect_ok(sl_lines_feed(&r.lines, SL_STR("x\n"), &err), &err);
	expect_str(sl_strbuf_str(&r.log), "x|");
	release(&r);
}

static void stops_when_told(void **state)
{
	struct recorder r = recorder();
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	r.stop_after = 2;
	expect_err(sl_lines_feed(&r.lines, SL_STR("a\nb\nc\n"), &err), SL_ERR_CANCELED, NULL, &err);
	expect_str(sl_strbuf_str(&r.log), "a|b|");
	release(&r);
}

static void caps_a_line(void **state)
{
	static const struct {
		size_t bytes;
		int want;
		const char *log;
	} cases[] = {
		{ SL_WATCH_LINE_MAX - 1, 0, "16777215|" },
		{ SL_WATCH_LINE_MAX, 0, "16777216|" },
		{ SL_WATCH_LINE_MAX + 1, SL_ERR_TOO_LARGE, "" },
	};
	size_t size = SL_WATCH_LINE_MAX + 2;
	SL_AUTO_FREE char *text = sl_xmalloc(size);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct recorder r = recorder();
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str all = { text, cases[i].bytes + 1 };
		int result;

		memset(text, 'x', size);
		text[cases[i].bytes] = '\n';
		/* In two pieces: what comes whole is not kept, and not limited by the buffer. */
		result = sl_lines_feed(&r.lines, sl_str_sub(all, 0, 1000), &err);
		assert_int_equal(result, 0);
		result = sl_lines_feed(&r.lines, sl_str_sub(all, 1000, all.n), &err);
		assert_int_equal(result, cases[i].want);
		expect_str(sl_strbuf_str(&r.log), cases[i].log);
		release(&r);
	}
}

static void reads_events(void **state)
{
	static const struct {
		const char *line;
		enum sl_watch_line what;
		enum sl_watch_event event;
	} cases[] = {
		{ "{\"type\":\"ADDED\",\"object\":{\"n\":1}}", SL_WATCH_LINE_OBJECT,
		  SL_WATCH_ADDED },
		{ "{\"object\":{\"n\":1},\"type\":\"MODIFIED\",\"more\":0}", SL_WATCH_LINE_OBJECT,
		  SL_WATCH_MODIFIED },
		{ "{\"type\":\"DELETED\",\"object\":{\"n\":1}}", SL_WATCH_LINE_OBJECT,
		  SL_WATCH_DELETED },
		{ "{\"type\":\"BOOKMARK\",\"object\":{\"n\":1}}", SL_WATCH_LINE_BOOKMARK,
		  SL_WATCH_ADDED },
		{ "{\"type\":\"ERROR\",\"object\":{\"n\":1}}", SL_WATCH_LINE_ERROR,
		  SL_WATCH_ADDED },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		enum sl_watch_line what;
		enum sl_watch_event event;
		struct sl_value *object;

		expect_ok(sl_watch_parse(&a, sl_str(cases[i].line), false, &what, &event, &object,
					 &err),
			  &err);
		assert_int_equal(what, cases[i].what);
		assert_int_equal(event, cases[i].event);
		expect_json(object, "{\"n\":1}");
	}
}

static void refuses_what_is_no_event(void **state)
{
	static const char *const lines[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"type\":\"ADDED\"}",
		"{\"type\":\"ADDED\",\"object\":null}",
		"{\"type\":\"ADDED\",\"object\":[]}",
		"{\"type\":\"added\",\"object\":{}}",
		"{\"type\":7,\"object\":{}}",
		"{\"object\":{}}",
		"{\"type\":\"ADDED\",\"object\":{}} x",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(lines); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		enum sl_watch_line what;
		enum sl_watch_event event;
		struct sl_value *object;

		expect_err(
			sl_watch_parse(&a, sl_str(lines[i]), false, &what, &event, &object, &err),
			SL_ERR_INVALID, "event of the watch", &err);
	}
}

static void refuses_every_truncation(void **state)
{
	const struct sl_str line =
		SL_STR("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"x\\u00e9\"}}}");

	(void)state;
	for (size_t n = 0; n < line.n; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		enum sl_watch_line what;
		enum sl_watch_event event;
		struct sl_value *object;

		expect_err(sl_watch_parse(&a, sl_str_sub(line, 0, n), false, &what, &event, &object,
					  &err),
			   SL_ERR_INVALID, NULL, &err);
	}
}

#define MODIFIED "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"X\",\"metadata\":"

static void skims_what_was_modified(void **state)
{
	static const char *const lines[] = {
		MODIFIED "{\"name\":\"n\",\"namespace\":\"ns\",\"resourceVersion\":\"7\"}}}",
		/* In any order, with what looks like it elsewhere, cut off behind the metadata. */
		MODIFIED
		"{ \"annotations\" : {\"resourceVersion\":\"8\",\"a\":\"}]\\\"\"},"
		"\"managedFields\":[{\"name\":\"m\"}],\"generation\":1,"
		"\"resourceVersion\":\"7\",\"namespace\":\"ns\",\"name\":\"n\"},\"spec\":{",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(lines); i++) {
		struct sl_watch_state seen;

		assert_true(sl_watch_skim(sl_str(lines[i]), &seen));
		expect_str(seen.name, "n");
		expect_str(seen.namespace_, "ns");
		expect_str(seen.resource_version, "7");
	}
}

static void skims_nothing_else(void **state)
{
	static const char *const lines[] = {
		"",
		"[]",
		"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"n\",\"resourceVersion\":"
		"\"7\"}}}",
		"{\"object\":{\"metadata\":{\"name\":\"n\",\"resourceVersion\":\"7\"}},\"type\":"
		"\"MODIFIED\"}",
		"{\"type\":\"MODIFIED\",\"more\":{},\"object\":{}}",
		MODIFIED "{\"name\":\"n\"}}}",
		MODIFIED "{\"resourceVersion\":\"7\"}}}",
		MODIFIED "{\"name\":\"n\",\"resourceVersion\":7}}}",
		MODIFIED "{\"name\":\"\\u006e\",\"resourceVersion\":\"7\"}}}",
		MODIFIED "{\"name\":\"n\",\"resource\\u0056ersion\":\"7\"}}}",
		MODIFIED "null}}",
	};
	struct sl_watch_state seen;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(lines); i++)
		assert_false(sl_watch_skim(sl_str(lines[i]), &seen));
}

static void skims_nothing_that_was_cut_off(void **state)
{
	const struct sl_str line =
		SL_STR(MODIFIED "{\"labels\":{},\"name\":\"n\",\"resourceVersion\":\"7\"}");
	struct sl_watch_state seen;

	(void)state;
	assert_true(sl_watch_skim(line, &seen));
	for (size_t n = 0; n < line.n; n++)
		assert_false(sl_watch_skim(sl_str_sub(line, 0, n), &seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_lines_cut_anywhere),
		cmocka_unit_test(forgets_a_part_on_reset),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(caps_a_line),
		cmocka_unit_test(reads_events),
		cmocka_unit_test(refuses_what_is_no_event),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(skims_what_was_modified),
		cmocka_unit_test(skims_nothing_else),
		cmocka_unit_test(skims_nothing_that_was_cut_off),
	};

	return cmocka_run_group_tests_name("kube/watch_stream", tests, NULL, NULL);
}
