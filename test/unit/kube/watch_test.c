#include "libcommon/kube/watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

static const struct sl_kube_kind config_maps = { .group = "",
						 .version = "v1",
						 .kind = "ConfigMap",
						 .plural = "configmaps",
						 .namespaced = true };

/* One server, client and watch. What the watch tells is written down, as is what it asks for. */
struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	struct sl_watch *watch;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	char log[8192];
	char asked[8192]; /* each target and '\n' */
	char head[2048];  /* of the last request */
	atomic_int lists, watches;
};

static void note(struct fixture *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(struct fixture *f, const char *fmt, ...)
{
	size_t n;
	va_list ap;

	pthread_mutex_lock(&f->lock);
	n = strlen(f->log);
	va_start(ap, fmt);
	vsnprintf(f->log + n, sizeof(f->log) - n, fmt, ap);
	va_end(ap);
	pthread_cond_broadcast(&f->wake);
	pthread_mutex_unlock(&f->lock);
}

static void on_begin(void *ctx)
{
	note(ctx, "begin ");
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct sl_str name = sl_obj_name(object);

	expect_str(sl_obj_kind(object), "ConfigMap");
	expect_str(sl_obj_api_version(object), "v1");
	note(ctx, "%c%.*s%s ", "+~-"[event], SL_STR_FMT(name),
	     sl_get(object, "metadata", "managedFields") ? "(managed)" : "");
}

static void on_synced(void *ctx)
{
	note(ctx, "synced ");
}

static void on_error(void *ctx, const struct sl_err *err)
{
	note(ctx, "!%s ", sl_err_code_name(err->code));
}

/* Wait for the log to hold `text`; fails after five seconds. */
static void await(struct fixture *f, const char *text)
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 5;
	pthread_mutex_lock(&f->lock);
	while (!strstr(f->log, text) && r == 0)
		r = pthread_cond_timedwait(&f->wake, &f->lock, &until);
	if (r)
		fprintf(stderr, "want \"%s\" in \"%s\", asked %s\n", text, f->log, f->asked);
	pthread_mutex_unlock(&f->lock);
	assert_int_equal(r, 0);
}

static void setup_client(struct fixture *f, fakeapi_handler handler, struct sl_watch_options o,
			 const struct sl_kube_client_options *client)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	const struct sl_watch_handler h = { .ctx = f,
					    .on_begin = on_begin,
					    .on_object = on_object,
					    .on_synced = on_synced,
					    .on_error = on_error };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->wake, NULL);
	f->api = fakeapi_start(handler, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	expect_ok(sl_kube_client_new(&config, client, &f->client, &err), &err);
	sl_kube_config_release(&config);
	o.kind = &config_maps;
	f->watch = sl_watch_start(f->client, &o, &h);
}

static void setup_with(struct fixture *f, fakeapi_handler handler, struct sl_watch_options o)
{
	setup_client(f, handler, o, NULL);
}

static void setup(struct fixture *f, fakeapi_handler handler)
{
	setup_with(f, handler, (struct sl_watch_options){ 0 });
}

static void teardown(struct fixture *f)
{
	sl_watch_stop(f->watch);
	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
}

static void write_down(struct fixture *f, const struct fakeapi_request *q)
{
	size_t n;

	pthread_mutex_lock(&f->lock);
	n = strlen(f->asked);
	snprintf(f->asked + n, sizeof(f->asked) - n, "%.*s\n", SL_STR_FMT(q->target));
	snprintf(f->head, sizeof(f->head), "%.*s", SL_STR_FMT(q->head));
	pthread_mutex_unlock(&f->lock);
}

static bool was_asked(struct fixture *f, const char *text)
{
	bool found;

	pthread_mutex_lock(&f->lock);
	found = strstr(f->asked, text) != NULL;
	pthread_mutex_unlock(&f->lock);
	return found;
}

/* A LIST of one object "a" at version 10. */
static void reply_list(struct fakeapi_conn *c)
{
	fakeapi_reply(c, 200, NULL,
		      "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"10\"},"
		      "\"items\":[{\"metadata\":{\"name\":\"a\",\"managedFields\":[{}]}}]}");
}

#define EVENT(type, name, version) \
	"{\"type\":\"" type "\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"," \
	"\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version \
	"\",\"managedFields\":[]}}}\n"

