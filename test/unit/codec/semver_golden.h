/*
 * What github.com/Masterminds/semver/v3 v3.5.0 and github.com/fluxcd/pkg/version v0.16.0 answer,
 * printed by a Go program that calls NewVersion, StrictNewVersion and ParseVersion on each text. An
 * answer that starts with "! " is the text of the error.
 */
#ifndef TEST_UNIT_CODEC_SEMVER_GOLDEN_H
#define TEST_UNIT_CODEC_SEMVER_GOLDEN_H

struct version_case {
	const char *text, *loose, *strict, *tag;
};

static const struct version_case version_cases[] = {
	{ "", "! invalid semantic version", "! version string empty", "! invalid semantic version" },
	{ "1", "1.0.0", "! invalid semantic version", "! invalid semantic version" },
	{ "v1", "1.0.0", "! invalid semantic version", "! invalid semantic version" },
	{ "1.2", "1.2.0", "! invalid semantic version", "! invalid semantic version" },
	{ "1.2.3", "1.2.3", "1.2.3", "1.2.3" },
	{ "v1.2.3", "1.2.3", "! invalid characters in version", "1.2.3" },
	{ "V1.2.3", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "vv1.2.3", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "01.2.3", "1.2.3", "! version segment starts with 0", "1.2.3" },
	{ "1.02.3", "1.2.3", "! version segment starts with 0", "1.2.3" },
	{ "1.2.03", "1.2.3", "! version segment starts with 0", "1.2.3" },
	{ "v2025.02.03-rc.1", "2025.2.3-rc.1", "! invalid characters in version", "2025.2.3-rc.1" },
	{ "1.2.3.4", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "1.2.", "! invalid semantic version", "! strconv.ParseUint: parsing \"\": invalid syntax", "! invalid semantic version" },
	{ "1..3", "! invalid semantic version", "! strconv.ParseUint: parsing \"\": invalid syntax", "! invalid semantic version" },
	{ ".1.2", "! invalid semantic version", "! strconv.ParseUint: parsing \"\": invalid syntax", "! invalid semantic version" },
	{ "1.2.3-", "! invalid semantic version", "! invalid prerelease string", "! invalid semantic version" },
	{ "1.2.3+", "! invalid semantic version", "! invalid metadata string", "! invalid semantic version" },
	{ "1.2.3-rc.1", "1.2.3-rc.1", "1.2.3-rc.1", "1.2.3-rc.1" },
	{ "1.2.3-rc..1", "! invalid semantic version", "! invalid prerelease string", "! invalid semantic version" },
	{ "1.2.3-01", "! version segment starts with 0", "! version segment starts with 0", "! version segment starts with 0" },
	{ "1.2.3-0a", "1.2.3-0a", "1.2.3-0a", "1.2.3-0a" },
	{ "1.2.3-rc.1+b.2", "1.2.3-rc.1+b.2", "1.2.3-rc.1+b.2", "1.2.3-rc.1+b.2" },
	{ "1.2.3+b..2", "! invalid semantic version", "! invalid metadata string", "! invalid semantic version" },
	{ "1.2.3+b_2", "! invalid semantic version", "! invalid metadata string", "! invalid semantic version" },
	{ "1.2.3-rc+b+c", "! invalid semantic version", "! invalid metadata string", "! invalid semantic version" },
	{ "1.2-rc", "1.2.0-rc", "! invalid semantic version", "! invalid semantic version" },
	{ "1-rc.1", "1.0.0-rc.1", "! invalid semantic version", "! invalid semantic version" },
	{ "1.2-rc.1", "1.2.0-rc.1", "! invalid characters in version", "1.2.0-rc.1" },
	{ "1+meta", "1.0.0+meta", "! invalid semantic version", "! invalid semantic version" },
	{ "1.2.3 ", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ " 1.2.3", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "1.2.x", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "a.b.c", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "-1.2.3", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "1.-2.3", "! invalid semantic version", "! invalid characters in version", "! invalid semantic version" },
	{ "18446744073709551615.0.0", "18446744073709551615.0.0", "18446744073709551615.0.0", "18446744073709551615.0.0" },
	{ "18446744073709551616.0.0", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range" },
	{ "0.18446744073709551616.0", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range" },
	{ "0.0.18446744073709551616", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! strconv.ParseUint: parsing \"18446744073709551616\": value out of range", "! error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range" },
	{ "1.2.3-18446744073709551616", "1.2.3-18446744073709551616", "1.2.3-18446744073709551616", "1.2.3-18446744073709551616" },
	{ "1.2.3-é", "! invalid semantic version", "! invalid prerelease string", "! invalid semantic version" },
	{ "0.0.0", "0.0.0", "0.0.0", "0.0.0" },
	{ "00.0.0", "0.0.0", "! version segment starts with 0", "0.0.0" },
	{ "1.2.3--", "1.2.3--", "1.2.3--", "1.2.3--" },
	{ "1.2.3-a-b.c-d+-", "1.2.3-a-b.c-d+-", "1.2.3-a-b.c-d+-", "1.2.3-a-b.c-d+-" },
};

#endif
