#include "cli/commands.h"

#include <stdint.h>

#include "cli/flags.h"

#define NO_MORE \
	{ \
		.name = NULL \
	}
#define ONE_KIND(id) .first = (id), .last = (id)
#define ANY_NUMBER SIZE_MAX

static const struct sl_cli_command get_sources[] = {
	{ .name = "git",
	  .verb = SL_CLI_GET,
	  .remote = true,
	  ONE_KIND(SL_CLI_GIT_REPOSITORY),
	  .args_max = 1,
	  .args = "[NAME]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Get GitRepository statuses",
	  .examples = "# List all Git repositories and their status\n"
		      "sluice get sources git\n\n"
		      "# List the Git repositories of all namespaces\n"
		      "sluice get sources git --all-namespaces\n" },
	{ .name = "all",
	  .verb = SL_CLI_GET,
	  .remote = true,
	  .first = 0,
	  .last = SL_CLI_SOURCES_LAST,
	  .all = true,
	  .args_max = 1,
	  .args = "[NAME]",
	  .summary = "Get the statuses of all sources",
	  .text = "Prints one table for each kind of source. Kinds that the cluster does not "
		  "know are left out.",
	  .examples = "# List all sources of a namespace\n"
		      "sluice get sources all --namespace=flux-system\n\n"
		      "# List all sources of all namespaces\n"
		      "sluice get sources all --all-namespaces\n" },
	NO_MORE,
};

static const struct sl_cli_command get[] = {
	{ .name = "all",
	  .verb = SL_CLI_GET,
	  .remote = true,
	  .first = 0,
	  .last = SL_CLI_ALL_LAST,
	  .all = true,
	  .args_max = 1,
	  .args = "[NAME]",
	  .summary = "Get the statuses of all resources",
	  .text = "Prints one table for each kind. Kinds that the cluster does not know are "
		  "left out.",
	  .examples = "# List all resources of a namespace\n"
		      "sluice get all --namespace=flux-system\n\n"
		      "# List what is not ready, anywhere\n"
		      "sluice get all --all-namespaces --status-selector ready=false\n" },
	{ .name = "kustomizations",
	  .aliases = { "ks", "kustomization" },
	  .verb = SL_CLI_GET,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = 1,
	  .args = "[NAME]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Get Kustomization statuses",
	  .flags = sl_cli_flags_get_kustomizations,
	  .examples = "# List all Kustomizations and their status\n"
		      "sluice get kustomizations\n\n"
		      "# Follow one of them\n"
		      "sluice get kustomizations podinfo --watch\n\n"
		      "# With the source of each\n"
		      "sluice get kustomizations --show-source\n\n"
		      "# For a script\n"
		      "sluice get kustomizations --all-namespaces --output json\n" },
	{ .name = "sources",
	  .aliases = { "source" },
	  .summary = "Get source statuses",
	  .children = get_sources },
	NO_MORE,
};

static const struct sl_cli_command reconcile_source[] = {
	{ .name = "git",
	  .verb = SL_CLI_RECONCILE,
	  .remote = true,
	  ONE_KIND(SL_CLI_GIT_REPOSITORY),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Reconcile GitRepository sources",
	  .examples = "# Fetch a repository now\n"
		      "sluice reconcile source git podinfo\n" },
	NO_MORE,
};

static const struct sl_cli_command reconcile[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_RECONCILE,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Reconcile Kustomizations",
	  .flags = sl_cli_flags_reconcile_kustomization,
	  .examples = "# Apply a Kustomization now\n"
		      "sluice reconcile kustomization podinfo\n\n"
		      "# Fetch its source first\n"
		      "sluice reconcile kustomization podinfo --with-source\n\n"
		      "# Everything of one team, without waiting\n"
		      "sluice reconcile kustomization --label-selector team=web --no-wait\n" },
	{ .name = "source",
	  .aliases = { "sources" },
	  .summary = "Reconcile sources",
	  .children = reconcile_source },
	NO_MORE,
};

static const struct sl_cli_command suspend_source[] = {
	{ .name = "git",
	  .verb = SL_CLI_SUSPEND,
	  .remote = true,
	  ONE_KIND(SL_CLI_GIT_REPOSITORY),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Suspend the reconciliation of GitRepositories",
	  .examples = "# Fetch a repository no longer\n"
		      "sluice suspend source git podinfo\n" },
	NO_MORE,
};

