#include "test/unit/support/kubeworld.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/base/strmap.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/mergepatch.h"
#include "libcommon/kube/object.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

#define TEXT_MAX ((size_t)1 << 20)
#define REFUSALS_MAX 8

struct refusal {
	const char *request, *message;
	int count, status;
};

struct kubeworld {
	struct fakeapi *api;
	pthread_mutex_t lock;
	struct sl_arena arena;
	struct sl_value *objects; /* "configmaps/ns/a" → object */
	int version;
	struct sl_strbuf log;
	struct refusal refusals[REFUSALS_MAX];
};

/* What a request is about. */
struct question {
	const char *verb;
	const char *path; /* "configmaps/ns/a", of a list "pods/ns"; NULL: what is served at all */
	const char *line; /* as it is written down */
	bool is_list;
};

static const struct {
	const char *path, *resources;
} groups[] = {
	{ "/api/v1",
	  "{'name':'configmaps','kind':'ConfigMap','namespaced':true,'verbs':['get','list']},"
	  "{'name':'namespaces','kind':'Namespace','namespaced':false,'verbs':['get','list']},"
	  "{'name':'pods','kind':'Pod','namespaced':true,'verbs':['get','list']}" },
	{ "/apis/apps/v1",
	  "{'name':'deployments','kind':'Deployment','namespaced':true,'verbs':['get','list']},"
	  "{'name':'statefulsets','kind':'StatefulSet','namespaced':true,'verbs':['get','list']}" },
	{ "/apis/batch/v1", "{'name':'jobs','kind':'Job','namespaced':true,'verbs':['get']}" },
	{ "/apis/scheduling.k8s.io/v1",
	  "{'name':'priorityclasses','kind':'PriorityClass','namespaced':false,'verbs':['get']}" },
};

static bool answer_discovery(struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(groups); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX);

		if (!sl_str_eqz(q->target, groups[i].path))
			continue;
		sl_json_write(
			tree(&a, sl_arena_printf(&a, "{'resources':[%s]}", groups[i].resources)),
			SL_JSON_COMPACT, &text);
		fakeapi_reply(c, 200, NULL, text.p);
		return true;
	}
	return false;
}

static void reply(struct fakeapi_conn *c, int status, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX);

	sl_json_write(v, SL_JSON_COMPACT, &text);
	fakeapi_reply(c, status, NULL, text.p);
}

static void reply_status(struct fakeapi_conn *c, int status, const char *message)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 403, "Forbidden" },
		{ 404, "NotFound" },
		{ 409, "Conflict" },
		{ 422, "Invalid" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "{'kind':'Status','apiVersion':'v1','status':'Failure'}");

	sl_map_set_int(&a, v, "code", status);
	sl_map_set_strz(&a, v, "message", message);
	for (size_t i = 0; i < SL_ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			sl_map_set_strz(&a, v, "reason", reasons[i].reason);
	reply(c, status, v);
}

static bool head_has(const struct fakeapi_request *q, const char *text)
{
	return sl_str_find(q->head, sl_str(text)) >= 0;
}

static const char *verb_of(const struct fakeapi_request *q, bool is_list)
{
	if (sl_str_eqz(q->method, "DELETE"))
		return "delete";
	if (sl_str_eqz(q->method, "GET"))
		return is_list ? "list" : "get";
	if (!head_has(q, "application/apply-patch"))
		return fakeapi_asks(q, "/status?") ? "status" : "patch";
	return fakeapi_asks(q, "dryRun=All") ? "dry-run" : "apply";
}

static const char *user_of(struct sl_arena *a, const struct fakeapi_request *q)
{
	struct sl_str rest = q->head, line;

	while (sl_str_split(&rest, '\n', &line))
		if (sl_str_starts(line, SL_STR("Impersonate-User: ")))
			return sl_arena_printf(
				a, " as %.*s",
				SL_STR_FMT(sl_str_trim(sl_str_sub(line, 18, line.n))));
	return "";
}

/* "/apis/apps/v1/namespaces/ns/deployments/web/status?…" → "deployments/ns/web". */
static struct question understand(struct sl_arena *a, const struct fakeapi_request *q)
{
	struct sl_str rest = q->target, target, part[8] = { 0 };
	struct question ret = { 0 };
	size_t n = 0, at;

