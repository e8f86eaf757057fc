/*
 * Where kustomize finds labels, annotations, namespaces, images and replica counts: facts of its
 * default configuration, in its order; it sorts what is meant for any kind behind the rest.
 */
#include "libcommon/render/kustomize/fieldspec.h"

static const struct sl_kz_fieldspec labels[] = {
	{ .path = "spec/selector", .kind = "Service", .version = "v1", .create = true },
	{ .path = "spec/selector",
	  .kind = "ReplicationController",
	  .version = "v1",
	  .create = true },
	{ .path = "spec/selector/matchLabels", .kind = "Deployment", .create = true },
	{ .path = "spec/template/spec/affinity/podAffinity/"
		  "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/"
		  "matchLabels",
	  .kind = "Deployment",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAffinity/"
		  "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
	  .kind = "Deployment",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAntiAffinity/"
		  "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/"
		  "matchLabels",
	  .kind = "Deployment",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAntiAffinity/"
		  "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
	  .kind = "Deployment",
	  .group = "apps" },
	{ .path = "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
	  .kind = "Deployment",
	  .group = "apps" },
	{ .path = "spec/selector/matchLabels", .kind = "ReplicaSet", .create = true },
	{ .path = "spec/selector/matchLabels", .kind = "DaemonSet", .create = true },
	{ .path = "spec/selector/matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps",
	  .create = true },
	{ .path = "spec/template/spec/affinity/podAffinity/"
		  "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/"
		  "matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAffinity/"
		  "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAntiAffinity/"
		  "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/"
		  "matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps" },
	{ .path = "spec/template/spec/affinity/podAntiAffinity/"
		  "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps" },
	{ .path = "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
	  .kind = "StatefulSet",
	  .group = "apps" },
	{ .path = "spec/selector/matchLabels", .kind = "Job", .group = "batch" },
	{ .path = "spec/jobTemplate/spec/selector/matchLabels",
	  .kind = "CronJob",
	  .group = "batch" },
	{ .path = "spec/selector/matchLabels", .kind = "PodDisruptionBudget", .group = "policy" },
	{ .path = "spec/podSelector/matchLabels",
	  .kind = "NetworkPolicy",
	  .group = "networking.k8s.io" },
	{ .path = "spec/ingress/from/podSelector/matchLabels",
	  .kind = "NetworkPolicy",
	  .group = "networking.k8s.io" },
	{ .path = "spec/egress/to/podSelector/matchLabels",
	  .kind = "NetworkPolicy",
	  .group = "networking.k8s.io" },
	{ .path = "spec/template/metadata/labels",
	  .kind = "ReplicationController",
	  .version = "v1",
	  .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "Deployment", .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "ReplicaSet", .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "DaemonSet", .create = true },
	{ .path = "spec/template/metadata/labels",
	  .kind = "StatefulSet",
	  .group = "apps",
	  .create = true },
	{ .path = "spec/template/metadata/labels",
	  .kind = "Job",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/metadata/labels",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/spec/template/metadata/labels",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/volumeClaimTemplates[]/metadata/labels",
	  .kind = "StatefulSet",
	  .group = "apps",
	  .create = true },
	{ .path = "metadata/labels", .create = true },
};

static const struct sl_kz_fieldspec template_labels[] = {
	{ .path = "spec/template/metadata/labels",
	  .kind = "ReplicationController",
	  .version = "v1",
	  .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "Deployment", .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "ReplicaSet", .create = true },
	{ .path = "spec/template/metadata/labels", .kind = "DaemonSet", .create = true },
	{ .path = "spec/template/metadata/labels",
	  .kind = "StatefulSet",
	  .group = "apps",
	  .create = true },
	{ .path = "spec/template/metadata/labels",
	  .kind = "Job",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/metadata/labels",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/spec/template/metadata/labels",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "metadata/labels", .create = true },
};

static const struct sl_kz_fieldspec claim_labels[] = {
	{ .path = "spec/volumeClaimTemplates[]/metadata/labels",
	  .kind = "StatefulSet",
	  .group = "apps",
	  .create = true },
};

static const struct sl_kz_fieldspec metadata_labels[] = {
	{ .path = "metadata/labels", .create = true },
};

static const struct sl_kz_fieldspec annotations[] = {
	{ .path = "spec/template/metadata/annotations",
	  .kind = "ReplicationController",
	  .version = "v1",
	  .create = true },
	{ .path = "spec/template/metadata/annotations", .kind = "Deployment", .create = true },
	{ .path = "spec/template/metadata/annotations", .kind = "ReplicaSet", .create = true },
	{ .path = "spec/template/metadata/annotations", .kind = "DaemonSet", .create = true },
	{ .path = "spec/template/metadata/annotations", .kind = "StatefulSet", .create = true },
	{ .path = "spec/template/metadata/annotations",
	  .kind = "Job",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/metadata/annotations",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "spec/jobTemplate/spec/template/metadata/annotations",
	  .kind = "CronJob",
	  .group = "batch",
	  .create = true },
	{ .path = "metadata/annotations", .create = true },
};

static const struct sl_kz_fieldspec namespaces[] = {
	{ .path = "metadata/name", .kind = "Namespace", .create = true },
	{ .path = "spec/service/namespace",
	  .kind = "APIService",
	  .group = "apiregistration.k8s.io",
	  .create = true },
	{ .path = "spec/conversion/webhook/clientConfig/service/namespace",
	  .kind = "CustomResourceDefinition",
	  .group = "apiextensions.k8s.io" },
};

static const struct sl_kz_fieldspec images[] = {
	{ .path = "spec/containers[]/image", .create = true },
	{ .path = "spec/initContainers[]/image", .create = true },
	{ .path = "spec/volumes[]/image/reference", .create = true },
	{ .path = "spec/template/spec/containers[]/image", .create = true },
	{ .path = "spec/template/spec/initContainers[]/image", .create = true },
	{ .path = "spec/template/spec/volumes[]/image/reference", .create = true },
	{ .path = "spec/jobTemplate/spec/template/spec/volumes[]/image/reference", .create = true },
};

static const struct sl_kz_fieldspec replicas[] = {
	{ .path = "spec/replicas", .kind = "Deployment", .create = true },
	{ .path = "spec/replicas", .kind = "ReplicationController", .create = true },
	{ .path = "spec/replicas", .kind = "ReplicaSet", .create = true },
	{ .path = "spec/replicas", .kind = "StatefulSet", .create = true },
};

const struct sl_kz_fieldspecs sl_kz_label_specs = { labels, SL_ARRAY_LEN(labels) };
const struct sl_kz_fieldspecs sl_kz_template_label_specs = { template_labels,
							     SL_ARRAY_LEN(template_labels) };
const struct sl_kz_fieldspecs sl_kz_claim_label_specs = { claim_labels,
							  SL_ARRAY_LEN(claim_labels) };
const struct sl_kz_fieldspecs sl_kz_metadata_label_specs = { metadata_labels,
							     SL_ARRAY_LEN(metadata_labels) };
const struct sl_kz_fieldspecs sl_kz_annotation_specs = { annotations, SL_ARRAY_LEN(annotations) };
const struct sl_kz_fieldspecs sl_kz_namespace_specs = { namespaces, SL_ARRAY_LEN(namespaces) };
const struct sl_kz_fieldspecs sl_kz_image_specs = { images, SL_ARRAY_LEN(images) };
const struct sl_kz_fieldspecs sl_kz_replica_specs = { replicas, SL_ARRAY_LEN(replicas) };
