#include "test/unit/support/test.h"

#include "cli/remote/text.h"

#define SHA1 "696f056df216eea4f9401adbee0ff744d4df390f"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void cuts_digests(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "main@sha1:" SHA1, "main@sha1:696f056d" },
		{ "latest@sha256:" SHA256, "latest@sha256:e3b0c442" },
		{ SHA1 " and " SHA256 "!", "696f056d and e3b0c442!" },
		{ "sha512:" SHA256 SHA256, "sha512:e3b0c442" },
		{ SHA256 SHA256 "0", SHA256 SHA256 "0" },    /* 129 digits */
		{ "696f056df216eea4f9401adbee0ff744d4df390", /* 39 digits */
		  "696f056df216eea4f9401adbee0ff744d4df390" },
		{ "x" SHA1, "x" SHA1 }, /* part of a longer word */
		{ SHA1 "_", SHA1 "_" },
		{ "696F056DF216EEA4F9401ADBEE0FF744D4DF390F",
		  "696F056DF216EEA4F9401ADBEE0FF744D4DF390F" },
		{ "no digest at all", "no digest at all" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		assert_str(sl_cli_short_digests(&a, sl_str(cases[i].text)), cases[i].want);
}

static void rounds_ages_as_kubectl(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} cases[] = {
		{ -10, "<invalid>" },	 { -1, "0s" },	      { 0, "0s" },
		{ 119, "119s" },	 { 120, "2m" },	      { 125, "2m5s" },
		{ 599, "9m59s" },	 { 600, "10m" },      { 10799, "179m" },
		{ 10800, "3h" },	 { 12000, "3h20m" },  { 28799, "7h59m" },
		{ 28800, "8h" },	 { 172799, "47h" },   { 172800, "2d" },
		{ 176400, "2d1h" },	 { 691199, "7d23h" }, { 691200, "8d" },
		{ 63071999, "729d" },	 { 63072000, "2y" },  { 65664000, "2y30d" },
		{ 252287999, "7y364d" }, { 252288000, "8y" }, { 262288000, "8y" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		char text[SL_CLI_AGE_SIZE];

		sl_cli_age(cases[i].seconds * 1000, text);
		assert_string_equal(text, cases[i].want);
	}
}

static void tells_the_age_of_a_time(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	int64_t now = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */

	(void)state;
	assert_str(sl_cli_age_of(&a, SL_STR("2025-12-31T23:59:30Z"), now), "30s");
	assert_str(sl_cli_age_of(&a, SL_STR("2025-12-31T23:50:00.123456Z"), now), "9m59s");
	assert_str(sl_cli_age_of(&a, SL_STR(""), now), "<unknown>");
	assert_str(sl_cli_age_of(&a, SL_STR("yesterday"), now), "<unknown>");
}

static void writes_sizes_in_binary_units(void **state)
{
	static const struct {
		int64_t bytes;
		const char *want;
	} cases[] = {
		{ 0, "-" },
		{ 1, "1 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 5242880, "5.0 MiB" },
		{ INT64_MAX, "8.0 EiB" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		char text[SL_CLI_SIZE_SIZE];

		sl_cli_size(cases[i].bytes, text);
		assert_string_equal(text, cases[i].want);
	}
}

static void splits_images(void **state)
{
	static const struct {
		const char *image, *name, *version;
	} cases[] = {
		{ "ghcr.io/fluxcd/source-controller:v1.9.4", "source-controller", "v1.9.4" },
		{ "registry:5000/org/app:1", "app", "1" },
		{ "registry:5000/org/app", "app", "latest" },
		{ "app", "app", "latest" },
		{ "org/app:v1@sha256:abc", "app", "v1@sha256:abc" },
		{ "org/app@sha256:abc", "app", "sha256:abc" },
		{ "", "", "latest" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_str name, version;

		sl_cli_image(sl_str(cases[i].image), &name, &version);
		assert_str(name, cases[i].name);
		assert_str(version, cases[i].version);
	}
}

static void knows_dns_labels(void **state)
{
	char longest[64];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_true(sl_cli_is_dns_label((struct sl_str){ longest, 62 }));
	assert_true(sl_cli_is_dns_label((struct sl_str){ longest, 63 }));
	assert_false(sl_cli_is_dns_label((struct sl_str){ longest, 64 }));
	assert_true(sl_cli_is_dns_label(SL_STR("flux-system")));
	assert_true(sl_cli_is_dns_label(SL_STR("0")));
	assert_false(sl_cli_is_dns_label(SL_STR("")));
	assert_false(sl_cli_is_dns_label(SL_STR("-a")));
	assert_false(sl_cli_is_dns_label(SL_STR("a-")));
	assert_false(sl_cli_is_dns_label(SL_STR("A")));
	assert_false(sl_cli_is_dns_label(SL_STR("a.b")));
	assert_false(sl_cli_is_dns_label(SL_STR("a/b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_digests),
		cmocka_unit_test(rounds_ages_as_kubectl),
		cmocka_unit_test(tells_the_age_of_a_time),
		cmocka_unit_test(writes_sizes_in_binary_units),
		cmocka_unit_test(splits_images),
		cmocka_unit_test(knows_dns_labels),
	};

	return run_group("cli/remote/text", tests);
}
