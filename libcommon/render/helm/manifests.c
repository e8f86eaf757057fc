#include "libcommon/render/helm/manifests.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/render/helm/decode.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/hearing.h"
#include "libcommon/render/helm/install_order.h"
#include "libcommon/render/helm/skim.h"
#include "libcommon/render/helm/text.h"

/* ---- documents ---- */

struct sl_helm_split sl_helm_split_begin(struct sl_str text)
{
	return (struct sl_helm_split){ .text = sl_helm_trim(text) };
}

/* \s of regular expressions. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The separator `(?:^|\s*\n)---\s*` at or behind s->at: its begin and end. */
static bool find_separator(const struct sl_helm_split *s, size_t *ret_from, size_t *ret_to)
{
	const char *p = s->text.p;
	size_t n = s->text.n, at = s->at;

	for (; at + 3 <= n; at++) {
		const char *dash = memchr(p + at, '-', n - 2 - at);

		if (!dash)
			return false;
		at = (size_t)(dash - p);
		if (memcmp(dash, "---", 3) != 0)
			continue;
		if (!at || (at > s->at && p[at - 1] == '\n'))
			break;
	}
	if (at + 3 > n)
		return false;
	*ret_from = at;
	while (*ret_from > s->at && is_blank(p[*ret_from - 1]))
		--*ret_from;
	*ret_to = at + 3;
	while (*ret_to < n && is_blank(p[*ret_to]))
		++*ret_to;
	return true;
}

bool sl_helm_split_next(struct sl_helm_split *s, struct sl_str *ret_doc)
{
	while (!s->done) {
		size_t from, to;

		if (find_separator(s, &from, &to)) {
			*ret_doc = sl_str_sub(s->text, s->at, from);
			s->at = to;
		} else {
			*ret_doc = sl_str_sub(s->text, s->at, s->text.n);
			s->done = true;
		}
		if (ret_doc->n) {
			*ret_doc = sl_helm_trim(*ret_doc);
			return true;
		}
	}
	return false;
}

/* ---- heads ---- */

struct head_metadata {
	struct sl_str name;
	struct sl_go_map *annotations;
};

struct head {
	struct sl_str api_version, kind;
	struct head_metadata *metadata;
};

static const struct sl_helm_struct metadata_struct = {
	.name = "",
	.type = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string "
		"\"json:\\\"annotations\\\"\" }",
	.size = sizeof(struct head_metadata),
	.fields =
		(const struct sl_helm_field[]){
			{ .name = "name",
			  .kind = SL_HELM_TEXT,
			  .offset = offsetof(struct head_metadata, name) },
			{ .name = "annotations",
			  .kind = SL_HELM_TEXT_MAP,
			  .offset = offsetof(struct head_metadata, annotations) },
			{ .name = NULL },
		},
};

static const struct sl_helm_struct head_struct = {
	.name = "SimpleHead",
	.type = "releaseutil.SimpleHead",
	.size = sizeof(struct head),
	.fields =
		(const struct sl_helm_field[]){
			{ .name = "apiVersion",
			  .kind = SL_HELM_TEXT,
			  .offset = offsetof(struct head, api_version) },
			{ .name = "kind",
			  .kind = SL_HELM_TEXT,
			  .offset = offsetof(struct head, kind) },
			{ .name = "metadata",
			  .kind = SL_HELM_STRUCT,
			  .offset = offsetof(struct head, metadata),
			  .of = &metadata_struct },
			{ .name = NULL },
		},
};

/* ---- hooks ---- */

static const char *const event_names[] = {
	[SL_HELM_PRE_INSTALL] = "pre-install",
	[SL_HELM_POST_INSTALL] = "post-install",
	[SL_HELM_PRE_DELETE] = "pre-delete",
	[SL_HELM_POST_DELETE] = "post-delete",
	[SL_HELM_PRE_UPGRADE] = "pre-upgrade",
	[SL_HELM_POST_UPGRADE] = "post-upgrade",
	[SL_HELM_PRE_ROLLBACK] = "pre-rollback",
	[SL_HELM_POST_ROLLBACK] = "post-rollback",
	[SL_HELM_TEST] = "test",
};

const char *sl_helm_event_name(enum sl_helm_event e)
{
	return event_names[e];
}

