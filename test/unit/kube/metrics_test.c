#include "libcommon/kube/metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/test.h"

static const struct sl_metric_desc pulls = {
	.name = "test_pulls_total",
	.help = "Pulls, \\ with\na newline.",
	.type = SL_METRIC_COUNTER,
	.labels = { "kind", "result" },
};
static const struct sl_metric_desc depth = {
	.name = "test_depth",
	.help = "Depth.",
	.type = SL_METRIC_GAUGE,
};
static const double bounds[] = { 0.5, 1, 2.5 };
static const struct sl_metric_desc seconds = {
	.name = "test_seconds",
	.help = "Seconds.",
	.type = SL_METRIC_HISTOGRAM,
	.labels = { "name" },
	.bounds = bounds,
	.bound_count = SL_ARRAY_LEN(bounds),
};

/* The lines of the text that speak of `name`, joined. The caller frees it. */
static char *text_of(struct sl_metrics *m, const char *name)
{
	SL_AUTO(sl_strbuf) all = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_strbuf) some = SL_STRBUF_INIT(1 << 20);
	struct sl_str rest, line;

	sl_metrics_write(m, &all);
	rest = sl_strbuf_str(&all);
	while (sl_str_split(&rest, '\n', &line)) {
		if (sl_str_find(line, sl_str(name)) < 0)
			continue;
		sl_strbuf_adds(&some, line);
		sl_strbuf_addc(&some, '\n');
	}
	return sl_strbuf_steal(&some);
}

static void assert_text(struct sl_metrics *m, const char *name, const char *want)
{
	SL_AUTO_FREE char *got = text_of(m, name);

	assert_string_equal(got, want);
}

static void counts_by_labels_sorted(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &pulls);

	(void)state;
	sl_metric_add(f, 1, SL_LABELS("b", "ok"));
	sl_metric_add(f, 2, SL_LABELS("a", "ok"));
	sl_metric_add(f, 0.5, SL_LABELS("b", "ok"));
	assert_text(m, "test_pulls_total",
		    "# HELP test_pulls_total Pulls, \\\\ with\\na newline.\n"
		    "# TYPE test_pulls_total counter\n"
		    "test_pulls_total{kind=\"a\",result=\"ok\"} 2\n"
		    "test_pulls_total{kind=\"b\",result=\"ok\"} 1.5\n");
}

static void escapes_label_values(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &pulls);

	(void)state;
	sl_metric_add(f, 1, SL_LABELS("q\"b\\n\nx", ""));
	sl_metric_add(f, 1, SL_LABELS("\xff\xfe", "y"));
	assert_text(m, "test_pulls_total{",
		    "test_pulls_total{kind=\"q\\\"b\\\\n\\nx\",result=\"\"} 1\n"
		    "test_pulls_total{kind=\"\xef\xbf\xbd\",result=\"y\"} 1\n");
}

static void sets_and_removes_gauges(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &depth);

	(void)state;
	assert_text(m, "test_depth", "");
	sl_metric_set(f, 1234567, SL_NO_LABELS);
	sl_metric_set(f, 3, SL_NO_LABELS);
	assert_text(m, "test_depth 3", "test_depth 3\n");
	sl_metric_remove(f, SL_NO_LABELS);
	assert_text(m, "test_depth", "");
}

static void fills_histogram_buckets(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &seconds);

	(void)state;
	sl_metric_observe(f, 0.5, SL_LABELS("x")); /* a bound belongs to its bucket */
	sl_metric_observe(f, 0.75, SL_LABELS("x"));
	sl_metric_observe(f, 100, SL_LABELS("x"));
	assert_text(m, "test_seconds",
		    "# HELP test_seconds Seconds.\n"
		    "# TYPE test_seconds histogram\n"
		    "test_seconds_bucket{name=\"x\",le=\"0.5\"} 1\n"
		    "test_seconds_bucket{name=\"x\",le=\"1\"} 2\n"
		    "test_seconds_bucket{name=\"x\",le=\"2.5\"} 2\n"
		    "test_seconds_bucket{name=\"x\",le=\"+Inf\"} 3\n"
		    "test_seconds_sum{name=\"x\"} 101.25\n"
		    "test_seconds_count{name=\"x\"} 3\n");
}