/* Keep the stream open until the watch goes. */
static void linger(struct fakeapi_conn *c)
{
	fakeapi_pause(c, 60000);
	fakeapi_hang_up(c);
}

static void pages(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	write_down(user, q);
	if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		fakeapi_chunk(c, SL_STR(EVENT("ADDED", "d", "11") EVENT("MODIFIED", "a", "12")
						EVENT("DELETED", "b", "13")));
		linger(c);
	} else if (fakeapi_asks(q, "continue=p%2F2")) {
		fakeapi_reply(c, 200, NULL,
			      "{\"metadata\":{\"resourceVersion\":\"10\"},"
			      "\"items\":[{\"metadata\":{\"name\":\"c\"}}]}");
	} else {
		fakeapi_reply(c, 200, NULL,
			      "{\"metadata\":{\"resourceVersion\":\"10\",\"continue\":\"p/2\"},"
			      "\"items\":[{\"metadata\":{\"name\":\"a\",\"managedFields\":[{}]}},"
			      "{\"metadata\":{\"name\":\"b\"}}]}");
	}
}

static void lists_pages_then_watches(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, pages,
		   (struct sl_watch_options){ .namespace_ = "ns",
					      .label_selector = "app=x,y in (1)",
					      .field_selector = "metadata.name=a" });
	await(&f, "begin +a +b +c synced +d ~a -b ");
	assert_true(was_asked(&f, "/api/v1/namespaces/ns/configmaps?limit=250&labelSelector="
				  "app%3Dx%2Cy%20in%20%281%29&fieldSelector=metadata.name%3Da\n"));
	assert_true(was_asked(&f, "resourceVersion=10&labelSelector=app"));
	assert_true(was_asked(&f, "allowWatchBookmarks=true&timeoutSeconds="));
	teardown(&f);
}

static void keeps_managed_fields_when_asked_to(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, pages, (struct sl_watch_options){ .keep_managed_fields = true });
	await(&f, "begin +a(managed) +b +c synced +d(managed) ");
	teardown(&f);
}

static void partial(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	write_down(f, q);
	if (!strstr(f->head, "application/json;as=PartialObjectMetadata")) {
		fakeapi_reply(c, 400, NULL, "{}");
	} else if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		fakeapi_chunk(c, SL_STR("{\"type\":\"ADDED\",\"object\":{\"kind\":"
					"\"PartialObjectMetadata\",\"apiVersion\":"
					"\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"p\"}}}\n"));
		linger(c);
	} else {
		reply_list(c);
	}
}

static void metadata_only_keeps_the_kind(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, partial, (struct sl_watch_options){ .metadata_only = true });
	await(&f, "begin +a synced +p ");
	teardown(&f);
}

static void nothing(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	(void)user;
	if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		linger(c);
	} else {
		fakeapi_reply(c, 200, NULL,
			      "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":"
			      "\"meta.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"7\"},"
			      "\"items\":null}");
	}
}

static void metadata_of_nothing_is_a_list(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, nothing, (struct sl_watch_options){ .metadata_only = true });
	await(&f, "begin synced ");
	teardown(&f);
}

static void byte_by_byte(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	const struct sl_str events = SL_STR(EVENT("ADDED", "x", "11") EVENT("DELETED", "a", "12"));

	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	(void)user;
	fakeapi_begin(c);
	for (size_t i = 0; i < events.n; i++)
		fakeapi_chunk(c, sl_str_sub(events, i, i + 1));
	linger(c);
}

static void survives_any_chunking(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, byte_by_byte);
	await(&f, "begin +a synced +x -a ");
	teardown(&f);
}

/* A bookmark, then a cut in the middle of a line; the second watch goes on. */
static void cut_in_mid_line(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	write_down(f, q);
	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	fakeapi_begin(c);
	if (atomic_fetch_add(&f->watches, 1) == 0) {
		fakeapi_chunk(
			c, SL_STR(EVENT("ADDED", "b", "11") EVENT(
				   "BOOKMARK", "", "20") "{\"type\":\"ADDED\",\"object\":{\"meta"));
		fakeapi_hang_up(c);
		return;
	}
	fakeapi_chunk(c, SL_STR(EVENT("ADDED", "c", "21")));
	linger(c);
}

static void resumes_after_a_cut_from_the_bookmark(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, cut_in_mid_line);
	await(&f, "begin +a synced +b !network +c ");
	assert_true(was_asked(&f, "resourceVersion=10\n"));
	assert_true(was_asked(&f, "resourceVersion=20\n"));
	teardown(&f);
}

