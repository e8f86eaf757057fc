/* The flags of the verbs about charts, which are Helm's; see flags.h. */
#include "cli/flags.h"

#define NO_MORE \
	{ \
		.name = NULL \
	}

/* Helm has them for what is not done here. */
#define NO_CLUSTER "accepted for scripts written for helm: nothing is installed"
#define NO_DOWNLOAD "accepted for scripts written for helm: charts are not downloaded"

#define SWITCH(label, text) \
	{ \
		.name = (label), .type = SL_CLI_BOOL, .initial = "false", .help = (text) \
	}
#define TEXT(label, what, text) \
	{ \
		.name = (label), .type = SL_CLI_STRING, .metavar = (what), .help = (text) \
	}
#define TEXTS(label, what, text) \
	{ \
		.name = (label), .type = SL_CLI_ARRAY, .metavar = (what), .help = (text) \
	}

/* Where values come from. */
#define VALUES_FLAGS \
	TEXTS("set", "KEY=VALUE", "set a value, several with commas between them"), \
		TEXTS("set-file", "KEY=PATH", "set a value to the content of a file"), \
		TEXTS("set-json", "KEY=JSON", \
		      "set a value to what JSON says, or all values of a map"), \
		TEXTS("set-literal", "KEY=TEXT", \
		      "set a value to a text as it stands, commas included"), \
		TEXTS("set-string", "KEY=TEXT", \
		      "set a value to a text, even if it looks like a number"), \
	{ \
		.name = "values", .shorthand = 'f', .type = SL_CLI_STRINGS, .metavar = "FILE", \
		.complete = SL_CLI_COMPLETE_FILES, \
		.help = "file of values, - for standard input; later ones win" \
	}

const struct sl_cli_flag sl_cli_flags_helm_template[] = {
	{ .name = "api-versions",
	  .shorthand = 'a',
	  .type = SL_CLI_STRINGS,
	  .metavar = "VERSION",
	  .help = "API version that .Capabilities.APIVersions has besides those of Kubernetes" },
	SWITCH("atomic", NO_CLUSTER),
	TEXT("ca-file", "FILE", NO_DOWNLOAD),
	TEXT("cert-file", "FILE", NO_DOWNLOAD),
	SWITCH("create-namespace", NO_CLUSTER),
	SWITCH("debug", "print what was rendered even if it is no YAML"),
	SWITCH("dependency-update",
	       "refused if dependencies are missing: charts are not downloaded"),
	TEXT("description", "TEXT", NO_CLUSTER),
	SWITCH("devel", NO_DOWNLOAD),
	SWITCH("disable-openapi-validation", NO_CLUSTER),
	{ .name = "dry-run",
	  .type = SL_CLI_STRING,
	  .metavar = "MODE",
	  .alone = "client",
	  .help = "client, none, true or false, which are all the same here; server is refused" },
	SWITCH("enable-dns", "let getHostByName ask for addresses"),
	SWITCH("force", NO_CLUSTER),
	{ .name = "generate-name",
	  .shorthand = 'g',
	  .type = SL_CLI_BOOL,
	  .initial = "false",
	  .help = "CHART is the only argument" },
	SWITCH("hide-notes", NO_CLUSTER),
	SWITCH("include-crds", "print the custom resource definitions of crds/ as well"),
	SWITCH("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
	TEXT("key-file", "FILE", NO_DOWNLOAD),
	TEXT("keyring", "FILE", NO_DOWNLOAD),
	TEXT("kube-version", "VERSION", "version of Kubernetes that .Capabilities.KubeVersion is"),
	{ .name = "labels",
	  .shorthand = 'l',
	  .type = SL_CLI_STRINGS,
	  .metavar = "KEY=VALUE",
	  .help = NO_CLUSTER },
	TEXT("name-template", "TEMPLATE", "template of the release's name"),
	SWITCH("no-hooks", "leave out hooks"),
	{ .name = "output-dir",
	  .type = SL_CLI_STRING,
	  .metavar = "DIR",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .help = "write a file for each template into this directory" },
	SWITCH("pass-credentials", NO_DOWNLOAD),
	TEXT("password", "TEXT", NO_DOWNLOAD),
	SWITCH("plain-http", NO_DOWNLOAD),
	TEXT("post-renderer", "PROGRAM", "refused: no programs are run"),
	TEXTS("post-renderer-args", "TEXT", "refused: no programs are run"),
	SWITCH("release-name", "put the release's name behind --output-dir"),
	SWITCH("render-subchart-notes", "render the notes of subcharts too: they may fail"),
	SWITCH("replace", NO_CLUSTER),
	TEXT("repo", "URL", "refused: charts are not downloaded"),
	{ .name = "show-only",
	  .shorthand = 's',
	  .type = SL_CLI_ARRAY,
	  .metavar = "TEMPLATE",
	  .help = "print only what this template has, may be a pattern" },
	SWITCH("skip-crds", NO_CLUSTER),
	SWITCH("skip-schema-validation", "do not check values against values.schema.json"),
	SWITCH("skip-tests", "leave out tests"),
	SWITCH("take-ownership", NO_CLUSTER),
	TEXT("username", "TEXT", NO_DOWNLOAD),
	SWITCH("validate", "refused: it needs a cluster"),
	SWITCH("verify", "refused: signatures are not checked"),
	TEXT("version", "RANGE", NO_DOWNLOAD),
	SWITCH("wait", NO_CLUSTER),
	SWITCH("wait-for-jobs", NO_CLUSTER),
	VALUES_FLAGS,
	NO_MORE,
};
