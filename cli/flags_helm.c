/* The flags of the verbs about charts, which are those of Helm v3.22; see flags.h. */
#include "cli/flags.h"

#define NO_MORE \
	{ \
		.name = NULL \
	}

/* What helm has for clusters and repositories. */
#define NO_CLUSTER "accepted for scripts written for helm: no cluster is asked"
#define NO_DOWNLOAD "accepted for scripts written for helm: charts are not downloaded"

#define BOOL_FLAG(flag, text) \
	{ \
		.name = (flag), .type = SL_CLI_BOOL, .initial = "false", .help = (text) \
	}
#define TEXT_FLAG(flag, what, text) \
	{ \
		.name = (flag), .type = SL_CLI_STRING, .metavar = (what), .help = (text) \
	}
#define FILE_FLAG(flag, text) \
	{ \
		.name = (flag), .type = SL_CLI_STRING, .metavar = "FILE", \
		.complete = SL_CLI_COMPLETE_FILES, .help = (text) \
	}
#define SET_FLAG(flag, what, text) \
	{ \
		.name = (flag), .type = SL_CLI_ARRAY, .metavar = (what), .help = (text) \
	}

/* What more than one verb has. */
#define SET_FLAGS \
	SET_FLAG( \
		"set", "VALUES", \
		"values: name=value,outer.inner=value,list[0]=value,list={a,b}; may be repeated"), \
		SET_FLAG("set-file", "VALUES", \
			 "values that are the contents of files: name=path; may be repeated"), \
		SET_FLAG("set-json", "VALUES", \
			 "values that are JSON: name=json; may be repeated"), \
		SET_FLAG("set-literal", "VALUE", \
			 "a value that is the text behind the equals sign, whatever it is"), \
		SET_FLAG("set-string", "VALUES", \
			 "values that are strings: name=value; may be repeated")
#define VALUES_FLAG \
	{ \
		.name = "values", .shorthand = 'f', .type = SL_CLI_STRINGS, .metavar = "FILE", \
		.complete = SL_CLI_COMPLETE_FILES, \
		.help = "values from a YAML file, - for standard input; may be repeated" \
	}
#define SKIP_SCHEMA_FLAG \
	BOOL_FLAG("skip-schema-validation", "do not hold the values against values.schema.json")
#define REPO_FLAG \
	TEXT_FLAG("repo", "URL", \
		  "refused unless the chart is on this machine: charts are not downloaded")
#define VERIFY_FLAG BOOL_FLAG("verify", "refused: provenance is not checked")

