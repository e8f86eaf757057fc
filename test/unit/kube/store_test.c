#include "libcommon/kube/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "test/unit/support/test.h"

static const struct sl_kube_kind kind = {
	.group = "source.toolkit.fluxcd.io",
	.version = "v1",
	.kind = "GitRepository",
	.plural = "gitrepositories",
	.namespaced = true,
};

/* A store, its watch's handler, and what its listener heard: "+x@1 x@1>2 -x@2 ". */
struct fixture {
	struct sl_store *store;
	struct sl_watch_handler watch;
	struct sl_strbuf heard;
};

static void listen(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	struct fixture *f = ctx;

	if (old && now)
		sl_strbuf_addf(&f->heard, "%s@%s>%s ", now->name.p, old->resource_version.p,
			       now->resource_version.p);
	else if (now)
		sl_strbuf_addf(&f->heard, "+%s@%s ", now->name.p, now->resource_version.p);
	else
		sl_strbuf_addf(&f->heard, "-%s@%s ", old->name.p, old->resource_version.p);
}

static void fixture_init(struct fixture *f)
{
	f->store = sl_store_new(&(struct sl_store_options){ .kind = &kind });
	f->watch = sl_store_watch_handler(f->store);
	sl_strbuf_init(&f->heard, 1 << 16);
	sl_store_listen(f->store, listen, f);
}

static void fixture_release(struct fixture *f)
{
	sl_store_free(f->store);
	sl_strbuf_release(&f->heard);
}

#define FIXTURE(f) \
	struct fixture f __attribute__((cleanup(fixture_release))); \
	fixture_init(&f)

static struct sl_value *make(struct sl_arena *a, const char *name, const char *uid, int version)
{
	struct sl_value *o = sl_value_map(a), *m;

	sl_map_set_strz(a, o, "kind", "GitRepository");
	m = sl_map_need_map(a, o, "metadata");
	sl_map_set_strz(a, m, "namespace", "ns");
	sl_map_set_strz(a, m, "name", name);
	sl_map_set_strz(a, m, "uid", uid);
	sl_map_setz(a, m, "resourceVersion", sl_value_strf(a, "%d", version));
	sl_map_set_strz(a, m, "managedFields", "dropped");
	return o;
}

static void feed(struct fixture *f, enum sl_watch_event event, const char *name, const char *uid,
		 int version)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	f->watch.on_object(f->watch.ctx, event, make(&a, name, uid, version));
}

static void begin(struct fixture *f)
{
	f->watch.on_begin(f->watch.ctx);
}

static void synced(struct fixture *f)
{
	f->watch.on_synced(f->watch.ctx);
}

static void answer(struct sl_store_write *w, const char *name, const char *uid, int version)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	sl_store_write_end(w, make(&a, name, uid, version));
}

static void assert_heard(struct fixture *f, const char *want)
{
	assert_string_equal(f->heard.p, want);
	sl_strbuf_reset(&f->heard);
	if (f->heard.cap)
		f->heard.p[0] = '\0';
}

static void assert_version(struct fixture *f, const char *name, const char *want)
{
	SL_AUTO_CACHED struct sl_cached *o = sl_store_get(f->store, "ns", name);

	if (!want) {
		assert_null(o);
		return;
	}
	assert_non_null(o);
	assert_str(o->resource_version, want);
}

/* A store with x at version 1, synced. */
static void start(struct fixture *f)
{
	begin(f);
	feed(f, SL_WATCH_ADDED, "x", "u", 1);
	synced(f);
	assert_heard(f, "+x@1 ");
}

static void follows_the_watch(void **state)
{
	FIXTURE(f);

	(void)state;
	assert_false(sl_store_has_synced(f.store));
	start(&f);
	assert_true(sl_store_has_synced(f.store));
	feed(&f, SL_WATCH_ADDED, "y", "v", 2);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 3);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 3);
	assert_version(&f, "x", "3");
	assert_int_equal(sl_store_count(f.store), 2);
	feed(&f, SL_WATCH_DELETED, "x", "u", 4);
	feed(&f, SL_WATCH_DELETED, "x", "u", 4);
	assert_version(&f, "x", NULL);
	assert_heard(&f, "+y@2 x@1>3 -x@3 ");
}

