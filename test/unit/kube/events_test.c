#include "libcommon/kube/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/events_parts.h"
#include "test/unit/support/fakeapi.h"
#include "test/unit/support/test.h"

/* The API server and the receiver of POSTs in one: "/events-addr" is the latter. */
struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	struct sl_events *events;
	pthread_mutex_t lock;
	char kube[1 << 16], posts[1 << 18]; /* bodies, a line each */
	int kube_status, post_status;	    /* what is answered; 0: 201, 200 */
	int fail_count;			    /* how many times; 0: always */
	int posted, written;
};

static void note(char *log, size_t size, const struct fakeapi_request *q)
{
	size_t n = strlen(log);

	snprintf(log + n, size - n, "%.*s %.*s %.*s\n", SL_STR_FMT(q->method),
		 SL_STR_FMT(q->target), SL_STR_FMT(q->body));
}

static int status_of(struct fixture *f, int *status, int otherwise)
{
	int now = *status ? *status : otherwise;

	if (*status && f->fail_count && --f->fail_count == 0)
		*status = 0;
	return now;
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;
	bool post = fakeapi_asks(q, "/events-addr");
	int status;

	pthread_mutex_lock(&f->lock);
	note(post ? f->posts : f->kube, post ? sizeof(f->posts) : sizeof(f->kube), q);
	status = post ? status_of(f, &f->post_status, 200) : status_of(f, &f->kube_status, 201);
	*(post ? &f->posted : &f->written) += 1;
	pthread_mutex_unlock(&f->lock);
	fakeapi_reply(c, status, NULL, "{\"kind\":\"Status\",\"message\":\"fake\"}");
}

static void fixture_init(struct fixture *f, bool kube, bool post)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	const struct sl_kube_client_options options = { .user_agent = "test" };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char address[128];

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
	f->api = fakeapi_start(serve, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	assert_ok(sl_kube_client_new(&config, &options, &f->client, &err), &err);
	sl_kube_config_release(&config);
	snprintf(address, sizeof(address), "%s/events-addr", fakeapi_url(f->api));
	assert_ok(sl_events_new(&(struct sl_events_options){ .client = kube ? f->client : NULL,
							     .controller = "test-controller",
							     .address = post ? address : "" },
				&f->events, &err),
		  &err);
}

static void fixture_release(struct fixture *f)
{
	sl_events_free(f->events, sl_mono_ms() + 2000);
	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	pthread_mutex_destroy(&f->lock);
}

#define FIXTURE(f, kube, post) \
	struct fixture f __attribute__((cleanup(fixture_release))); \
	SL_AUTO(sl_arena) a = SL_ARENA_INIT; \
	const struct sl_value *object = make_object(&a, "app"); \
	fixture_init(&f, (kube), (post))

static struct sl_value *parse(struct sl_arena *a, struct sl_str json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	assert_ok(sl_json_parse(a, json, NULL, &v, &err), &err);
	return v;
}

static struct sl_value *make_object(struct sl_arena *a, const char *name)
{
	return parse(a,
		     sl_str(sl_arena_printf(
			     a,
			     "{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":"
			     "\"Kustomization\",\"metadata\":{\"namespace\":\"ns\",\"name\":\"%s\","
			     "\"uid\":\"u-1\",\"resourceVersion\":\"42\",\"annotations\":{"
			     "\"event.toolkit.fluxcd.io/env\":\"prod\",\"other\":\"no\"}}}",
			     name)));
}

static const struct sl_event_meta revision[] = {
	{ "kustomize.toolkit.fluxcd.io/revision", { "main@sha1:1", 11 } },
	{ "event.toolkit.fluxcd.io/env", { "overridden", 10 } },
	{ NULL, { NULL, 0 } },
};

static void flush(struct fixture *f)
{
	assert_true(sl_events_flush(f->events, sl_mono_ms() + 5000));
}

/* The JSON of the n-th line of a log, from 0. */
static struct sl_value *line_of(struct sl_arena *a, const char *log, size_t n, const char *request)
{
	struct sl_str rest = sl_str(log), line = SL_STR_NULL;

	for (size_t i = 0; i <= n; i++)
		assert_true(sl_str_split(&rest, '\n', &line) && line.n);
	if (!sl_str_starts(line, sl_str(request)))
		fail_msg("%.*s does not begin with %s", SL_STR_FMT(line), request);
	return parse(a, sl_str_sub(line, (size_t)sl_str_chr(line, '{'), line.n));
}