static void registers_a_name_once(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();

	(void)state;
	assert_ptr_equal(sl_metrics_register(m, &depth), sl_metrics_register(m, &depth));
	assert_null(sl_metrics_register(NULL, &depth));
	sl_metric_add(NULL, 1, SL_NO_LABELS);
}

static void stops_at_the_series_limit(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &pulls);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)64 << 20);
	struct sl_str rest, line;
	size_t lines = 0;

	(void)state;
	for (int i = 0; i <= SL_METRIC_SERIES_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		sl_metric_add(f, 1, SL_LABELS(name, "x"));
	}
	sl_metric_add(f, 1, SL_LABELS("0", "x")); /* known ones go on */
	sl_metrics_write(m, &text);
	rest = sl_strbuf_str(&text);
	while (sl_str_split(&rest, '\n', &line))
		lines += sl_str_starts(line, SL_STR("test_pulls_total{"));
	assert_int_equal(lines, SL_METRIC_SERIES_MAX);
	assert_true(sl_str_find(sl_strbuf_str(&text), SL_STR("{kind=\"0\",result=\"x\"} 2\n")) > 0);
}

static void tells_about_the_process(void **state)
{
	static const char *const names[] = {
		"process_resident_memory_bytes ",
		"process_cpu_seconds_total ",
		"process_open_fds ",
		"process_max_fds ",
		"process_threads 1\n",
	};
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	SL_AUTO_FREE char *text = text_of(m, "process_");
	double value;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(names); i++)
		if (!strstr(text, names[i]))
			fail_msg("no %s in %s", names[i], text);
	assert_true(strtod(strstr(text, "\nprocess_start_time_seconds ") + 28, NULL) > 1e9);
	value = strtod(strstr(text, "\nprocess_resident_memory_bytes ") + 31, NULL);
	assert_true(value > 1e5 && value < 1e12);
}

struct collected {
	struct sl_metric *f;
	double value;
};

static void collect(void *ctx)
{
	struct collected *c = ctx;

	sl_metric_set(c->f, ++c->value, SL_NO_LABELS);
}

static void collects_before_each_write(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct collected c = { .f = sl_metrics_register(m, &depth) };

	(void)state;
	sl_metrics_on_collect(m, collect, &c);
	assert_text(m, "test_depth 1", "test_depth 1\n");
	assert_text(m, "test_depth 2", "test_depth 2\n");
}

static void *add_many(void *ctx)
{
	for (int i = 0; i < 1000; i++)
		sl_metric_add(ctx, 1, SL_LABELS(i % 2 ? "odd" : "even", "x"));
	return NULL;
}

static void adds_from_many_threads(void **state)
{
	SL_AUTO_PTR(sl_metrics) *m = sl_metrics_new();
	struct sl_metric *f = sl_metrics_register(m, &pulls);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, f), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_text(m, "test_pulls_total{",
		    "test_pulls_total{kind=\"even\",result=\"x\"} 2000\n"
		    "test_pulls_total{kind=\"odd\",result=\"x\"} 2000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_labels_sorted),
		cmocka_unit_test(escapes_label_values),
		cmocka_unit_test(sets_and_removes_gauges),
		cmocka_unit_test(fills_histogram_buckets),
		cmocka_unit_test(registers_a_name_once),
		cmocka_unit_test(stops_at_the_series_limit),
		cmocka_unit_test(tells_about_the_process),
		cmocka_unit_test(collects_before_each_write),
		cmocka_unit_test(adds_from_many_threads),
	};

	return run_group("kube/metrics", tests);
}
