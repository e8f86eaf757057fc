/* The part of the command table that is about charts; see commands.h. */
#include "cli/commands.h"
#include "cli/flags.h"

#define NO_MORE \
	{ \
		.name = NULL \
	}

const struct sl_cli_command sl_cli_commands_helm[] = {
	{ .name = "template",
	  .verb = SL_CLI_HELM_TEMPLATE,
	  .args_max = 2,
	  .args = "[NAME] CHART",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "Render a chart as `helm template` does",
	  .text = "Prints the manifests of CHART, a directory or an archive, as `helm template` of "
		  "Helm 3.22 prints them. No cluster is asked: lookup finds nothing, and "
		  ".Capabilities are those of --kube-version and --api-versions.\n\n"
		  "Charts are not downloaded. The namespace is --namespace, else $HELM_NAMESPACE, "
		  "else "
		  "\"default\".",
	  .flags = sl_cli_flags_helm_template,
	  .examples =
		  "# With values of a file, and some on the command line\n"
		  "sluice helm template podinfo ./podinfo --values prod.yaml --set replicas=3\n\n"
		  "# One of its templates\n"
		  "sluice helm template podinfo ./podinfo --show-only templates/service.yaml\n" },
	NO_MORE,
};