static void assert_wall_now(struct sl_str text)
{
	int64_t when;

	assert_true(sl_rfc3339_parse(text, &when));
	assert_in_range(sl_wall_ms() - when, 0, 60000);
}

static void posts_what_flux_posts(void **state)
{
	FIXTURE(f, false, true);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 16);
	struct sl_value *body;

	(void)state;
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, revision, "Progressing", "%s <%d>",
			"created", 3);
	flush(&f);
	body = line_of(&a, f.posts, 0, "POST /events-addr ");
	assert_wall_now(sl_get_str(body, "timestamp"));
	assert_true(sl_get_str(body, "reportingInstance").n > 0);
	sl_map_remove(body, SL_STR("timestamp"));
	sl_map_remove(body, SL_STR("reportingInstance"));
	sl_json_write(body, SL_JSON_COMPACT, &text);
	assert_string_equal(
		text.p,
		"{\"involvedObject\":{\"kind\":\"Kustomization\",\"namespace\":\"ns\",\"name\":"
		"\"app\","
		"\"uid\":\"u-1\",\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\","
		"\"resourceVersion\":\"42\"},\"severity\":\"info\",\"message\":\"created <3>\","
		"\"reason\":\"Progressing\",\"metadata\":{\"event.toolkit.fluxcd.io/env\":\"prod\","
		"\"kustomize.toolkit.fluxcd.io/revision\":\"main@sha1:1\"},"
		"\"reportingController\":\"test-controller\"}");
}

static void writes_kubernetes_events(void **state)
{
	FIXTURE(f, true, false);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 16);
	struct sl_value *event, *metadata, *annotations;

	(void)state;
	sl_events_emitf(f.events, object, SL_SEVERITY_ERROR, revision, "BuildFailed", "no luck");
	flush(&f);
	event = line_of(&a, f.kube, 0, "POST /api/v1/namespaces/ns/events?");
	metadata = sl_get(event, "metadata");
	assert_true(sl_str_starts(sl_get_str(metadata, "name"), SL_STR("app.")));
	assert_int_equal(sl_get_str(metadata, "name").n, 4 + 16);
	annotations = sl_get(metadata, "annotations");
	assert_int_equal(sl_get_str(annotations, SL_ANN_EVENT_ID).n, 36);
	sl_map_remove(annotations, SL_STR(SL_ANN_EVENT_ID));
	assert_wall_now(sl_get_str(event, "firstTimestamp"));
	assert_str(sl_get_str(event, "lastTimestamp"),
		   sl_as_strz(&a, sl_get(event, "firstTimestamp")));
	sl_map_remove(metadata, SL_STR("name"));
	sl_map_remove(event, SL_STR("firstTimestamp"));
	sl_map_remove(event, SL_STR("lastTimestamp"));
	sl_map_remove(event, SL_STR("reportingInstance"));
	sl_json_write(event, SL_JSON_COMPACT, &text);
	assert_string_equal(
		text.p,
		"{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{\"namespace\":\"ns\","
		"\"annotations\":{\"event.toolkit.fluxcd.io/env\":\"prod\","
		"\"kustomize.toolkit.fluxcd.io/revision\":\"main@sha1:1\","
		"\"sluice.dev/"
		"severity\":\"error\"}},\"involvedObject\":{\"kind\":\"Kustomization\","
		"\"namespace\":\"ns\",\"name\":\"app\",\"uid\":\"u-1\",\"apiVersion\":"
		"\"kustomize.toolkit.fluxcd.io/v1\",\"resourceVersion\":\"42\"},\"reason\":"
		"\"BuildFailed\",\"message\":\"no luck\",\"source\":{\"component\":"
		"\"test-controller\"},\"count\":1,\"type\":\"Warning\",\"reportingComponent\":"
		"\"test-controller\"}");
}

static void never_posts_a_trace(void **state)
{
	FIXTURE(f, true, true);

	(void)state;
	sl_events_emitf(f.events, object, SL_SEVERITY_TRACE, NULL, "R", "m");
	flush(&f);
	assert_string_equal(f.posts, "");
	assert_str(sl_get_str(line_of(&a, f.kube, 0, "POST"), "type"), "Normal");
}