static const struct sl_cli_command suspend[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_SUSPEND,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Suspend the reconciliation of Kustomizations",
	  .examples = "# Suspend one Kustomization\n"
		      "sluice suspend kustomization podinfo\n\n"
		      "# Suspend all of a namespace\n"
		      "sluice suspend kustomization --all --namespace apps\n" },
	{ .name = "source",
	  .aliases = { "sources" },
	  .summary = "Suspend sources",
	  .children = suspend_source },
	NO_MORE,
};

static const struct sl_cli_command resume_source[] = {
	{ .name = "git",
	  .verb = SL_CLI_RESUME,
	  .remote = true,
	  ONE_KIND(SL_CLI_GIT_REPOSITORY),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Resume suspended GitRepositories",
	  .examples = "# Fetch a repository again\n"
		      "sluice resume source git podinfo\n" },
	NO_MORE,
};

static const struct sl_cli_command resume[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_RESUME,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = ANY_NUMBER,
	  .args = "[NAME...]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Resume suspended Kustomizations",
	  .examples = "# Resume a Kustomization and wait until it is applied\n"
		      "sluice resume kustomization podinfo\n\n"
		      "# Resume all of a namespace, and wait\n"
		      "sluice resume kustomization --all --wait --namespace apps\n" },
	{ .name = "source",
	  .aliases = { "sources" },
	  .summary = "Resume sources",
	  .children = resume_source },
	NO_MORE,
};

static const struct sl_cli_command tree[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_TREE,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = 1,
	  .args = "NAME",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Print what a Kustomization manages",
	  .text = "Prints the inventory of a Kustomization as a tree, and below each Kustomization "
		  "and HelmRelease in it theirs.",
	  .flags = sl_cli_flags_tree_kustomization,
	  .examples = "# All that the root Kustomization manages\n"
		      "sluice tree kustomization flux-system\n\n"
		      "# Only the resources of Flux\n"
		      "sluice tree kustomization flux-system --compact\n" },
	NO_MORE,
};

static const struct sl_cli_command export_source[] = {
	{ .name = "git",
	  .verb = SL_CLI_EXPORT,
	  .remote = true,
	  ONE_KIND(SL_CLI_GIT_REPOSITORY),
	  .args_max = 1,
	  .args = "[NAME]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Export GitRepositories as YAML",
	  .examples = "# Export all Git repositories of a namespace\n"
		      "sluice export source git --all > sources.yaml\n" },
	NO_MORE,
};

static const struct sl_cli_command export[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_EXPORT,
	  .remote = true,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = 1,
	  .args = "[NAME]",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Export Kustomizations as YAML",
	  .examples = "# Export a Kustomization\n"
		      "sluice export kustomization podinfo > podinfo.yaml\n" },
	{ .name = "source",
	  .aliases = { "sources" },
	  .summary = "Export sources",
	  .children = export_source },
	NO_MORE,
};

static const struct sl_cli_command build[] = {
	{ .name = "kustomization",
	  .aliases = { "ks", "kustomizations" },
	  .verb = SL_CLI_BUILD,
	  ONE_KIND(SL_CLI_KUSTOMIZATION),
	  .args_max = 1,
	  .args = "NAME",
	  .complete = SL_CLI_COMPLETE_NAMES,
	  .summary = "Build a Kustomization from files",
	  .text = "Builds the directory given by --path as kustomize-controller would, and prints "
		  "the outcome as YAML: a kustomization.yaml is made up where there is none, the "
		  "Kustomization's patches, images, components and the like are applied, and the "
		  "variables of its postBuild are replaced.\n\n"
		  "The Kustomization is that of the cluster, or the one in --kustomization-file. "
		  "Variables are read from the cluster unless --dry-run is given. Values that are "
		  "encrypted with SOPS are masked. Nothing is written to the directory.",
	  .flags = sl_cli_flags_build_kustomization,
	  .examples = "# As it is in the cluster, with the files of this directory\n"
		      "sluice build kustomization podinfo --path ./deploy\n\n"
		      "# Without a cluster\n"
		      "sluice build kustomization podinfo --path ./deploy --kustomization-file "
		      "./podinfo.yaml --dry-run\n\n"
		      "# With all Kustomizations below it\n"
		      "sluice build kustomization flux-system --path ./clusters/one --recursive "
		      "--local-sources GitRepository/flux-system/flux-system=.\n" },
	NO_MORE,
};