/* The stream ends as by its own time-out, after an event: no error. */
static void ends_normally(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	write_down(f, q);
	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	fakeapi_begin(c);
	if (atomic_fetch_add(&f->watches, 1) == 0) {
		fakeapi_chunk(c, SL_STR(EVENT("ADDED", "b", "11")));
		fakeapi_end(c);
		return;
	}
	fakeapi_chunk(c, SL_STR(EVENT("ADDED", "c", "12")));
	linger(c);
}

/* A busy machine may make one attempt slow; a pause before the watch is resumed, each of them. */
static void resumes_at_once_after_a_normal_end(void **state)
{
	int64_t quickest = SL_NEVER;

	(void)state;
	for (int i = 0; i < 10 && quickest >= 350; i++) {
		int64_t begin = sl_mono_ms();
		struct fixture f;

		setup(&f, ends_normally);
		await(&f, "begin +a synced +b +c ");
		assert_true(was_asked(&f, "resourceVersion=11\n"));
		if (sl_mono_ms() - begin < quickest)
			quickest = sl_mono_ms() - begin;
		teardown(&f);
	}
	assert_true(quickest < 350);
}

#define GONE \
	"{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old resource version\"," \
	"\"reason\":\"Expired\",\"code\":410}"

/* First an ERROR event, then a 410 as the answer; the third watch stays. */
static void expire(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (!fakeapi_asks(q, "watch=true")) {
		atomic_fetch_add(&f->lists, 1);
		reply_list(c);
		return;
	}
	switch (atomic_fetch_add(&f->watches, 1)) {
	case 0:
		fakeapi_begin(c);
		fakeapi_chunk(c, SL_STR(EVENT("ADDED", "b",
					      "11") "{\"type\":\"ERROR\",\"object\":" GONE "}\n"));
		linger(c);
		break;
	case 1:
		fakeapi_reply(c, 410, NULL, GONE);
		break;
	default:
		fakeapi_begin(c);
		fakeapi_chunk(c, SL_STR(EVENT("ADDED", "c", "11")));
		linger(c);
	}
}

static void lists_anew_when_expired(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, expire);
	await(&f, "begin +a synced +b begin +a synced begin +a synced +c ");
	assert_int_equal(atomic_load(&f.lists), 3);
	teardown(&f);
}

static void garbage(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	fakeapi_begin(c);
	fakeapi_chunk(c, atomic_fetch_add(&f->watches, 1) ? SL_STR(EVENT("ADDED", "c", "11"))
							  : SL_STR("{\"type\":}\n"));
	linger(c);
}

static void lists_anew_after_garbage(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, garbage);
	await(&f, "begin +a synced !invalid begin +a synced +c ");
	teardown(&f);
}

static void forbid_first(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		linger(c);
	} else if (atomic_fetch_add(&f->lists, 1) == 0) {
		fakeapi_reply(c, 403, NULL,
			      "{\"kind\":\"Status\",\"message\":\"no\",\"reason\":\"Forbidden\"}");
	} else {
		reply_list(c);
	}
}

static void reports_errors_and_goes_on(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, forbid_first);
	await(&f, "!forbidden begin +a synced ");
	teardown(&f);
}

/* The second page says that its snapshot is gone. */
static void expire_in_list(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		linger(c);
	} else if (fakeapi_asks(q, "continue=")) {
		fakeapi_reply(c, 410, NULL, GONE);
	} else if (atomic_fetch_add(&f->lists, 1) == 0) {
		fakeapi_reply(c, 200, NULL,
			      "{\"metadata\":{\"resourceVersion\":\"10\",\"continue\":\"x\"},"
			      "\"items\":[{\"metadata\":{\"name\":\"old\"}}]}");
	} else {
		reply_list(c);
	}
}

static void begins_a_list_again_that_expired(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, expire_in_list);
	await(&f, "begin +old !gone begin +a synced ");
	teardown(&f);
}

/* The first connection of a watch says nothing at all, not even a header. */
static void silence(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	if (atomic_fetch_add(&f->watches, 1) == 0) {
		linger(c);
		return;
	}
	fakeapi_begin(c);
	fakeapi_chunk(c, SL_STR(EVENT("ADDED", "b", "11")));
	linger(c);
}