static void counts_what_repeats(void **state)
{
	FIXTURE(f, true, false);
	struct sl_value *first, *second;
	SL_AUTO_FREE char *path = NULL;

	(void)state;
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "same");
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "same");
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, revision, "R", "same");
	sl_events_emitf(f.events, object, SL_SEVERITY_ERROR, NULL, "R", "same");
	flush(&f);
	first = line_of(&a, f.kube, 0, "POST ");
	path = sl_xasprintf("PATCH /api/v1/namespaces/ns/events/%.*s?",
			    SL_STR_FMT(sl_get_str(first, "metadata", "name")));
	second = line_of(&a, f.kube, 1, path);
	assert_int_equal(sl_get_int(second, 0, "count"), 2);
	assert_false(sl_str_eq(sl_get_str(first, "metadata", "annotations", SL_ANN_EVENT_ID),
			       sl_get_str(second, "metadata", "annotations", SL_ANN_EVENT_ID)));
	line_of(&a, f.kube, 2, "POST ");
	line_of(&a, f.kube, 3, "POST ");
	assert_int_equal(f.written, 4);
}

static void begins_anew_when_the_event_has_expired(void **state)
{
	FIXTURE(f, true, false);

	(void)state;
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "same");
	flush(&f);
	f.kube_status = 404;
	f.fail_count = 1;
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "same");
	flush(&f);
	line_of(&a, f.kube, 1, "PATCH ");
	assert_int_equal(sl_get_int(line_of(&a, f.kube, 2, "POST "), 0, "count"), 1);
}

static void tries_again_what_may_pass(void **state)
{
	FIXTURE(f, true, true);

	(void)state;
	f.post_status = 500;
	f.fail_count = 1;
	sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "m");
	flush(&f);
	assert_int_equal(f.posted, 2);
	assert_int_equal(f.written, 1);
}

/* What one object tells stays in its order, also when the first of it must be sent again. */
static void keeps_the_order_of_an_object(void **state)
{
	FIXTURE(f, true, false);

	(void)state;
	f.kube_status = 503;
	f.fail_count = 1;
	for (int i = 0; i < 3; i++)
		sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "m%d", i);
	flush(&f);
	assert_int_equal(f.written, 4);
	for (int i = 0; i < 3; i++) {
		SL_AUTO_FREE char *want = sl_xasprintf("m%d", i);

		assert_true(sl_str_eqz(
			sl_get_str(line_of(&a, f.kube, (size_t)i + 1, "POST "), "message"), want));
	}
}

static void writes_what_many_objects_tell(void **state)
{
	FIXTURE(f, true, false);

	(void)state;
	for (int i = 0; i < 20; i++) {
		const char *name = sl_arena_printf(&a, "app%d", i % 10);

		sl_events_emitf(f.events, i % 10 ? make_object(&a, name) : object, SL_SEVERITY_INFO,
				NULL, "R", "m");
	}
	flush(&f);
	/* Each was written once, and counted once more. */
	assert_int_equal(f.written, 20);
}

static void gives_up_what_will_not(void **state)
{
	static const int codes[] = { 429, 400, 404 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(codes); i++) {
		FIXTURE(f, false, true);

		f.post_status = codes[i];
		sl_events_emitf(f.events, object, SL_SEVERITY_INFO, NULL, "R", "m");
		flush(&f);
		assert_int_equal(f.posted, 1);
	}
}

static void a_receiver_that_is_down_holds_nothing_up(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct fixture f;
	struct sl_events *events;
	int64_t deadline;

	(void)state;
	fixture_init(&f, false, false);
	assert_ok(sl_events_new(&(struct sl_events_options){ .client = f.client,
							     .controller = "c",
							     .address = "http://127.0.0.1:1/" },
				&events, &err),
		  &err);
	for (int i = 0; i < 5; i++)
		sl_events_emitf(events, make_object(&a, "app"), SL_SEVERITY_INFO, NULL, "R", "%d",
				i);
	deadline = sl_mono_ms() + 5000;
	for (int written = 0; written < 5 && sl_mono_ms() < deadline;) {
		pthread_mutex_lock(&f.lock);
		written = f.written;
		pthread_mutex_unlock(&f.lock);
	}
	assert_false(sl_events_flush(events, sl_mono_ms() + 1));
	sl_events_free(events, sl_mono_ms() + 2000);
	assert_int_equal(f.written, 5);
	fixture_release(&f);
}

