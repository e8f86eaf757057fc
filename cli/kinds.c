#include "cli/kinds.h"

#include <assert.h>

#include "libcommon/gitops/api.h"

#define KUBE(group_, version_, kind_, plural_) \
	.kube = { .group = (group_), \
		  .version = (version_), \
		  .kind = (kind_), \
		  .plural = (plural_), \
		  .namespaced = true }

static const struct sl_cli_kind kinds[SL_CLI_KINDS] = {
	[SL_CLI_OCI_REPOSITORY] = { KUBE(SL_GROUP_SOURCE, "v1", "OCIRepository", "ocirepositories"),
				    .human = "source oci", .done = "fetched revision" },
	[SL_CLI_BUCKET] = { KUBE(SL_GROUP_SOURCE, "v1", "Bucket", "buckets"),
			    .human = "source bucket", .done = "fetched revision" },
	[SL_CLI_GIT_REPOSITORY] = { KUBE(SL_GROUP_SOURCE, "v1", "GitRepository", "gitrepositories"),
				    .human = "source git", .done = "fetched revision" },
	[SL_CLI_HELM_REPOSITORY] = { KUBE(SL_GROUP_SOURCE, "v1", "HelmRepository",
					  "helmrepositories") },
	[SL_CLI_HELM_CHART] = { KUBE(SL_GROUP_SOURCE, "v1", "HelmChart", "helmcharts"),
				.ref = { "spec", "sourceRef" } },
	[SL_CLI_EXTERNAL_ARTIFACT] = { KUBE(SL_GROUP_SOURCE, "v1", "ExternalArtifact",
					    "externalartifacts") },
	[SL_CLI_IMAGE_REPOSITORY] = { KUBE(SL_GROUP_IMAGE, "v1", "ImageRepository",
					   "imagerepositories") },
	[SL_CLI_IMAGE_POLICY] = { KUBE(SL_GROUP_IMAGE, "v1", "ImagePolicy", "imagepolicies"),
				  .ref = { "spec", "imageRepositoryRef" },
				  .ref_kind = "ImageRepository" },
	[SL_CLI_IMAGE_UPDATE] = { KUBE(SL_GROUP_IMAGE, "v1", "ImageUpdateAutomation",
				       "imageupdateautomations") },
	[SL_CLI_HELM_RELEASE] = { KUBE(SL_GROUP_HELM, "v2", "HelmRelease", "helmreleases"),
				  .ref = { "spec", "chart", "spec", "sourceRef" } },
	[SL_CLI_KUSTOMIZATION] = { KUBE(SL_GROUP_KUSTOMIZE, "v1", "Kustomization",
					"kustomizations"),
				   .human = "kustomization", .done = "applied revision",
				   .ref = { "spec", "sourceRef" } },
	[SL_CLI_RECEIVER] = { KUBE(SL_GROUP_NOTIFICATION, "v1", "Receiver", "receivers") },
	[SL_CLI_PROVIDER] = { KUBE(SL_GROUP_NOTIFICATION, "v1beta3", "Provider", "providers") },
	[SL_CLI_ALERT] = { KUBE(SL_GROUP_NOTIFICATION, "v1beta3", "Alert", "alerts"),
			   .ref = { "spec", "providerRef" }, .ref_kind = "Provider" },
	[SL_CLI_ARTIFACT_GENERATOR] = { KUBE("source.extensions.fluxcd.io", "v1beta1",
					     "ArtifactGenerator", "artifactgenerators") },
};

const struct sl_cli_kind *sl_cli_kind(enum sl_cli_kind_id id)
{
	assert(id < SL_CLI_KINDS);
	return &kinds[id];
}

const struct sl_cli_kind *sl_cli_kind_named(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		if (sl_str_ieq(name, sl_str(kinds[i].kube.kind)))
			return &kinds[i];
	return NULL;
}