static void leaves_a_silent_stream(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, silence, (struct sl_watch_options){ .silence_ms = 100 });
	await(&f, "begin +a synced +b ");
	teardown(&f);
}

/* The first watch says something and then nothing more; so does whoever is asked whether it lives. */
static void dies(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	write_down(f, q);
	if (!fakeapi_asks(q, "watch=true") && !fakeapi_asks(q, "/livez")) {
		reply_list(c);
		return;
	}
	if (fakeapi_asks(q, "watch=true")) {
		fakeapi_begin(c);
		fakeapi_chunk(c, atomic_fetch_add(&f->watches, 1)
					 ? SL_STR(EVENT("ADDED", "c", "12"))
					 : SL_STR(EVENT("ADDED", "b", "11")));
	}
	linger(c);
}

static void asks_whether_a_quiet_connection_lives(void **state)
{
	const struct sl_kube_client_options quick = { .silence_ms = 20 };
	struct fixture f;

	(void)state;
	setup_client(&f, dies, (struct sl_watch_options){ 0 }, &quick);
	await(&f, "begin +a synced +b +c ");
	assert_true(was_asked(&f, "/livez"));
	teardown(&f);
}

/* Nothing happens, but whoever asks gets an answer. */
static void nothing_new(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (fakeapi_asks(q, "/livez")) {
		fakeapi_reply(c, 200, NULL, "ok");
		note(f, "lives ");
		return;
	}
	if (!fakeapi_asks(q, "watch=true")) {
		reply_list(c);
		return;
	}
	atomic_fetch_add(&f->watches, 1);
	fakeapi_begin(c);
	linger(c);
}

static void leaves_a_quiet_watch_alone(void **state)
{
	/* Thrice that is time enough to answer on a busy machine. */
	const struct sl_kube_client_options quick = { .silence_ms = 60 };
	struct fixture f;

	(void)state;
	setup_client(&f, nothing_new, (struct sl_watch_options){ 0 }, &quick);
	await(&f, "begin +a synced lives lives ");
	assert_int_equal(atomic_load(&f.watches), 1);
	teardown(&f);
}

static void reports_what_can_never_be_sent(void **state)
{
	struct fixture f;

	(void)state;
	setup_with(&f, pages, (struct sl_watch_options){ .user = "a\nb" });
	await(&f, "!invalid ");
	assert_int_equal(fakeapi_connections(f.api), 0);
	teardown(&f);
}

static void stops_in_every_state(void **state)
{
	static const fakeapi_handler handlers[] = { pages, silence, forbid_first, expire };
	struct fixture f;

	(void)state;
	for (int i = 0; i < 40; i++) {
		setup(&f, handlers[i % (int)SL_ARRAY_LEN(handlers)]);
		fakeapi_sleep(i / 8);
		teardown(&f);
	}
	/* The client may go first, and a watch may come too late. */
	setup(&f, pages);
	await(&f, "synced +d ");
	sl_kube_client_stop(f.client);
	sl_watch_stop(f.watch);
	f.watch = sl_watch_start(f.client, &(struct sl_watch_options){ .kind = &config_maps },
				 &(struct sl_watch_handler){ .on_object = on_object });
	sl_kube_client_free(SL_STEAL(f.client));
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_pages_then_watches),
		cmocka_unit_test(keeps_managed_fields_when_asked_to),
		cmocka_unit_test(metadata_only_keeps_the_kind),
		cmocka_unit_test(metadata_of_nothing_is_a_list),
		cmocka_unit_test(survives_any_chunking),
		cmocka_unit_test(resumes_after_a_cut_from_the_bookmark),
		cmocka_unit_test(resumes_at_once_after_a_normal_end),
		cmocka_unit_test(lists_anew_when_expired),
		cmocka_unit_test(lists_anew_after_garbage),
		cmocka_unit_test(reports_errors_and_goes_on),
		cmocka_unit_test(begins_a_list_again_that_expired),
		cmocka_unit_test(leaves_a_silent_stream),
		cmocka_unit_test(asks_whether_a_quiet_connection_lives),
		cmocka_unit_test(leaves_a_quiet_watch_alone),
		cmocka_unit_test(reports_what_can_never_be_sent),
		cmocka_unit_test(stops_in_every_state),
	};

	return cmocka_run_group_tests_name("kube/watch", tests, NULL, NULL);
}