bool sl_helm_hook_has(const struct sl_helm_hook *h, enum sl_helm_event e)
{
	for (size_t i = 0; i < h->event_count; i++)
		if (h->events[i] == e)
			return true;
	return false;
}

static bool find_event(struct sl_str name, enum sl_helm_event *ret)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(event_names); i++)
		if (sl_str_ieq(name, sl_str(event_names[i]))) {
			*ret = (enum sl_helm_event)i;
			return true;
		}
	*ret = SL_HELM_TEST;
	return sl_str_ieq(name, SL_STR("test-success"));
}

/* False when one is unknown: then there is no hook. */
static bool take_events(struct sl_arena *a, struct sl_str text, struct sl_helm_hook *h)
{
	struct sl_str name;
	bool known = true;

	h->events = sl_arena_array(a, text.n + 1, sizeof(*h->events));
	/* Go splits an empty text into one empty part. */
	if (!text.p || !text.n)
		return false;
	while (known && sl_str_split(&text, ',', &name)) {
		known = find_event(sl_helm_trim(name), &h->events[h->event_count]);
		h->event_count++;
	}
	return known;
}

static void take_policies(struct sl_arena *a, const struct sl_go_map *annotations, const char *key,
			  struct sl_str **ret, size_t *ret_count)
{
	const struct sl_goval *v = sl_go_map_get(annotations, sl_str(key));
	struct sl_str text, part;

	if (!v)
		return;
	text = v->s.p ? v->s : SL_STR("");
	*ret = sl_arena_array(a, text.n + 1, sizeof(**ret));
	while (sl_str_split(&text, ',', &part)) {
		struct sl_str copy;
		char *to;

		part = sl_helm_trim(part);
		to = sl_arena_alloc(a, part.n + 1);
		for (size_t i = 0; i < part.n; i++)
			to[i] = part.p[i] >= 'A' && part.p[i] <= 'Z' ? (char)(part.p[i] + 32)
								     : part.p[i];
		copy = (struct sl_str){ to, part.n };
		(*ret)[(*ret_count)++] = copy;
	}
}

/* strconv.Atoi, 0 when that fails. */
static int64_t weight_of(const struct sl_go_map *annotations)
{
	const struct sl_goval *v = sl_go_map_get(annotations, SL_STR("helm.sh/hook-weight"));
	struct sl_str text = v ? v->s : SL_STR("");
	int64_t weight = 0;

	if (text.n > 1 && text.p[0] == '+' && text.p[1] != '-')
		text = sl_str_sub(text, 1, text.n);
	(void)sl_str_to_i64(text, INT64_MIN, INT64_MAX, &weight);
	return weight;
}

/* ---- sorting ---- */

struct sorting {
	struct sl_arena *a;
	const struct sl_helm_host *host;
	struct sl_helm_manifest *manifests;
	size_t manifest_count, manifest_cap;
	struct sl_helm_hook *hooks;
	size_t hook_count, hook_cap;
};

static void add_manifest(struct sorting *s, const struct sl_helm_manifest *m)
{
	s->manifests =
		sl_grow(s->manifests, s->manifest_count, &s->manifest_cap, sizeof(*s->manifests));
	s->manifests[s->manifest_count++] = *m;
}

static void add_hook(struct sorting *s, const struct sl_helm_hook *h)
{
	s->hooks = sl_grow(s->hooks, s->hook_count, &s->hook_cap, sizeof(*s->hooks));
	s->hooks[s->hook_count++] = *h;
}

static void take_hook(struct sorting *s, const struct sl_helm_manifest *m, const struct head *head,
		      struct sl_str events)
{
	const struct sl_go_map *annotations = head->metadata->annotations;
	struct sl_helm_hook h = {
		.name = sl_arena_str(s->a, head->metadata->name),
		.kind = m->kind,
		.path = m->path,
		.manifest = m->content,
		.weight = weight_of(annotations),
	};

	if (!take_events(s->a, events, &h)) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT((size_t)1 << 20);

		sl_strbuf_add_goquoted(&quoted, events);
		sl_helm_log(s->host, "manifest_sorter.go:199: info: skipping unknown hook: %s",
			    quoted.p);
		return;
	}
	take_policies(s->a, annotations, "helm.sh/hook-delete-policy", &h.delete_policies,
		      &h.delete_policy_count);
	take_policies(s->a, annotations, "helm.sh/hook-output-log-policy", &h.output_log_policies,
		      &h.output_log_policy_count);
	add_hook(s, &h);
}