const struct sl_cli_flag sl_cli_flags_helm[] = {
	{ .name = "burst-limit", .type = SL_CLI_NUMBER, .initial = "100", .help = NO_CLUSTER },
	BOOL_FLAG("debug", "print manifests even if they are no YAML"),
	TEXT_FLAG("kube-apiserver", "URL", NO_CLUSTER),
	{ .name = "kube-as-group", .type = SL_CLI_ARRAY, .metavar = "GROUP", .help = NO_CLUSTER },
	TEXT_FLAG("kube-as-user", "USER", NO_CLUSTER),
	FILE_FLAG("kube-ca-file", NO_CLUSTER),
	TEXT_FLAG("kube-context", "NAME",
		  "context of the kubeconfig, for the default of --namespace only"),
	BOOL_FLAG("kube-insecure-skip-tls-verify", NO_CLUSTER),
	TEXT_FLAG("kube-tls-server-name", "NAME", NO_CLUSTER),
	TEXT_FLAG("kube-token", "TOKEN", NO_CLUSTER),
	{ .name = "namespace",
	  .shorthand = 'n',
	  .type = SL_CLI_STRING,
	  .metavar = "NAME",
	  .help = "namespace of the release, else $HELM_NAMESPACE or that of the kubeconfig's "
		  "context" },
	{ .name = "qps", .type = SL_CLI_NUMBER, .initial = "0", .help = NO_CLUSTER },
	FILE_FLAG("registry-config", NO_DOWNLOAD),
	{ .name = "repository-cache",
	  .type = SL_CLI_STRING,
	  .metavar = "DIR",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .help = NO_DOWNLOAD },
	FILE_FLAG("repository-config", NO_DOWNLOAD),
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_dependency_list[] = {
	{ .name = "max-col-width",
	  .type = SL_CLI_NUMBER,
	  .initial = "80",
	  .help = "width at which columns are cut" },
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_lint[] = {
	TEXT_FLAG("kube-version", "VERSION",
		  "version of Kubernetes for .Capabilities and deprecated APIs"),
	BOOL_FLAG("quiet", "print only warnings and errors"),
	SET_FLAGS,
	SKIP_SCHEMA_FLAG,
	BOOL_FLAG("strict", "fail on warnings as well"),
	VALUES_FLAG,
	BOOL_FLAG("with-subcharts", "look at the charts in charts/ as well"),
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_package[] = {
	TEXT_FLAG("app-version", "VERSION", "set appVersion"),
	FILE_FLAG("ca-file", NO_DOWNLOAD),
	FILE_FLAG("cert-file", NO_DOWNLOAD),
	{ .name = "dependency-update",
	  .shorthand = 'u',
	  .type = SL_CLI_BOOL,
	  .initial = "false",
	  .help = "refused if dependencies are missing: charts are not downloaded" },
	{ .name = "destination",
	  .shorthand = 'd',
	  .type = SL_CLI_STRING,
	  .metavar = "DIR",
	  .initial = ".",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .help = "directory to write to" },
	BOOL_FLAG("insecure-skip-tls-verify", NO_DOWNLOAD),
	TEXT_FLAG("key", "NAME", "refused: archives are not signed"),
	FILE_FLAG("key-file", NO_DOWNLOAD),
	FILE_FLAG("keyring", NO_DOWNLOAD),
	FILE_FLAG("passphrase-file", "refused: archives are not signed"),
	TEXT_FLAG("password", "TEXT", NO_DOWNLOAD),
	BOOL_FLAG("plain-http", NO_DOWNLOAD),
	BOOL_FLAG("sign", "refused: archives are not signed"),
	TEXT_FLAG("username", "NAME", NO_DOWNLOAD),
	TEXT_FLAG("version", "VERSION", "set the version"),
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_show[] = {
	FILE_FLAG("ca-file", NO_DOWNLOAD),
	FILE_FLAG("cert-file", NO_DOWNLOAD),
	BOOL_FLAG("devel", NO_DOWNLOAD),
	BOOL_FLAG("insecure-skip-tls-verify", NO_DOWNLOAD),
	FILE_FLAG("key-file", NO_DOWNLOAD),
	FILE_FLAG("keyring", NO_DOWNLOAD),
	BOOL_FLAG("pass-credentials", NO_DOWNLOAD),
	TEXT_FLAG("password", "TEXT", NO_DOWNLOAD),
	BOOL_FLAG("plain-http", NO_DOWNLOAD),
	REPO_FLAG,
	TEXT_FLAG("username", "NAME", NO_DOWNLOAD),
	VERIFY_FLAG,
	TEXT_FLAG("version", "RANGE", NO_DOWNLOAD),
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_show_values[] = {
	FILE_FLAG("ca-file", NO_DOWNLOAD),
	FILE_FLAG("cert-file", NO_DOWNLOAD),
	BOOL_FLAG("devel", NO_DOWNLOAD),
	BOOL_FLAG("insecure-skip-tls-verify", NO_DOWNLOAD),
	TEXT_FLAG("jsonpath", "EXPRESSION", "print what this JSONPath template finds"),
	FILE_FLAG("key-file", NO_DOWNLOAD),
	FILE_FLAG("keyring", NO_DOWNLOAD),
	BOOL_FLAG("pass-credentials", NO_DOWNLOAD),
	TEXT_FLAG("password", "TEXT", NO_DOWNLOAD),
	BOOL_FLAG("plain-http", NO_DOWNLOAD),
	REPO_FLAG,
	TEXT_FLAG("username", "NAME", NO_DOWNLOAD),
	VERIFY_FLAG,
	TEXT_FLAG("version", "RANGE", NO_DOWNLOAD),
	NO_MORE,
};

const struct sl_cli_flag sl_cli_flags_helm_template[] = {
	{ .name = "api-versions",
	  .shorthand = 'a',
	  .type = SL_CLI_STRINGS,
	  .metavar = "VERSION",
	  .help = "versions of APIs for .Capabilities.APIVersions; may be repeated" },
	BOOL_FLAG("atomic", NO_CLUSTER),
	FILE_FLAG("ca-file", NO_DOWNLOAD),
	FILE_FLAG("cert-file", NO_DOWNLOAD),
	BOOL_FLAG("create-namespace", NO_CLUSTER),
	BOOL_FLAG("dependency-update",
		  "refused if dependencies are missing: charts are not downloaded"),
	TEXT_FLAG("description", "TEXT", NO_CLUSTER),
	BOOL_FLAG("devel", NO_DOWNLOAD),
	BOOL_FLAG("disable-openapi-validation", NO_CLUSTER),
	{ .name = "dry-run",
	  .type = SL_CLI_STRING,
	  .metavar = "HOW",
	  .alone = "client",
	  .help = "client, none, true or false, which are all the same here; server is refused" },
	BOOL_FLAG("enable-dns", "let templates look up addresses of hosts"),
	BOOL_FLAG("force", NO_CLUSTER),
	{ .name = "generate-name",
	  .shorthand = 'g',
	  .type = SL_CLI_BOOL,
	  .initial = "false",
	  .help = "name the release (and leave NAME out)" },
	BOOL_FLAG("hide-notes", "accepted: notes are not printed"),
	BOOL_FLAG("include-crds", "print CustomResourceDefinitions as well"),
	BOOL_FLAG("insecure-skip-tls-verify", NO_DOWNLOAD),
	BOOL_FLAG("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
	FILE_FLAG("key-file", NO_DOWNLOAD),
	FILE_FLAG("keyring", NO_DOWNLOAD),
	TEXT_FLAG("kube-version", "VERSION", "version of Kubernetes for .Capabilities.KubeVersion"),
	{ .name = "labels",
	  .shorthand = 'l',
	  .type = SL_CLI_STRINGS,
	  .metavar = "LABELS",
	  .help = NO_CLUSTER },
	TEXT_FLAG("name-template", "TEMPLATE", "template that makes the name of the release"),
	BOOL_FLAG("no-hooks", "leave hooks out"),
	{ .name = "output-dir",
	  .type = SL_CLI_STRING,
	  .metavar = "DIR",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .help = "write a file for each template into this directory" },
	BOOL_FLAG("pass-credentials", NO_DOWNLOAD),
	TEXT_FLAG("password", "TEXT", NO_DOWNLOAD),
	BOOL_FLAG("plain-http", NO_DOWNLOAD),
	TEXT_FLAG("post-renderer", "PROGRAM", "refused: no other program is run"),
	{ .name = "post-renderer-args",
	  .type = SL_CLI_ARRAY,
	  .metavar = "TEXT",
	  .help = "refused: no other program is run" },
	BOOL_FLAG("release-name",
		  "put files into a directory of the name of the release below --output-dir"),
	BOOL_FLAG("render-subchart-notes", "render the notes of subcharts as well"),
	BOOL_FLAG("replace", NO_CLUSTER),
	REPO_FLAG,
	SET_FLAGS,
	{ .name = "show-only",
	  .shorthand = 's',
	  .type = SL_CLI_ARRAY,
	  .metavar = "PATH",
	  .help = "print only what comes from this template, a path below the chart or a pattern; "
		  "may be repeated" },
	BOOL_FLAG("skip-crds", "accepted: see --include-crds"),
	SKIP_SCHEMA_FLAG,
	BOOL_FLAG("skip-tests", "leave out hooks that are tests"),
	BOOL_FLAG("take-ownership", NO_CLUSTER),
	{ .name = "timeout", .type = SL_CLI_DURATION, .initial = "5m0s", .help = NO_CLUSTER },
	TEXT_FLAG("username", "NAME", NO_DOWNLOAD),
	BOOL_FLAG("validate", "refused: there is no cluster"),
	VALUES_FLAG,
	VERIFY_FLAG,
	TEXT_FLAG("version", "RANGE", NO_DOWNLOAD),
	BOOL_FLAG("wait", NO_CLUSTER),
	BOOL_FLAG("wait-for-jobs", NO_CLUSTER),
	NO_MORE,
};
