/* The part of the command table that is about charts; see commands.h. */
#include "cli/commands.h"

#include <stdint.h>

#include "cli/flags.h"

#define NO_MORE \
	{ \
		.name = NULL \
	}
#define ONE_CHART \
	.args_max = 1, .args = "CHART", .complete = SL_CLI_COMPLETE_FILES, .verb = SL_CLI_HELM_SHOW

static const struct sl_cli_command show[] = {
	{ .name = "all",
	  ONE_CHART,
	  .summary = "Print all that a chart says of itself",
	  .text = "Prints Chart.yaml, values.yaml, the README and the CustomResourceDefinitions.",
	  .flags = sl_cli_flags_helm_show },
	{ .name = "chart",
	  ONE_CHART,
	  .summary = "Print a chart's definition",
	  .flags = sl_cli_flags_helm_show },
	{ .name = "crds",
	  ONE_CHART,
	  .summary = "Print a chart's CustomResourceDefinitions",
	  .flags = sl_cli_flags_helm_show },
	{ .name = "readme",
	  ONE_CHART,
	  .summary = "Print a chart's README",
	  .flags = sl_cli_flags_helm_show },
	{ .name = "values",
	  ONE_CHART,
	  .summary = "Print a chart's values",
	  .flags = sl_cli_flags_helm_show_values },
	NO_MORE,
};

static const struct sl_cli_command dependency[] = {
	{ .name = "list",
	  .aliases = { "ls" },
	  .verb = SL_CLI_HELM_DEPENDENCY_LIST,
	  .args_max = 1,
	  .args = "[CHART]",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "List a chart's dependencies",
	  .text = "Prints each dependency of Chart.yaml, and whether charts/ has it.",
	  .flags = sl_cli_flags_helm_dependency_list,
	  .examples = "# Of the chart in this directory\n"
		      "sluice helm dependency list\n" },
	NO_MORE,
};

const struct sl_cli_command sl_cli_commands_helm[] = {
	{ .name = "dependency",
	  .aliases = { "dep", "dependencies" },
	  .summary = "Look at the dependencies of a chart",
	  .children = dependency },
	{ .name = "lint",
	  .verb = SL_CLI_HELM_LINT,
	  .args_max = SIZE_MAX,
	  .args = "[CHART...]",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "Look for mistakes in charts",
	  .text = "Prints what is wrong with a chart as [ERROR], and what goes against convention "
		  "as "
		  "[WARNING] or [INFO]. The exit code is 1 if there is an error, with --strict "
		  "also "
		  "if there is a warning.",
	  .flags = sl_cli_flags_helm_lint,
	  .examples = "# The chart in this directory\n"
		      "sluice helm lint\n\n"
		      "# With the values of production\n"
		      "sluice helm lint ./chart --values production.yaml --strict\n" },
	{ .name = "package",
	  .verb = SL_CLI_HELM_PACKAGE,
	  .args_max = SIZE_MAX,
	  .args = "CHART...",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "Pack chart directories into archives",
	  .flags = sl_cli_flags_helm_package,
	  .examples = "# NAME-VERSION.tgz, here\n"
		      "sluice helm package ./chart\n\n"
		      "# Of another version, elsewhere\n"
		      "sluice helm package ./chart --version 1.2.3 --destination ./packages\n" },
	{ .name = "show",
	  .aliases = { "inspect" },
	  .summary = "Print what a chart says of itself",
	  .children = show },
	{ .name = "template",
	  .verb = SL_CLI_HELM_TEMPLATE,
	  .args_max = SIZE_MAX,
	  .args = "[NAME] CHART",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "Render a chart",
	  .text = "Prints the manifests that `helm template` prints of a chart, which is a "
		  "directory or an "
		  "archive. No cluster is asked: `lookup` finds nothing, and the version of "
		  "Kubernetes is that of --kube-version.",
	  .flags = sl_cli_flags_helm_template,
	  .examples = "# A chart with its own values\n"
		      "sluice helm template podinfo ./chart\n\n"
		      "# With values of ours\n"
		      "sluice helm template podinfo ./chart --values ours.yaml --set replicas=3\n\n"
		      "# One template\n"
		      "sluice helm template podinfo ./chart --show-only templates/service.yaml\n\n"
		      "# A file for each template\n"
		      "sluice helm template podinfo podinfo-6.7.0.tgz --output-dir manifests\n" },
	NO_MORE,
};