static int take_document(struct sorting *s, const struct sl_helm_file *file, struct sl_str doc,
			 struct sl_err *err)
{
	SL_AUTO(sl_arena) scratch = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
	struct sl_helm_manifest m = { .path = file->name, .content = doc };
	const struct sl_goval *events = NULL;
	struct head head = { .metadata = NULL };
	int r;

	if (sl_helm_skim(doc, &m.api_version, &m.kind)) {
		add_manifest(s, &m);
		return 0;
	}
	r = sl_helm_decode_yaml(&scratch, &head_struct, doc, &head, err);
	if (r < 0) {
		sl_err_wrap(err, "YAML parse error on %.*s", SL_STR_FMT(file->name));
		return r;
	}
	m.kind = sl_arena_str(s->a, head.kind);
	m.api_version = sl_arena_str(s->a, head.api_version);
	if (head.metadata)
		events = sl_go_map_get(head.metadata->annotations, SL_STR("helm.sh/hook"));
	if (events)
		take_hook(s, &m, &head, events->s);
	else
		add_manifest(s, &m);
	return 0;
}

static int take_file(struct sorting *s, const struct sl_helm_file *file, struct sl_err *err)
{
	struct sl_helm_split split = sl_helm_split_begin(file->data);
	ptrdiff_t slash = sl_str_rchr(file->name, '/');
	struct sl_str base = sl_str_sub(file->name, (size_t)(slash + 1), file->name.n), doc;
	int r = 0;

	if (sl_str_starts(base, SL_STR("_")))
		return 0;
	while (r == 0 && sl_helm_split_next(&split, &doc))
		r = take_document(s, file, doc, err);
	return r;
}

struct documents {
	const struct sl_helm_file *files;
	struct sl_helm_hearing hearing;
	struct sorting parts[SL_PARTS];
};

static int take_files(struct sorting *s, const struct sl_helm_file *files, size_t n,
		      struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = take_file(s, &files[i], err);
	return r;
}

static int take_part(void *arg, struct sl_part *p)
{
	struct documents *d = arg;
	struct sorting *s = &d->parts[p->number];

	*s = (struct sorting){ .a = &p->a, .host = &d->hearing.hosts[p->number] };
	return take_files(s, d->files + p->from, p->to - p->from, NULL);
}

static void join(struct sorting *s, const struct documents *d)
{
	for (size_t i = 0; i < SL_PARTS; i++) {
		for (size_t k = 0; k < d->parts[i].manifest_count; k++)
			add_manifest(s, &d->parts[i].manifests[k]);
		for (size_t k = 0; k < d->parts[i].hook_count; k++)
			add_hook(s, &d->parts[i].hooks[k]);
	}
}

static bool take_in_parts(struct sorting *s, const struct sl_helm_file *files, size_t n)
{
	struct documents d = { .files = files };
	bool taken = sl_helm_parts_run(&d.hearing, s->host, s->a, n, take_part, &d);

	if (taken)
		join(s, &d);
	for (size_t i = 0; i < SL_PARTS; i++) {
		free(d.parts[i].manifests);
		free(d.parts[i].hooks);
	}
	return taken;
}

static size_t count_bytes(const struct sl_helm_file *files, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += files[i].data.n;
	return bytes;
}

int sl_helm_sort_manifests(struct sl_arena *a, const struct sl_helm_file *files, size_t n,
			   const struct sl_helm_host *host, struct sl_helm_result *ret,
			   struct sl_err *err)
{
	struct sorting s = { .a = a, .host = host };
	bool many = count_bytes(files, n) >= SL_PARTS_BYTES_MIN;
	int r = 0;

	if (!many || !take_in_parts(&s, files, n))
		r = take_files(&s, files, n, err);
	ret->manifest_count = s.manifest_count;
	ret->manifests =
		sl_helm_in_install_order(a, s.manifests, s.manifest_count, sizeof(*s.manifests),
					 offsetof(struct sl_helm_manifest, kind));
	ret->hook_count = s.hook_count;
	ret->hooks = sl_helm_in_install_order(a, s.hooks, s.hook_count, sizeof(*s.hooks),
					      offsetof(struct sl_helm_hook, kind));
	free(s.manifests);
	free(s.hooks);
	return r;
}