static void keeps_what_a_reader_holds(void **state)
{
	FIXTURE(f);
	struct sl_cached *held;

	(void)state;
	start(&f);
	held = sl_store_get(f.store, "ns", "x");
	feed(&f, SL_WATCH_DELETED, "x", "u", 2);
	assert_str(sl_obj_name(held->value), "x");
	assert_null(sl_get(held->value, "metadata", "managedFields"));
	assert_str(sl_get_str(held->value, "kind"), "GitRepository");
	assert_str(held->uid, "u");
	sl_cached_unref(held);
}

static void removes_what_a_new_list_does_not_name(void **state)
{
	FIXTURE(f);

	(void)state;
	start(&f);
	feed(&f, SL_WATCH_ADDED, "y", "v", 2);
	begin(&f);
	feed(&f, SL_WATCH_ADDED, "y", "v", 2);
	feed(&f, SL_WATCH_ADDED, "z", "w", 5);
	assert_version(&f, "x", "1");
	synced(&f);
	assert_version(&f, "x", NULL);
	assert_heard(&f, "+y@2 +z@5 -x@1 ");
}

static void sees_its_own_write_at_once(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 9);
	assert_version(&f, "x", "9");
	/* Older events are passed over, their changes are in ours; then ours arrives, then news. */
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 7);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 8);
	assert_version(&f, "x", "9");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 9);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 10);
	assert_version(&f, "x", "10");
	assert_heard(&f, "x@1>9 x@9>10 ");
}

static bool is_known(struct fixture *f, const char *name, const char *version)
{
	const struct sl_watch_state seen = { SL_STR("ns"), sl_str(name), sl_str(version) };

	return f->watch.is_known(f->watch.ctx, &seen);
}

static void knows_its_own_write_without_reading_it(void **state)
{
	FIXTURE(f);

	(void)state;
	start(&f);
	answer(sl_store_write_begin(f.store, "ns", "x"), "x", "u", 9);
	assert_false(is_known(&f, "x", "8"));
	assert_false(is_known(&f, "y", "9"));
	/* What is older than ours is passed over, until ours has come. */
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 8);
	assert_version(&f, "x", "9");
	assert_true(is_known(&f, "x", "9"));
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 10);
	assert_version(&f, "x", "10");
	assert_heard(&f, "x@1>9 x@9>10 ");
}

static void drops_an_answer_that_the_watch_has_passed(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 9);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 11);
	answer(w, "x", "u", 9);
	assert_version(&f, "x", "11");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 12);
	assert_version(&f, "x", "12");
}

static void drops_an_answer_that_changed_nothing(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 1);
	w = sl_store_write_begin(f.store, "ns", "x");
	sl_store_write_end(w, NULL);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 2);
	assert_version(&f, "x", "2");
	assert_heard(&f, "x@1>2 ");
}

static void follows_several_own_writes(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 3);
	w = sl_store_write_begin(f.store, "ns", "x");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 2);
	answer(w, "x", "u", 4);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 3);
	assert_version(&f, "x", "4");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 4);
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 5);
	assert_version(&f, "x", "5");
}

static void a_list_ends_the_waiting(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 9);
	begin(&f);
	feed(&f, SL_WATCH_ADDED, "x", "u", 12);
	synced(&f);
	assert_version(&f, "x", "12");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 13);
	assert_version(&f, "x", "13");
}

