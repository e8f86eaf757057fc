/* Results of sprig 3.3 with Masterminds/semver v3.5. */
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

static void versions_have_parts(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{$v := semver \"v1.2.3-rc.1+b5\"}}{{$v}} {{$v.Major}} {{$v.Minor}} "
		  "{{$v.Patch}} {{$v.Prerelease}} {{$v.Metadata}} {{$v.Original}} {{$v.String}}",
		  "1.2.3-rc.1+b5 1 2 3 rc.1 b5 v1.2.3-rc.1+b5 1.2.3-rc.1+b5" },
		{ "{{$v := semver \"v1.2\"}}{{$v.IncMajor}} {{$v.IncMinor}} {{$v.IncPatch}} "
		  "{{(semver \"1.2.3-a\").IncPatch}} {{$v.SetPrerelease \"rc.1\"}} "
		  "{{$v.SetMetadata \"b\"}}",
		  "2.0.0 1.3.0 1.2.1 1.2.3 1.2.0-rc.1 1.2.0+b" },
		{ "{{(semver \"1\").SetPrerelease \"01\"}}",
		  "error: version segment starts with 0" },
		{ "{{(semver \"1\").SetPrerelease \"a+b\"}}", "error: invalid prerelease string" },
		{ "{{(semver \"1\").SetMetadata \"!\"}}", "error: invalid metadata string" },
		{ "{{(semver \"18446744073709551615\").IncMajor}}",
		  "error: major version increment would overflow uint64" },
		{ "{{$v := semver \"1.2.3\"}}{{$v.Compare (semver \"1.2.4\")}} {{$v.LessThan "
		  "(semver \"2\")}} {{$v.LessThanEqual $v}} {{$v.GreaterThan $v}} "
		  "{{$v.GreaterThanEqual $v}} {{$v.Equal (semver \"v1.2.3\")}}",
		  "-1 true true false true true" },
		{ "{{$v := semver \"v1.2\"}}{{toJson $v}} {{toYaml (list $v)}} {{toYamlPretty "
		  "(list $v)}} {{printf \"%T %T %v\" $v $v.IncPatch $v}}",
		  "\"1.2.0\" - 1.2.0 - 1.2.0 *semver.Version semver.Version 1.2.0" },
		{ "{{semver \"x\"}}", "error: invalid semantic version" },
		{ "{{semver \"1.2.3.4\"}}", "error: invalid semantic version" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void compares_with_constraints(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{semverCompare \">=1.21-0\" \"1.21.3\"}}", "true" },
		{ "{{semverCompare \">=1.21-0\" \"v1.21.3-gke.1\"}}", "true" },
		{ "{{semverCompare \"^1.2\" \"1.9.0\"}}", "true" },
		{ "{{semverCompare \"~1.2\" \"1.3.0\"}}", "false" },
		{ "{{semverCompare \"1.x || 3.x\" \"3.1\"}}", "true" },
		{ "{{semverCompare \"1.2 - 2.0\" \"1.9\"}}", "true" },
		{ "{{semverCompare \"!=1.2.3\" \"1.2.3\"}}", "false" },
		{ "{{semverCompare \"*\" \"0.0.1\"}}", "true" },
		{ "{{semverCompare \">1.0, <2.0\" \"1.5\"}}", "true" },
		{ "{{semverCompare \"x.y\" \"1\"}}", "error: improper constraint: \"x.y\"" },
		{ "{{semverCompare \"1\" \"x\"}}", "error: invalid semantic version" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_have_parts),
		cmocka_unit_test(compares_with_constraints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
