#include "libcommon/kube/metrics.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strmap.h"
#include "libcommon/codec/number.h"
#include "libcommon/kube/metrics_process.h"

#define COLLECTORS_MAX 32

/* Histograms keep their buckets behind the struct: counts per bucket, not cumulative. */
struct series {
	double value; /* of a histogram: the sum */
	uint64_t count;
	uint64_t buckets[];
};

struct sl_metric {
	const struct sl_metric_desc *desc;
	struct sl_metrics *owner;
	size_t label_count;
	struct sl_strmap series; /* label values, each followed by a NUL */
};

struct collector {
	void (*collect)(void *ctx);
	void *ctx;
};

struct sl_metrics {
	pthread_mutex_t lock;
	struct sl_metric **families;
	size_t n, cap;
	struct collector collectors[COLLECTORS_MAX];
	size_t collector_count;
};

struct sl_metrics *sl_metrics_new(void)
{
	struct sl_metrics *m = sl_xcalloc(1, sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	sl_metrics_add_process(m);
	return m;
}

void sl_metrics_free(struct sl_metrics *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		sl_strmap_release(&m->families[i]->series);
		free(m->families[i]);
	}
	free(m->families);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static struct sl_metric *new_family(struct sl_metrics *m, const struct sl_metric_desc *desc)
{
	struct sl_metric *f = sl_xcalloc(1, sizeof(*f));

	assert(desc->bound_count <= SL_METRIC_BUCKETS_MAX);
	*f = (struct sl_metric){
		.desc = desc,
		.owner = m,
		.series = SL_STRMAP_INIT_OWNING(free),
	};
	while (f->label_count < SL_METRIC_LABELS_MAX && desc->labels[f->label_count])
		f->label_count++;
	return f;
}

struct sl_metric *sl_metrics_register(struct sl_metrics *m, const struct sl_metric_desc *desc)
{
	struct sl_metric *f;
	size_t at = 0;

	if (!m)
		return NULL;
	pthread_mutex_lock(&m->lock);
	while (at < m->n && strcmp(m->families[at]->desc->name, desc->name) < 0)
		at++;
	if (at < m->n && strcmp(m->families[at]->desc->name, desc->name) == 0) {
		f = m->families[at];
		assert(f->desc->type == desc->type);
	} else {
		f = new_family(m, desc);
		m->families = sl_grow(m->families, m->n, &m->cap, sizeof(struct sl_metric *));
		memmove(&m->families[at + 1], &m->families[at],
			(m->n - at) * sizeof(struct sl_metric *));
		m->families[at] = f;
		m->n++;
	}
	pthread_mutex_unlock(&m->lock);
	return f;
}

/* Label values as the key of a series. */
static void make_key(const struct sl_metric *f, const char *const *labels, struct sl_strbuf *out)
{
	for (size_t i = 0; i < f->label_count; i++) {
		sl_strbuf_addz(out, labels[i]);
		sl_strbuf_addc(out, '\0');
	}
}

static size_t bucket_of(const struct sl_metric_desc *desc, double value)
{
	size_t i = 0;

	while (i < desc->bound_count && value > desc->bounds[i])
		i++;
	return i;
}

/* NULL when the family is full. Called with the lock held. */
static struct series *need_series(struct sl_metric *f, struct sl_str key)
{
	struct series *s = sl_strmap_get(&f->series, key);
	bool histogram = f->desc->type == SL_METRIC_HISTOGRAM;

	if (s || f->series.n >= SL_METRIC_SERIES_MAX)
		return s;
	s = sl_xcalloc(1,
		       sizeof(*s) + (histogram ? f->desc->bound_count + 1 : 0) * sizeof(uint64_t));
	sl_strmap_set(&f->series, key, s);
	return s;
}

enum change { CHANGE_ADD, CHANGE_SET, CHANGE_OBSERVE, CHANGE_REMOVE };

static void change(struct sl_metric *f, enum change what, double value, const char *const *labels)
{
	SL_AUTO(sl_strbuf) key = SL_STRBUF_INIT(SIZE_MAX / 2);
	struct series *s;

	if (!f)
		return;
	make_key(f, labels, &key);
	pthread_mutex_lock(&f->owner->lock);
	if (what == CHANGE_REMOVE) {
		sl_strmap_remove(&f->series, sl_strbuf_str(&key));
		pthread_mutex_unlock(&f->owner->lock);
		return;
	}
	s = need_series(f, sl_strbuf_str(&key));
	if (s && what == CHANGE_SET) {
		s->value = value;
	} else if (s) {
		s->value += value;
		s->count++;
		if (what == CHANGE_OBSERVE)
			s->buckets[bucket_of(f->desc, value)]++;
	}
	pthread_mutex_unlock(&f->owner->lock);
}

void sl_metric_add(struct sl_metric *f, double value, const char *const *labels)
{
	assert(!f || f->desc->type != SL_METRIC_HISTOGRAM);
	change(f, CHANGE_ADD, value, labels);
}

void sl_metric_set(struct sl_metric *f, double value, const char *const *labels)
{
	assert(!f || f->desc->type != SL_METRIC_HISTOGRAM);
	change(f, CHANGE_SET, value, labels);
}

void sl_metric_observe(struct sl_metric *f, double value, const char *const *labels)
{
	assert(!f || f->desc->type == SL_METRIC_HISTOGRAM);
	change(f, CHANGE_OBSERVE, value, labels);
}

void sl_metric_remove(struct sl_metric *f, const char *const *labels)
{
	change(f, CHANGE_REMOVE, 0, labels);
}

void sl_metrics_on_collect(struct sl_metrics *m, void (*collect)(void *ctx), void *ctx)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	assert(m->collector_count < COLLECTORS_MAX);
	m->collectors[m->collector_count++] = (struct collector){ collect, ctx };
	pthread_mutex_unlock(&m->lock);
}