	sl_str_split(&rest, '?', &target);
	while (n < SL_ARRAY_LEN(part) && sl_str_split(&target, '/', &part[n]))
		n++;
	at = sl_str_eqz(part[1], "api") ? 3 : 4;
	if (n <= at)
		return ret;
	if (sl_str_eqz(part[at], "namespaces") && n > at + 2) {
		ret.is_list = n == at + 3;
		ret.path = sl_arena_printf(a, "%.*s/%.*s%s%.*s", SL_STR_FMT(part[at + 2]),
					   SL_STR_FMT(part[at + 1]), ret.is_list ? "" : "/",
					   SL_STR_FMT(part[at + 3]));
	} else {
		ret.is_list = n == at + 1;
		ret.path = sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(part[at]),
					   SL_STR_FMT(part[at + 1]));
	}
	ret.verb = verb_of(q, ret.is_list);
	ret.line = sl_arena_printf(a, "%s %s%s", ret.verb, ret.path, user_of(a, q));
	return ret;
}

static void stamp(struct kubeworld *w, struct sl_value *object, bool is_new)
{
	struct sl_value *metadata = sl_map_need_map(&w->arena, object, "metadata");

	w->version++;
	if (is_new)
		sl_map_setz(&w->arena, metadata, "uid",
			    sl_value_strf(&w->arena, "uid-%d", w->version));
	sl_map_setz(&w->arena, metadata, "resourceVersion",
		    sl_value_strf(&w->arena, "%d", w->version));
}

static void store(struct kubeworld *w, const char *path, struct sl_value *object)
{
	sl_map_set(&w->arena, w->objects, sl_arena_str(&w->arena, sl_str(path)), object);
}

static struct sl_value *parse(struct sl_arena *a, struct sl_str json)
{
	struct sl_value *v = NULL;

	if (sl_json_parse(a, json, NULL, &v, NULL) < 0)
		fail_msg("no JSON: %.*s", SL_STR_FMT(json));
	return v;
}

static void apply(struct kubeworld *w, struct fakeapi_conn *c, const struct question *q,
		  const struct sl_value *desired)
{
	const struct sl_value *live = sl_map_get(w->objects, sl_str(q->path));
	struct sl_value *now = sl_mergepatch_apply(&w->arena, live, desired);
	bool is_dry = sl_streq(q->verb, "dry-run");

	if (!is_dry && !sl_value_equal(live, now)) {
		stamp(w, now, !live);
		store(w, q->path, now);
	}
	reply(c, live ? 200 : 201, now);
}

static void patch(struct kubeworld *w, struct fakeapi_conn *c, const struct question *q,
		  const struct sl_value *change)
{
	const struct sl_value *live = sl_map_get(w->objects, sl_str(q->path));
	struct sl_str version = sl_obj_resource_version(change);
	struct sl_value *now;

	if (!live) {
		reply_status(c, 404, "not found");
	} else if (version.n && !sl_str_eq(version, sl_obj_resource_version(live))) {
		reply_status(c, 409, "the object has been modified");
	} else {
		now = sl_mergepatch_apply(&w->arena, live, change);
		stamp(w, now, false);
		store(w, q->path, now);
		reply(c, 200, now);
	}
}

static void delete_object(struct kubeworld *w, struct fakeapi_conn *c, const struct question *q,
			  const struct sl_value *options)
{
	const struct sl_value *live = sl_map_get(w->objects, sl_str(q->path));
	struct sl_str uid = sl_get_str(options, "preconditions", "uid");

	if (!live) {
		reply_status(c, 404, "not found");
	} else if (uid.n && !sl_str_eq(uid, sl_obj_uid(live))) {
		reply_status(c, 409, "another uid");
	} else {
		reply(c, 200, live);
		sl_map_remove(w->objects, sl_str(q->path));
	}
}

static void list(struct kubeworld *w, struct fakeapi_conn *c, const struct question *q)
{
	struct sl_value *v = tree(&w->arena, "{'kind':'List','metadata':{'resourceVersion':'1'}}");
	struct sl_value *items = sl_map_need_list(&w->arena, v, "items");

	for (size_t i = 0; i < sl_map_len(w->objects); i++) {
		struct sl_member *m = &w->objects->map.members[i];

		if (sl_str_starts(m->key, sl_str(q->path)))
			sl_list_push(&w->arena, items, sl_value_copy(&w->arena, m->value));
	}
	reply(c, 200, v);
}