static void a_list_during_the_write_wins(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	begin(&f);
	feed(&f, SL_WATCH_ADDED, "x", "u", 12);
	synced(&f);
	answer(w, "x", "u", 9);
	assert_version(&f, "x", "12");
	begin(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	feed(&f, SL_WATCH_ADDED, "x", "u", 14);
	synced(&f);
	answer(w, "x", "u", 13);
	assert_version(&f, "x", "14");
	feed(&f, SL_WATCH_MODIFIED, "x", "u", 15);
	assert_version(&f, "x", "15");
}

static void a_removal_ends_the_waiting(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 9);
	feed(&f, SL_WATCH_DELETED, "x", "u", 10);
	assert_version(&f, "x", NULL);
	feed(&f, SL_WATCH_ADDED, "x", "other", 11);
	assert_version(&f, "x", "11");
	assert_heard(&f, "x@1>9 -x@9 +x@11 ");
}

static void does_not_bring_back_what_was_removed(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	feed(&f, SL_WATCH_DELETED, "x", "u", 3);
	answer(w, "x", "u", 2);
	assert_version(&f, "x", NULL);
	w = sl_store_write_begin(f.store, "ns", "x");
	feed(&f, SL_WATCH_ADDED, "x", "other", 5);
	answer(w, "x", "u", 2);
	assert_version(&f, "x", "5");
}

static void another_uid_ends_the_waiting(void **state)
{
	FIXTURE(f);
	struct sl_store_write *w;

	(void)state;
	start(&f);
	w = sl_store_write_begin(f.store, "ns", "x");
	answer(w, "x", "u", 9);
	feed(&f, SL_WATCH_MODIFIED, "x", "other", 11);
	assert_version(&f, "x", "11");
}

static void gives_up_noting_at_the_limit(void **state)
{
	(void)state;
	/* Below and at the limit the answer is used, past it the watch is believed. */
	for (int over = -1; over <= 1; over++) {
		FIXTURE(f);
		struct sl_store_write *w;
		int events = SL_STORE_NOTED_MAX - 1 + over;

		start(&f);
		w = sl_store_write_begin(f.store, "ns", "x");
		for (int i = 0; i < events; i++)
			feed(&f, SL_WATCH_MODIFIED, "x", "u", 10 + i);
		answer(w, "x", "u", 1000);
		if (over <= 0) {
			assert_version(&f, "x", "1000");
		} else {
			SL_AUTO_CACHED struct sl_cached *o = sl_store_get(f.store, "ns", "x");

			assert_false(sl_str_eqz(o->resource_version, "1000"));
		}
	}
}

static bool count_names(void *ctx, struct sl_cached *object)
{
	struct sl_strbuf *b = ctx;

	sl_strbuf_adds(b, object->name);
	return b->n < 2;
}

static void visits_until_told_to_stop(void **state)
{
	FIXTURE(f);
	SL_AUTO(sl_strbuf) seen = SL_STRBUF_INIT(100);

	(void)state;
	start(&f);
	feed(&f, SL_WATCH_ADDED, "y", "v", 2);
	feed(&f, SL_WATCH_ADDED, "z", "w", 3);
	sl_store_each(f.store, "ns", count_names, &seen);
	assert_int_equal(seen.n, 2);
	sl_strbuf_reset(&seen);
	sl_store_each(f.store, "other", count_names, &seen);
	assert_int_equal(seen.n, 0);
}

static void count_synced(void *ctx)
{
	++*(int *)ctx;
}

static void tells_of_the_first_sync_only(void **state)
{
	int times = 0;
	SL_AUTO_PTR(sl_store) *s = sl_store_new(&(struct sl_store_options){
		.kind = &kind, .on_synced = count_synced, .synced_ctx = &times });
	struct sl_watch_handler watch = sl_store_watch_handler(s);

	(void)state;
	watch.on_begin(watch.ctx);
	assert_int_equal(times, 0);
	watch.on_begin(watch.ctx);
	watch.on_synced(watch.ctx);
	assert_int_equal(times, 1);
	watch.on_begin(watch.ctx);
	watch.on_synced(watch.ctx);
	assert_int_equal(times, 1);
}