static void sends_what_is_left_at_the_end(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct fixture f;

	(void)state;
	fixture_init(&f, true, true);
	for (int i = 0; i < 10; i++)
		sl_events_emitf(f.events, make_object(&a, "app"), SL_SEVERITY_INFO, NULL, "R", "%d",
				i);
	sl_events_free(f.events, sl_mono_ms() + 5000);
	f.events = NULL;
	assert_int_equal(f.posted, 10);
	assert_int_equal(f.written, 10);
	fixture_release(&f);
}

static void refuses_a_malformed_address(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_events *events;

	(void)state;
	assert_code(sl_events_new(&(struct sl_events_options){ .controller = "c",
							       .address = "not a url" },
				  &events, &err),
		    SL_ERR_INVALID, &err);
	/* Flux's own: the dot keeps resolvers from trying search domains. */
	assert_ok(sl_events_new(
			  &(struct sl_events_options){
				  .controller = "c",
				  .address = "http://notification-controller.flux-system.svc."
					     "cluster.local./" },
			  &events, &err),
		  &err);
	sl_events_free(events, 0);
	sl_events_emitf(NULL, NULL, SL_SEVERITY_INFO, NULL, "R", "m");
}

static struct sl_event_item *item_of(struct sl_arena *a, const char *name,
				     enum sl_severity severity, const char *message)
{
	return sl_event_item_new(&(struct sl_event){
		.object = make_object(a, name),
		.severity = severity,
		.reason = "R",
		.message = sl_str(message),
	});
}

static void cuts_messages(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t n = SL_EVENT_MESSAGE_MAX - 1; n <= SL_EVENT_MESSAGE_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
		struct sl_event_item *item;

		sl_strbuf_addn(&text, 'x', n);
		item = item_of(&a, "app", SL_SEVERITY_INFO, text.p);
		assert_int_equal(item->message.n,
				 n < SL_EVENT_MESSAGE_MAX ? n : SL_EVENT_MESSAGE_MAX);
		assert_int_equal(sl_str_ends(item->message, SL_STR("...")),
				 n > SL_EVENT_MESSAGE_MAX);
		sl_event_item_free(item);
	}
}

static void limits_metadata(void **state)
{
	struct sl_event_meta metadata[SL_EVENT_METADATA_MAX + 2] = { 0 };
	char keys[SL_EVENT_METADATA_MAX + 1][16];
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t n = SL_EVENT_METADATA_MAX - 1; n <= SL_EVENT_METADATA_MAX + 1; n++) {
		struct sl_event_item *item;

		for (size_t i = 0; i < n; i++) {
			snprintf(keys[i], sizeof(keys[i]), "g/%zu", i);
			metadata[i] = (struct sl_event_meta){ keys[i], SL_STR("v") };
		}
		item = sl_event_item_new(&(struct sl_event){
			.object = sl_value_map(&a), .reason = "R", .metadata = metadata });
		assert_int_equal(sl_map_len(item->annotations),
				 n < SL_EVENT_METADATA_MAX ? n : SL_EVENT_METADATA_MAX);
		sl_event_item_free(item);
	}
}

/* Objects of the same uid would be one to the limiter. */
static struct sl_value *make_object_with_uid(struct sl_arena *a, const char *name)
{
	struct sl_value *object = make_object(a, name);

	sl_map_set_strz(a, sl_get(object, "metadata"), "uid", name);
	return object;
}

static void holds_spam_back(void **state)
{
	static const struct {
		enum sl_severity severity;
		int64_t refill_ms;
	} cases[] = {
		{ SL_SEVERITY_INFO, SL_EVENTS_REFILL_MS },
		{ SL_SEVERITY_TRACE, SL_EVENTS_TRACE_REFILL_MS },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_event_limiter *l = sl_event_limiter_new();

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		const struct sl_event event = { .object = make_object_with_uid(&a, "app"),
						.severity = cases[i].severity };
		const struct sl_event other = { .object = make_object_with_uid(&a, "other"),
						.severity = cases[i].severity };
		int64_t now = 1000;

		for (int n = 0; n < SL_EVENTS_BURST; n++)
			assert_true(sl_event_limiter_admits(l, &event, now));
		assert_false(sl_event_limiter_admits(l, &event, now));
		assert_true(sl_event_limiter_admits(l, &other, now));
		now += cases[i].refill_ms - 1;
		assert_false(sl_event_limiter_admits(l, &event, now));
		now += 2;
		assert_true(sl_event_limiter_admits(l, &event, now));
		assert_false(sl_event_limiter_admits(l, &event, now));
	}
	sl_event_limiter_free(l);
}