static const struct sl_cli_command kustomize[] = {
	{ .name = "build",
	  .verb = SL_CLI_KUSTOMIZE_BUILD,
	  .args_max = 1,
	  .args = "[DIR]",
	  .complete = SL_CLI_COMPLETE_FILES,
	  .summary = "Build a kustomization as `kustomize build` does",
	  .text = "Prints, byte for byte, what `kustomize build` prints of the kustomization.yaml "
		  "in DIR, which is the working directory by default and may be the URL of a "
		  "repository. Repositories are cloned by git(1). Plugins that run programs or "
		  "containers are refused, whatever the flags say.",
	  .flags = sl_cli_flags_kustomize_build,
	  .examples =
		  "# The kustomization of the working directory\n"
		  "sluice kustomize build\n\n"
		  "# A directory, with files from outside of it\n"
		  "sluice kustomize build --load-restrictor LoadRestrictionsNone overlays/prod\n\n"
		  "# A file for each object\n"
		  "sluice kustomize build --output manifests/ overlays/prod\n" },
	NO_MORE,
};

static const char *const shells[] = { "bash", "fish", "powershell", "zsh", NULL };

static const struct sl_cli_command root[] = {
	{ .name = "build", .summary = "Build resources from files", .children = build },
	{ .name = "check",
	  .verb = SL_CLI_CHECK,
	  .remote = true,
	  .summary = "Check requirements and installation",
	  .text = "Checks the version of Kubernetes, the health of the installed controllers, and "
		  "the versions that the custom resource definitions are stored in. Waits up to "
		  "--timeout for controllers that are not ready yet. The exit code is 1 if any "
		  "check has failed.",
	  .flags = sl_cli_flags_check,
	  .examples = "# Before an installation\n"
		      "sluice check --pre\n\n"
		      "# After it\n"
		      "sluice check\n" },
	{ .name = "completion",
	  .verb = SL_CLI_COMPLETION,
	  .args_max = 1,
	  .args = "bash|fish|powershell|zsh",
	  .words = shells,
	  .summary = "Print the completion script of a shell",
	  .text = "The script asks sluice itself for candidates, so that it need not be made "
		  "anew after an update. Names of resources, namespaces and contexts are looked "
		  "up as they are typed.",
	  .examples = "# In this shell\n"
		      ". <(sluice completion bash)\n\n"
		      "# In every fish from now on\n"
		      "sluice completion fish > ~/.config/fish/completions/sluice.fish\n" },
	{ .name = "envsubst",
	  .verb = SL_CLI_ENVSUBST,
	  .summary = "Replace variables in a text by those of the environment",
	  .text = "Reads standard input and writes it to standard output, line by line, with "
		  "expressions such as ${name} and ${name:-default} replaced as in the postBuild "
		  "of a Kustomization.",
	  .flags = sl_cli_flags_envsubst,
	  .examples = "# What a build becomes with these variables\n"
		      "export region=eu-central-1\n"
		      "sluice build kustomization podinfo --path ./deploy | sluice envsubst "
		      "--strict\n" },
	{ .name = "events",
	  .verb = SL_CLI_EVENTS,
	  .remote = true,
	  .summary = "Print the events of Flux resources",
	  .text = "Prints the Kubernetes events about Flux resources, oldest first. With --for and "
		  "a name, the events of the source that the object refers to are printed as "
		  "well.",
	  .flags = sl_cli_flags_events,
	  .examples = "# Events of a namespace\n"
		      "sluice events --namespace default\n\n"
		      "# What went wrong with a Kustomization or its source\n"
		      "sluice events --for Kustomization/podinfo --types Warning\n\n"
		      "# Follow all of them\n"
		      "sluice events --all-namespaces --watch\n" },
	{ .name = "export",
	  .summary = "Export resources as YAML",
	  .text = "Prints resources without status and without what the server filled in, ready "
		  "to be committed to Git.",
	  .flags = sl_cli_flags_export,
	  .children = export },
	{ .name = "get",
	  .summary = "Get resources and their status",
	  .text = "Prints resources and their status as a table, or with --output as JSON or YAML. "
		  "With --watch it goes on printing what changes until it is interrupted.",
	  .flags = sl_cli_flags_get,
	  .children = get },
	{ .name = "helm",
	  .summary = "Work with Helm charts without a cluster",
	  .text = "Does with charts on this machine what `helm` v3.22 does, with its flags, its "
		  "output "
		  "and its messages. Charts are not downloaded, no cluster is asked, and no other "
		  "program is run.",
	  .flags = sl_cli_flags_helm,
	  .children = sl_cli_commands_helm },
	{ .name = "help",
	  .verb = SL_CLI_HELP,
	  .args_max = SL_CLI_DEPTH_MAX - 1,
	  .args = "[COMMAND...]",
	  .complete = SL_CLI_COMPLETE_COMMANDS,
	  .summary = "Print the help of a command" },
	{ .name = "kustomize",
	  .summary = "Build kustomizations without a cluster",
	  .children = kustomize },
	{ .name = "reconcile",
	  .summary = "Reconcile sources and resources",
	  .text = "Asks the controller to reconcile an object now, and waits for the outcome. The "
		  "exit code is 1 if it failed, with the object's own message.\n\n"
		  "Several objects are reconciled at once: by name, by label or all of a "
		  "namespace. Suspended objects are refused when named and left out otherwise.",
	  .flags = sl_cli_flags_reconcile,
	  .children = reconcile },
	{ .name = "resume",
	  .summary = "Resume suspended resources",
	  .text = "Takes the suspension back. If one object is named, or with --wait, waits until "
		  "it is reconciled.",
	  .flags = sl_cli_flags_resume,
	  .children = resume },
	{ .name = "stats",
	  .verb = SL_CLI_STATS,
	  .remote = true,
	  .first = 0,
	  .last = SL_CLI_ALL_LAST,
	  .summary = "Print how many resources run, fail or are suspended",
	  .flags = sl_cli_flags_stats,
	  .examples = "# Of the whole cluster\n"
		      "sluice stats --all-namespaces\n" },
	{ .name = "suspend",
	  .summary = "Suspend resources",
	  .text = "Stops the reconciliation of objects until they are resumed. What they applied "
		  "stays.",
	  .flags = sl_cli_flags_suspend,
	  .children = suspend },
	{ .name = "tree", .summary = "Print what a resource manages", .children = tree },
	{ .name = "version",
	  .verb = SL_CLI_VERSION,
	  .summary = "Print the versions of sluice and of the installed controllers",
	  .flags = sl_cli_flags_version,
	  .examples = "# Everything\n"
		      "sluice version\n\n"
		      "# Without asking the cluster\n"
		      "sluice version --client\n" },
	{ .name = "__complete",
	  .verb = SL_CLI_COMPLETE,
	  .hidden = true,
	  .args_max = ANY_NUMBER,
	  .summary = "Print candidates for the last of the words given" },
	{ .name = "__fetch",
	  .verb = SL_CLI_FETCH,
	  .remote = true,
	  .hidden = true,
	  .args_max = 1,
	  .args = "URL",
	  .summary = "Print the file at a URL" },
	{ .name = "__man", .verb = SL_CLI_MAN, .hidden = true, .summary = "Print the manual page" },
	NO_MORE,
};

static const struct sl_cli_command sluice = {
	.name = "sluice",
	.summary = "Command line of a GitOps toolkit for Kubernetes",
	.text = "sluice looks at and steers the resources of Flux's API in a cluster: those of the "
		"Sluice controllers, and those of Flux's own.\n\n"
		"Data goes to standard output, progress to standard error. The exit code is 0 on "
		"success and 1 otherwise.",
	.examples = "# Check that a cluster meets the requirements\n"
		    "sluice check --pre\n\n"
		    "# List all resources and their status\n"
		    "sluice get all --all-namespaces\n\n"
		    "# Fetch a source now and apply it\n"
		    "sluice reconcile kustomization podinfo --with-source\n",
	.flags = sl_cli_flags_global,
	.children = root,
};

const struct sl_cli_command *sl_cli_root(void)
{
	return &sluice;
}