static void an_optional_kind_may_be_missing(void **state)
{
	static const struct {
		bool optional;
		enum sl_err_code code;
		bool synced;
	} cases[] = {
		{ true, SL_ERR_NOT_FOUND, true },
		{ true, SL_ERR_FORBIDDEN, true },
		{ true, SL_ERR_NET, false },
		{ false, SL_ERR_NOT_FOUND, false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		int times = 0;
		SL_AUTO_PTR(sl_store) *s =
			sl_store_new(&(struct sl_store_options){ .kind = &kind,
								 .optional = cases[i].optional,
								 .on_synced = count_synced,
								 .synced_ctx = &times });
		struct sl_watch_handler watch = sl_store_watch_handler(s);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_err_set(&err, cases[i].code, "no");
		watch.on_error(watch.ctx, &err);
		watch.on_error(watch.ctx, &err);
		assert_int_equal(sl_store_has_synced(s), cases[i].synced);
		assert_int_equal(times, cases[i].synced);
	}
}

struct race {
	struct fixture *f;
	atomic_bool stop;
};

static void *read_and_write(void *ctx)
{
	struct race *r = ctx;

	for (int i = 0; !atomic_load(&r->stop); i++) {
		struct sl_store_write *w = sl_store_write_begin(r->f->store, "ns", "x");
		SL_AUTO_CACHED struct sl_cached *o = sl_store_get(r->f->store, "ns", "x");

		if (i % 2)
			sl_store_write_end(w, o ? o->value : NULL);
		else
			answer(w, "x", "u", 1000000 + i);
	}
	return NULL;
}

static void ignore(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	(void)ctx;
	(void)old;
	(void)now;
}

static void survives_readers_writers_and_the_watch(void **state)
{
	struct fixture f = { 0 };
	struct race race = { .f = &f };
	pthread_t threads[3];

	(void)state;
	f.store = sl_store_new(&(struct sl_store_options){ .kind = &kind });
	f.watch = sl_store_watch_handler(f.store);
	sl_strbuf_init(&f.heard, 16);
	sl_store_listen(f.store, ignore, NULL);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_and_write, &race), 0);
	for (int i = 0; i < 2000; i++) {
		if (i % 100 == 0)
			begin(&f);
		feed(&f, i % 7 ? SL_WATCH_MODIFIED : SL_WATCH_DELETED, "x", "u", i);
		if (i % 100 == 20)
			synced(&f);
	}
	atomic_store(&race.stop, true);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	/* Whatever happened: the next LIST tells the truth. */
	begin(&f);
	feed(&f, SL_WATCH_ADDED, "x", "u", 77);
	synced(&f);
	assert_version(&f, "x", "77");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_watch),
		cmocka_unit_test(keeps_what_a_reader_holds),
		cmocka_unit_test(removes_what_a_new_list_does_not_name),
		cmocka_unit_test(sees_its_own_write_at_once),
		cmocka_unit_test(knows_its_own_write_without_reading_it),
		cmocka_unit_test(drops_an_answer_that_the_watch_has_passed),
		cmocka_unit_test(drops_an_answer_that_changed_nothing),
		cmocka_unit_test(follows_several_own_writes),
		cmocka_unit_test(a_list_ends_the_waiting),
		cmocka_unit_test(a_list_during_the_write_wins),
		cmocka_unit_test(a_removal_ends_the_waiting),
		cmocka_unit_test(does_not_bring_back_what_was_removed),
		cmocka_unit_test(another_uid_ends_the_waiting),
		cmocka_unit_test(gives_up_noting_at_the_limit),
		cmocka_unit_test(visits_until_told_to_stop),
		cmocka_unit_test(tells_of_the_first_sync_only),
		cmocka_unit_test(an_optional_kind_may_be_missing),
		cmocka_unit_test(survives_readers_writers_and_the_watch),
	};

	return run_group("kube/store", tests);
}