static bool refuse(struct kubeworld *w, struct fakeapi_conn *c, const struct question *q)
{
	for (size_t i = 0; i < REFUSALS_MAX; i++) {
		struct refusal *f = &w->refusals[i];

		if (!f->count || !sl_str_starts(sl_str(q->line), sl_str(f->request)))
			continue;
		f->count--;
		reply_status(c, f->status, f->message);
		return true;
	}
	return false;
}

static void answer(struct kubeworld *w, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct question about = understand(&w->arena, q);
	struct sl_value *body = q->body.n ? parse(&w->arena, q->body) : NULL;
	const struct sl_value *live;

	if (!about.path) {
		reply_status(c, 404, "not served");
		return;
	}
	sl_strbuf_addf(&w->log, "%s\n", about.line);
	if (refuse(w, c, &about))
		return;
	if (sl_streq(about.verb, "list")) {
		list(w, c, &about);
	} else if (sl_streq(about.verb, "get")) {
		live = sl_map_get(w->objects, sl_str(about.path));
		if (live)
			reply(c, 200, live);
		else
			reply_status(c, 404, "not found");
	} else if (sl_streq(about.verb, "delete")) {
		delete_object(w, c, &about, body);
	} else if (sl_streq(about.verb, "apply") || sl_streq(about.verb, "dry-run")) {
		apply(w, c, &about, body);
	} else {
		patch(w, c, &about, body);
	}
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct kubeworld *w = user;

	if (answer_discovery(c, q))
		return;
	pthread_mutex_lock(&w->lock);
	answer(w, c, q);
	pthread_mutex_unlock(&w->lock);
}

struct kubeworld *kubeworld_start(void)
{
	struct kubeworld *w = sl_xcalloc(1, sizeof(*w));

	pthread_mutex_init(&w->lock, NULL);
	w->objects = sl_value_map(&w->arena);
	sl_strbuf_init(&w->log, TEXT_MAX);
	w->api = fakeapi_start(serve, w);
	return w;
}

void kubeworld_stop(struct kubeworld *w)
{
	fakeapi_stop(w->api);
	sl_strbuf_release(&w->log);
	sl_arena_release(&w->arena);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

const char *kubeworld_url(const struct kubeworld *w)
{
	return fakeapi_url(w->api);
}

/* The plural of its kind in the table above, for every kind that tests put, is lower case and an s. */
static const char *path_of(struct sl_arena *a, const struct sl_value *object)
{
	struct sl_str kind = sl_obj_kind(object), ns = sl_obj_namespace(object);
	char *plural = sl_arena_printf(a, "%.*ss", SL_STR_FMT(kind));

	for (char *p = plural; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p);
	return sl_arena_printf(a, "%s/%.*s%s%.*s", plural, SL_STR_FMT(ns), ns.n ? "/" : "",
			       SL_STR_FMT(sl_obj_name(object)));
}

void kubeworld_put(struct kubeworld *w, const char *json)
{
	struct sl_value *object;

	pthread_mutex_lock(&w->lock);
	object = tree(&w->arena, json);
	stamp(w, object, true);
	store(w, path_of(&w->arena, object), object);
	pthread_mutex_unlock(&w->lock);
}

struct sl_value *kubeworld_get(struct kubeworld *w, struct sl_arena *a, const char *path)
{
	struct sl_value *copy = NULL;
	const struct sl_value *live;

	pthread_mutex_lock(&w->lock);
	live = sl_map_get(w->objects, sl_str(path));
	if (live)
		copy = sl_value_copy(a, live);
	pthread_mutex_unlock(&w->lock);
	return copy;
}

void kubeworld_refuse(struct kubeworld *w, const char *request, int count, int status,
		      const char *message)
{
	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < REFUSALS_MAX; i++) {
		if (w->refusals[i].count)
			continue;
		w->refusals[i] = (struct refusal){ request, message, count, status };
		break;
	}
	pthread_mutex_unlock(&w->lock);
}

const char *kubeworld_log(struct kubeworld *w, struct sl_arena *a)
{
	const char *text;

	pthread_mutex_lock(&w->lock);
	text = sl_arena_strdup(a, w->log.p);
	sl_strbuf_reset(&w->log);
	pthread_mutex_unlock(&w->lock);
	return text;
}