static void add_escaped(struct sl_strbuf *out, struct sl_str s, bool quotes)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			sl_strbuf_addz(out, "\\n");
		else if (s.p[i] == '\\' || (quotes && s.p[i] == '"'))
			sl_strbuf_addf(out, "\\%c", s.p[i]);
		else
			sl_strbuf_addc(out, s.p[i]);
	}
}

static void add_value(struct sl_strbuf *out, double value)
{
	char text[SL_NUMBER_TEXT_MAX];

	sl_strbuf_addc(out, ' ');
	sl_strbuf_adds(out, sl_float_text(value, SL_FLOAT_G, text));
	sl_strbuf_addc(out, '\n');
}

/* The labels of a series as make_key() put them together, from the brace to the last quote. */
static void set_labels(struct sl_strbuf *labels, const struct sl_metric *f, struct sl_str key)
{
	sl_strbuf_reset(labels);
	for (size_t i = 0; i < f->label_count; i++) {
		struct sl_str value = { key.p, strlen(key.p) };

		sl_strbuf_addf(labels, "%c%s=\"", i ? ',' : '{', f->desc->labels[i]);
		if (sl_str_is_utf8(value))
			add_escaped(labels, value, true);
		else
			sl_strbuf_addz(labels, "\xef\xbf\xbd");
		sl_strbuf_addc(labels, '"');
		key.p += value.n + 1;
		key.n -= value.n + 1;
	}
}

static void add_name(struct sl_strbuf *out, const struct sl_metric *f, const char *suffix,
		     struct sl_str labels)
{
	sl_strbuf_addz(out, f->desc->name);
	sl_strbuf_addz(out, suffix);
	sl_strbuf_adds(out, labels);
}

/* name{labels} value */
static void add_line(struct sl_strbuf *out, const struct sl_metric *f, const char *suffix,
		     struct sl_str labels, double value)
{
	add_name(out, f, suffix, labels);
	if (labels.n)
		sl_strbuf_addc(out, '}');
	add_value(out, value);
}

/* The bounds of a histogram as text: the same for all series of the family. */
struct bounds {
	char text[SL_METRIC_BUCKETS_MAX + 1][SL_NUMBER_TEXT_MAX];
	struct sl_str le[SL_METRIC_BUCKETS_MAX + 1];
};

static void set_bounds(struct bounds *b, const struct sl_metric_desc *desc)
{
	for (size_t i = 0; i <= desc->bound_count; i++)
		b->le[i] = sl_float_text(i < desc->bound_count ? desc->bounds[i] : (double)INFINITY,
					 SL_FLOAT_G, b->text[i]);
}

static void add_histogram(struct sl_strbuf *out, const struct sl_metric *f, struct sl_str labels,
			  const struct bounds *bounds, const struct series *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= f->desc->bound_count; i++) {
		sum += s->buckets[i];
		add_name(out, f, "_bucket", labels);
		sl_strbuf_addz(out, labels.n ? ",le=\"" : "{le=\"");
		sl_strbuf_adds(out, bounds->le[i]);
		sl_strbuf_addz(out, "\"}");
		add_value(out, (double)sum);
	}
	add_line(out, f, "_sum", labels, s->value);
	add_line(out, f, "_count", labels, (double)s->count);
}

static int compare_entries(const void *x, const void *y)
{
	const struct sl_strmap_entry *a = *(const struct sl_strmap_entry *const *)x;
	const struct sl_strmap_entry *b = *(const struct sl_strmap_entry *const *)y;

	return sl_str_cmp((struct sl_str){ a->key, a->key_len },
			  (struct sl_str){ b->key, b->key_len });
}

static const struct sl_strmap_entry **sort_series(const struct sl_metric *f)
{
	const struct sl_strmap_entry **sorted, *e;
	size_t n = 0;

	sorted = sl_xcalloc(f->series.n, sizeof(struct sl_strmap_entry *));
	for (size_t pos = 0; (e = sl_strmap_next(&f->series, &pos));)
		sorted[n++] = e;
	qsort(sorted, n, sizeof(struct sl_strmap_entry *), compare_entries);
	return sorted;
}

static void add_family(struct sl_strbuf *out, const struct sl_metric *f)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	SL_AUTO(sl_strbuf) labels = SL_STRBUF_INIT(SL_METRICS_TEXT_MAX);
	const struct sl_strmap_entry **sorted;
	struct bounds bounds;

	if (!f->series.n)
		return;
	sl_strbuf_addf(out, "# HELP %s ", f->desc->name);
	add_escaped(out, sl_str(f->desc->help), false);
	sl_strbuf_addf(out, "\n# TYPE %s %s\n", f->desc->name, types[f->desc->type]);
	set_bounds(&bounds, f->desc);
	sorted = sort_series(f);
	for (size_t i = 0; i < f->series.n; i++) {
		const struct series *s = sorted[i]->value;

		set_labels(&labels, f, (struct sl_str){ sorted[i]->key, sorted[i]->key_len });
		if (f->desc->type == SL_METRIC_HISTOGRAM)
			add_histogram(out, f, sl_strbuf_str(&labels), &bounds, s);
		else
			add_line(out, f, "", sl_strbuf_str(&labels), s->value);
	}
	free(sorted);
}

void sl_metrics_write(struct sl_metrics *m, struct sl_strbuf *out)
{
	for (size_t i = 0; i < m->collector_count; i++)
		m->collectors[i].collect(m->collectors[i].ctx);
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < m->n; i++)
		add_family(out, m->families[i]);
	pthread_mutex_unlock(&m->lock);
}
