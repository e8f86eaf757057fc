#include "kustomize-controller/cycle.h"

#include "libcommon/codec/yaml.h"
#include "test/unit/support/test.h"

/* Dependencies as a map of "namespace/name" to spec.dependsOn. */
struct world {
	struct sl_arena *a;
	const struct sl_value *objects;
	size_t asked;
};

static const struct sl_value *depends_on(void *ctx, struct sl_str namespace_, struct sl_str name)
{
	struct world *w = ctx;

	w->asked++;
	return sl_map_get(w->objects,
			  sl_str(sl_arena_printf(w->a, "%.*s/%.*s", SL_STR_FMT(namespace_),
						 SL_STR_FMT(name))));
}

static void finds_the_shortest_cycle_through_an_object(void **state)
{
	static const struct {
		const char *objects, *want; /* of ns/a */
	} cases[] = {
		{ "{}", NULL },
		{ "{ns/a: [{name: b}, {name: missing}], ns/b: []}", NULL },
		{ "{ns/a: [{name: a}]}", "a -> a" },
		{ "{ns/a: [{name: a, namespace: other}], other/a: []}", NULL },
		{ "{ns/a: [{name: b}], ns/b: [{name: a}]}", "a -> b -> a" },
		{ "{ns/a: [{name: b, namespace: other}], other/b: [{name: a, namespace: ns}]}",
		  "a -> other/b -> a" },
		{ "{ns/a: [{name: b, namespace: other}], other/b: [{name: a}]}", NULL },
		{ "{ns/a: [{name: b}, {name: d}], ns/b: [{name: c}], ns/c: [{name: a}], ns/d: "
		  "[{name: a}]}",
		  "a -> d -> a" },
		/* In front of a cycle, not in it. */
		{ "{ns/a: [{name: b}], ns/b: [{name: c}], ns/c: [{name: b}]}", NULL },
		{ "{ns/a: [{name: b}], ns/b: [{name: b}]}", NULL },
		/* What the schema would refuse. */
		{ "{ns/a: nonsense}", NULL },
		{ "{ns/a: [1, {}, {name: [x]}]}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_yaml_options o = { .rules = SL_YAML_KUBERNETES };
		struct world w = { .a = &a };
		struct sl_value *objects;
		const char *found;

		assert_ok(sl_yaml_parse(&a, sl_str(cases[i].objects), &o, &objects, &err), &err);
		w.objects = objects;
		found = kc_cycle_find(&a, SL_STR("ns"), SL_STR("a"), depends_on, &w);
		if (cases[i].want)
			assert_string_equal(found, cases[i].want);
		else
			assert_null(found);
	}
}

/* A chain of `length` objects, the last of which depends on the first. */
static const char *ring(struct sl_arena *a, size_t length, size_t *ret_asked)
{
	struct sl_value *objects = sl_value_map(a);
	struct world w = { a, objects, 0 };
	const char *found;

	for (size_t i = 0; i < length; i++) {
		struct sl_value *list =
			sl_map_need_list(a, objects, sl_arena_printf(a, "ns/o%zu", i));
		struct sl_value *ref = sl_value_map(a);

		sl_map_set_strz(a, ref, "name", sl_arena_printf(a, "o%zu", (i + 1) % length));
		sl_list_push(a, list, ref);
	}
	found = kc_cycle_find(a, SL_STR("ns"), SL_STR("o0"), depends_on, &w);
	*ret_asked = w.asked;
	return found;
}

static void shortens_long_cycles_and_gives_up_past_the_cap(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t asked;

	(void)state;
	assert_string_equal(
		ring(&a, 20, &asked),
		"o0 -> o1 -> o2 -> o3 -> o4 -> o5 -> o6 -> o7 -> o8 -> o9 -> o10 -> o11 "
		"-> o12 -> o13 -> o14 -> o15 -> o16 -> o17 -> o18 -> o19 -> o0");
	assert_string_equal(
		ring(&a, 900, &asked),
		"o0 -> o1 -> o2 -> o3 -> o4 -> o5 -> o6 -> o7 -> o8 -> o9 -> ... -> "
		"o890 -> o891 -> o892 -> o893 -> o894 -> o895 -> o896 -> o897 -> o898 -> "
		"o899 -> o0");
	assert_non_null(ring(&a, KC_CYCLE_OBJECTS_MAX - 1, &asked));
	assert_non_null(ring(&a, KC_CYCLE_OBJECTS_MAX, &asked));
	assert_null(ring(&a, KC_CYCLE_OBJECTS_MAX + 1, &asked));
	assert_int_equal(asked, KC_CYCLE_OBJECTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_shortest_cycle_through_an_object),
		cmocka_unit_test(shortens_long_cycles_and_gives_up_past_the_cap),
	};

	return run_group("cycle", tests);
}