static void limits_objects_without_uid_by_name(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_event_limiter *l = sl_event_limiter_new();
	struct sl_value *one = make_object(&a, "one"), *other = make_object(&a, "other");

	(void)state;
	sl_map_remove(sl_get(one, "metadata"), SL_STR("uid"));
	sl_map_remove(sl_get(other, "metadata"), SL_STR("uid"));
	for (int n = 0; n < SL_EVENTS_BURST; n++)
		assert_true(sl_event_limiter_admits(l, &(struct sl_event){ .object = one }, 1000));
	assert_false(sl_event_limiter_admits(l, &(struct sl_event){ .object = one }, 1000));
	assert_true(sl_event_limiter_admits(l, &(struct sl_event){ .object = other }, 1000));
	sl_event_limiter_free(l);
}

/* Past the limit all begins anew: at worst an object gets a burst more. */
static void limiter_keeps_its_memory_bounded(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_event_limiter *l = sl_event_limiter_new();
	const struct sl_event first = { .object = make_object_with_uid(&a, "first") };

	(void)state;
	for (int n = 0; n < SL_EVENTS_BURST; n++)
		assert_true(sl_event_limiter_admits(l, &first, 1000));
	for (int i = 1; i <= SL_CORRELATOR_ENTRIES_MAX; i++) {
		char name[16];

		assert_false(sl_event_limiter_admits(l, &first, 1000));
		snprintf(name, sizeof(name), "app-%d", i);
		assert_true(sl_event_limiter_admits(
			l, &(struct sl_event){ .object = make_object_with_uid(&a, name) }, 1000));
	}
	assert_true(sl_event_limiter_admits(l, &first, 1000));
	sl_event_limiter_free(l);
}

static void forgets_after_the_window(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_correlator *c = sl_correlator_new();
	struct sl_event_item *item = item_of(&a, "app", SL_SEVERITY_INFO, "m");

	(void)state;
	assert_int_equal(sl_correlator_decide(c, item).count, 1);
	item->mono_ms += SL_EVENTS_WINDOW_MS;
	assert_int_equal(sl_correlator_decide(c, item).count, 2);
	item->mono_ms += SL_EVENTS_WINDOW_MS + 1;
	assert_int_equal(sl_correlator_decide(c, item).count, 1);
	sl_event_item_free(item);
	sl_correlator_free(c);
}

static void keeps_its_memory_bounded(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_correlator *c = sl_correlator_new();

	(void)state;
	for (int i = 0; i < SL_CORRELATOR_ENTRIES_MAX + 10; i++) {
		char name[16];
		struct sl_event_item *item;

		snprintf(name, sizeof(name), "app-%d", i);
		item = item_of(&a, name, SL_SEVERITY_INFO, "m");
		assert_int_equal(sl_correlator_decide(c, item).count, 1);
		/* What came before the limit is counted on; past it all begins anew. */
		assert_int_equal(sl_correlator_decide(c, item).count, 2);
		sl_event_item_free(item);
	}
	{
		struct sl_event_item *first = item_of(&a, "app-0", SL_SEVERITY_INFO, "m");

		assert_int_equal(sl_correlator_decide(c, first).count, 1);
		sl_event_item_free(first);
	}
	sl_correlator_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_what_flux_posts),
		cmocka_unit_test(writes_kubernetes_events),
		cmocka_unit_test(never_posts_a_trace),
		cmocka_unit_test(counts_what_repeats),
		cmocka_unit_test(begins_anew_when_the_event_has_expired),
		cmocka_unit_test(tries_again_what_may_pass),
		cmocka_unit_test(keeps_the_order_of_an_object),
		cmocka_unit_test(writes_what_many_objects_tell),
		cmocka_unit_test(gives_up_what_will_not),
		cmocka_unit_test(a_receiver_that_is_down_holds_nothing_up),
		cmocka_unit_test(sends_what_is_left_at_the_end),
		cmocka_unit_test(refuses_a_malformed_address),
		cmocka_unit_test(cuts_messages),
		cmocka_unit_test(limits_metadata),
		cmocka_unit_test(holds_spam_back),
		cmocka_unit_test(limits_objects_without_uid_by_name),
		cmocka_unit_test(limiter_keeps_its_memory_bounded),
		cmocka_unit_test(forgets_after_the_window),
		cmocka_unit_test(keeps_its_memory_bounded),
	};

	return run_group("kube/events", tests);
}
