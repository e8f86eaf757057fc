/* Written by scripts/gen-smp-table.py: do not edit. */
#include "libcommon/render/kustomize/smp_table.h"

/* clang-format off */
const char sl_kz_smp_pool[] =
	"metadata\0"
	"webhooks\0"
	"finalizers\0"
	"ownerReferences\0"
	"spec\0"
	"status\0"
	"template\0"
	"containers\0"
	"ephemeralContainers\0"
	"hostAliases\0"
	"imagePullSecrets\0"
	"initContainers\0"
	"topologySpreadConstraints\0"
	"volumes\0"
	"env\0"
	"ports\0"
	"volumeDevices\0"
	"volumeMounts\0"
	"ephemeral\0"
	"volumeClaimTemplate\0"
	"conditions\0"
	"volumeClaimTemplates\0"
	"jobTemplate\0"
	"podCIDRs\0"
	"addresses\0"
	"podIPs\0"
	"secrets\0"
	"drivers\0"
	"admissionregistration.k8s.io/v1\0"
	"MutatingWebhookConfiguration\0"
	"ValidatingWebhookConfiguration\0"
	"admissionregistration.k8s.io/v1beta1\0"
	"apiextensions.k8s.io/v1\0"
	"CustomResourceDefinition\0"
	"apiextensions.k8s.io/v1beta1\0"
	"apiregistration.k8s.io/v1\0"
	"APIService\0"
	"apiregistration.k8s.io/v1beta1\0"
	"apps/v1\0"
	"ControllerRevision\0"
	"DaemonSet\0"
	"Deployment\0"
	"ReplicaSet\0"
	"StatefulSet\0"
	"authentication.k8s.io/v1\0"
	"TokenRequest\0"
	"TokenReview\0"
	"authentication.k8s.io/v1beta1\0"
	"authorization.k8s.io/v1\0"
	"LocalSubjectAccessReview\0"
	"SelfSubjectAccessReview\0"
	"SelfSubjectRulesReview\0"
	"SubjectAccessReview\0"
	"authorization.k8s.io/v1beta1\0"
	"autoscaling/v1\0"
	"HorizontalPodAutoscaler\0"
	"Scale\0"
	"autoscaling/v2beta1\0"
	"autoscaling/v2beta2\0"
	"batch/v1\0"
	"CronJob\0"
	"Job\0"
	"batch/v1beta1\0"
	"certificates.k8s.io/v1\0"
	"CertificateSigningRequest\0"
	"certificates.k8s.io/v1beta1\0"
	"coordination.k8s.io/v1\0"
	"Lease\0"
	"coordination.k8s.io/v1beta1\0"
	"discovery.k8s.io/v1\0"
	"EndpointSlice\0"
	"discovery.k8s.io/v1beta1\0"
	"events.k8s.io/v1\0"
	"Event\0"
	"events.k8s.io/v1beta1\0"
	"extensions/v1beta1\0"
	"Ingress\0"
	"flowcontrol.apiserver.k8s.io/v1beta1\0"
	"FlowSchema\0"
	"PriorityLevelConfiguration\0"
	"networking.k8s.io/v1\0"
	"IngressClass\0"
	"NetworkPolicy\0"
	"networking.k8s.io/v1beta1\0"
	"node.k8s.io/v1\0"
	"RuntimeClass\0"
	"node.k8s.io/v1beta1\0"
	"policy/v1\0"
	"PodDisruptionBudget\0"
	"policy/v1beta1\0"
	"Eviction\0"
	"PodSecurityPolicy\0"
	"rbac.authorization.k8s.io/v1\0"
	"ClusterRole\0"
	"ClusterRoleBinding\0"
	"Role\0"
	"RoleBinding\0"
	"rbac.authorization.k8s.io/v1beta1\0"
	"scheduling.k8s.io/v1\0"
	"PriorityClass\0"
	"scheduling.k8s.io/v1beta1\0"
	"storage.k8s.io/v1\0"
	"CSIDriver\0"
	"CSINode\0"
	"StorageClass\0"
	"VolumeAttachment\0"
	"storage.k8s.io/v1beta1\0"
	"CSIStorageCapacity\0"
	"v1\0"
	"Binding\0"
	"ComponentStatus\0"
	"ConfigMap\0"
	"Endpoints\0"
	"LimitRange\0"
	"Namespace\0"
	"Node\0"
	"PersistentVolume\0"
	"PersistentVolumeClaim\0"
	"Pod\0"
	"PodTemplate\0"
	"ReplicationController\0"
	"ResourceQuota\0"
	"Secret\0"
	"Service\0"
	"ServiceAccount\0"
	"NodeProxyOptions\0"
	"name\0"
	"uid\0"
	"ip\0"
	"topologyKey\0"
	"whenUnsatisfiable\0"
	"containerPort\0"
	"protocol\0"
	"devicePath\0"
	"mountPath\0"
	"type\0"
	"port\0";

const struct sl_kz_smp_field sl_kz_smp_fields[] = {
	{ 0, 2, 0 }, /* metadata */
	{ 9, 0, 2 }, /* webhooks */
	{ 18, 0, 1 }, /* finalizers */
	{ 29, 0, 3 }, /* ownerReferences */
	{ 0, 2, 0 }, /* metadata */
	{ 9, 0, 2 }, /* webhooks */
	{ 0, 2, 0 }, /* metadata */
	{ 9, 0, 2 }, /* webhooks */
	{ 0, 2, 0 }, /* metadata */
	{ 9, 0, 2 }, /* webhooks */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 8, 0 }, /* spec */
	{ 50, 16, 0 }, /* status */
	{ 57, 9, 0 }, /* template */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 10, 0 }, /* spec */
	{ 66, 11, 2 }, /* containers */
	{ 77, 12, 2 }, /* ephemeralContainers */
	{ 97, 0, 4 }, /* hostAliases */
	{ 109, 0, 2 }, /* imagePullSecrets */
	{ 126, 11, 2 }, /* initContainers */
	{ 141, 0, 5 }, /* topologySpreadConstraints */
	{ 167, 13, 2 }, /* volumes */
	{ 175, 0, 2 }, /* env */
	{ 179, 0, 6 }, /* ports */
	{ 185, 0, 7 }, /* volumeDevices */
	{ 199, 0, 8 }, /* volumeMounts */
	{ 175, 0, 2 }, /* env */
	{ 185, 0, 7 }, /* volumeDevices */
	{ 199, 0, 8 }, /* volumeMounts */
	{ 212, 14, 0 }, /* ephemeral */
	{ 222, 15, 0 }, /* volumeClaimTemplate */
	{ 0, 2, 0 }, /* metadata */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 18, 0 }, /* spec */
	{ 50, 19, 0 }, /* status */
	{ 57, 9, 0 }, /* template */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 21, 0 }, /* spec */
	{ 50, 22, 0 }, /* status */
	{ 57, 9, 0 }, /* template */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 24, 0 }, /* spec */
	{ 50, 27, 0 }, /* status */
	{ 57, 9, 0 }, /* template */
	{ 253, 25, 0 }, /* volumeClaimTemplates */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 26, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 44, 0 }, /* spec */
	{ 274, 45, 0 }, /* jobTemplate */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 46, 0 }, /* spec */
	{ 57, 9, 0 }, /* template */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 46, 0 }, /* spec */
	{ 50, 48, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 50, 0 }, /* spec */
	{ 274, 51, 0 }, /* jobTemplate */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 46, 0 }, /* spec */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 63, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 65, 0 }, /* spec */
	{ 50, 66, 0 }, /* status */
	{ 286, 0, 1 }, /* podCIDRs */
	{ 295, 0, 9 }, /* addresses */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 10, 0 }, /* spec */
	{ 50, 69, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 305, 0, 4 }, /* podIPs */
	{ 0, 2, 0 }, /* metadata */
	{ 57, 9, 0 }, /* template */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 72, 0 }, /* spec */
	{ 50, 73, 0 }, /* status */
	{ 57, 9, 0 }, /* template */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 77, 0 }, /* spec */
	{ 50, 78, 0 }, /* status */
	{ 179, 0, 10 }, /* ports */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 312, 0, 2 }, /* secrets */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 95, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 98, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 112, 0 }, /* spec */
	{ 320, 0, 2 }, /* drivers */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 45, 117, 0 }, /* spec */
	{ 320, 0, 2 }, /* drivers */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 124, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
	{ 0, 2, 0 }, /* metadata */
	{ 50, 126, 0 }, /* status */
	{ 242, 0, 9 }, /* conditions */
};

/* Node n has the fields [starts[n - 1], starts[n]); node 0 has none. */
const uint16_t sl_kz_smp_starts[] = {
	0, 2, 4, 6, 8, 10, 11, 14, 15, 17, 24, 28,
	31, 32, 33, 34, 35, 38, 39, 40, 43, 44, 45, 48,
	50, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	63, 64, 65, 66, 67, 68, 69, 71, 72, 74, 75, 78,
	79, 81, 82, 84, 85, 86, 87, 88, 89, 91, 92, 93,
	94, 95, 97, 98, 101, 102, 104, 105, 108, 110, 112, 115,
	116, 117, 118, 119, 122, 123, 124, 126, 127, 128, 129, 130,
	131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 142, 143,
	144, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156,
	157, 158, 159, 161, 162, 163, 164, 165, 167, 168, 169, 170,
	171, 172, 173, 175, 176, 178, 179,
};

const struct sl_kz_smp_keys sl_kz_smp_keys[] = {
	{ 0, { 0 } }, /* - */
	{ 0, { 0 } }, /* set */
	{ 1, { 2044 } }, /* name */
	{ 1, { 2049 } }, /* uid */
	{ 1, { 2053 } }, /* ip */
	{ 2, { 2056, 2068 } }, /* topologyKey whenUnsatisfiable */
	{ 2, { 2086, 2100 } }, /* containerPort protocol */
	{ 1, { 2109 } }, /* devicePath */
	{ 1, { 2120 } }, /* mountPath */
	{ 1, { 2130 } }, /* type */
	{ 2, { 2135, 2100 } }, /* port protocol */
};

/* Sorted by apiVersion, then kind. */
const struct sl_kz_smp_root sl_kz_smp_roots[] = {
	{ 328, 360, 1 }, /* admissionregistration.k8s.io/v1 MutatingWebhookConfiguration */
	{ 328, 389, 3 }, /* admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration */
	{ 420, 360, 4 }, /* admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration */
	{ 420, 389, 5 }, /* admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration */
	{ 457, 481, 121 }, /* apiextensions.k8s.io/v1 CustomResourceDefinition */
	{ 506, 481, 122 }, /* apiextensions.k8s.io/v1beta1 CustomResourceDefinition */
	{ 535, 561, 123 }, /* apiregistration.k8s.io/v1 APIService */
	{ 572, 561, 125 }, /* apiregistration.k8s.io/v1beta1 APIService */
	{ 603, 611, 6 }, /* apps/v1 ControllerRevision */
	{ 603, 630, 7 }, /* apps/v1 DaemonSet */
	{ 603, 640, 17 }, /* apps/v1 Deployment */
	{ 603, 651, 20 }, /* apps/v1 ReplicaSet */
	{ 603, 662, 23 }, /* apps/v1 StatefulSet */
	{ 674, 699, 28 }, /* authentication.k8s.io/v1 TokenRequest */
	{ 674, 712, 29 }, /* authentication.k8s.io/v1 TokenReview */
	{ 724, 712, 30 }, /* authentication.k8s.io/v1beta1 TokenReview */
	{ 754, 778, 31 }, /* authorization.k8s.io/v1 LocalSubjectAccessReview */
	{ 754, 803, 32 }, /* authorization.k8s.io/v1 SelfSubjectAccessReview */
	{ 754, 827, 33 }, /* authorization.k8s.io/v1 SelfSubjectRulesReview */
	{ 754, 850, 34 }, /* authorization.k8s.io/v1 SubjectAccessReview */
	{ 870, 778, 35 }, /* authorization.k8s.io/v1beta1 LocalSubjectAccessReview */
	{ 870, 803, 36 }, /* authorization.k8s.io/v1beta1 SelfSubjectAccessReview */
	{ 870, 827, 37 }, /* authorization.k8s.io/v1beta1 SelfSubjectRulesReview */
	{ 870, 850, 38 }, /* authorization.k8s.io/v1beta1 SubjectAccessReview */
	{ 899, 914, 39 }, /* autoscaling/v1 HorizontalPodAutoscaler */
	{ 899, 938, 40 }, /* autoscaling/v1 Scale */
	{ 944, 914, 41 }, /* autoscaling/v2beta1 HorizontalPodAutoscaler */
	{ 964, 914, 42 }, /* autoscaling/v2beta2 HorizontalPodAutoscaler */
	{ 984, 993, 43 }, /* batch/v1 CronJob */
	{ 984, 1001, 47 }, /* batch/v1 Job */
	{ 1005, 993, 49 }, /* batch/v1beta1 CronJob */
	{ 1019, 1042, 52 }, /* certificates.k8s.io/v1 CertificateSigningRequest */
	{ 1068, 1042, 53 }, /* certificates.k8s.io/v1beta1 CertificateSigningRequest */
	{ 1096, 1119, 54 }, /* coordination.k8s.io/v1 Lease */
	{ 1125, 1119, 55 }, /* coordination.k8s.io/v1beta1 Lease */
	{ 1153, 1173, 80 }, /* discovery.k8s.io/v1 EndpointSlice */
	{ 1187, 1173, 81 }, /* discovery.k8s.io/v1beta1 EndpointSlice */
	{ 1212, 1229, 82 }, /* events.k8s.io/v1 Event */
	{ 1235, 1229, 83 }, /* events.k8s.io/v1beta1 Event */
	{ 1257, 1276, 84 }, /* extensions/v1beta1 Ingress */
	{ 1284, 1321, 85 }, /* flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema */
	{ 1284, 1332, 86 }, /* flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration */
	{ 1359, 1276, 87 }, /* networking.k8s.io/v1 Ingress */
	{ 1359, 1380, 88 }, /* networking.k8s.io/v1 IngressClass */
	{ 1359, 1393, 89 }, /* networking.k8s.io/v1 NetworkPolicy */
	{ 1407, 1276, 90 }, /* networking.k8s.io/v1beta1 Ingress */
	{ 1407, 1380, 91 }, /* networking.k8s.io/v1beta1 IngressClass */
	{ 1433, 1448, 92 }, /* node.k8s.io/v1 RuntimeClass */
	{ 1461, 1448, 93 }, /* node.k8s.io/v1beta1 RuntimeClass */
	{ 1481, 1491, 94 }, /* policy/v1 PodDisruptionBudget */
	{ 1511, 1526, 96 }, /* policy/v1beta1 Eviction */
	{ 1511, 1491, 97 }, /* policy/v1beta1 PodDisruptionBudget */
	{ 1511, 1535, 99 }, /* policy/v1beta1 PodSecurityPolicy */
	{ 1553, 1582, 100 }, /* rbac.authorization.k8s.io/v1 ClusterRole */
	{ 1553, 1594, 101 }, /* rbac.authorization.k8s.io/v1 ClusterRoleBinding */
	{ 1553, 1613, 102 }, /* rbac.authorization.k8s.io/v1 Role */
	{ 1553, 1618, 103 }, /* rbac.authorization.k8s.io/v1 RoleBinding */
	{ 1630, 1582, 104 }, /* rbac.authorization.k8s.io/v1beta1 ClusterRole */
	{ 1630, 1594, 105 }, /* rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding */
	{ 1630, 1613, 106 }, /* rbac.authorization.k8s.io/v1beta1 Role */
	{ 1630, 1618, 107 }, /* rbac.authorization.k8s.io/v1beta1 RoleBinding */
	{ 1664, 1685, 108 }, /* scheduling.k8s.io/v1 PriorityClass */
	{ 1699, 1685, 109 }, /* scheduling.k8s.io/v1beta1 PriorityClass */
	{ 1725, 1743, 110 }, /* storage.k8s.io/v1 CSIDriver */
	{ 1725, 1753, 111 }, /* storage.k8s.io/v1 CSINode */
	{ 1725, 1761, 113 }, /* storage.k8s.io/v1 StorageClass */
	{ 1725, 1774, 114 }, /* storage.k8s.io/v1 VolumeAttachment */
	{ 1791, 1743, 115 }, /* storage.k8s.io/v1beta1 CSIDriver */
	{ 1791, 1753, 116 }, /* storage.k8s.io/v1beta1 CSINode */
	{ 1791, 1814, 118 }, /* storage.k8s.io/v1beta1 CSIStorageCapacity */
	{ 1791, 1761, 119 }, /* storage.k8s.io/v1beta1 StorageClass */
	{ 1791, 1774, 120 }, /* storage.k8s.io/v1beta1 VolumeAttachment */
	{ 1833, 1836, 56 }, /* v1 Binding */
	{ 1833, 1844, 57 }, /* v1 ComponentStatus */
	{ 1833, 1860, 58 }, /* v1 ConfigMap */
	{ 1833, 1870, 59 }, /* v1 Endpoints */
	{ 1833, 1229, 60 }, /* v1 Event */
	{ 1833, 1880, 61 }, /* v1 LimitRange */
	{ 1833, 1891, 62 }, /* v1 Namespace */
	{ 1833, 1901, 64 }, /* v1 Node */
	{ 1833, 1906, 67 }, /* v1 PersistentVolume */
	{ 1833, 1923, 25 }, /* v1 PersistentVolumeClaim */
	{ 1833, 1945, 68 }, /* v1 Pod */
	{ 1833, 1949, 70 }, /* v1 PodTemplate */
	{ 1833, 1961, 71 }, /* v1 ReplicationController */
	{ 1833, 1983, 74 }, /* v1 ResourceQuota */
	{ 1833, 1997, 75 }, /* v1 Secret */
	{ 1833, 2004, 76 }, /* v1 Service */
	{ 1833, 2012, 79 }, /* v1 ServiceAccount */
};
const size_t sl_kz_smp_root_count = sizeof(sl_kz_smp_roots) / sizeof(sl_kz_smp_roots[0]);

/* Kinds without namespace, sorted by apiVersion, then kind. */
const struct sl_kz_smp_root sl_kz_smp_cluster_scoped[] = {
	{ 328, 360, 0 }, /* admissionregistration.k8s.io/v1 MutatingWebhookConfiguration */
	{ 328, 389, 0 }, /* admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration */
	{ 420, 360, 0 }, /* admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration */
	{ 420, 389, 0 }, /* admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration */
	{ 457, 481, 0 }, /* apiextensions.k8s.io/v1 CustomResourceDefinition */
	{ 506, 481, 0 }, /* apiextensions.k8s.io/v1beta1 CustomResourceDefinition */
	{ 535, 561, 0 }, /* apiregistration.k8s.io/v1 APIService */
	{ 572, 561, 0 }, /* apiregistration.k8s.io/v1beta1 APIService */
	{ 1019, 1042, 0 }, /* certificates.k8s.io/v1 CertificateSigningRequest */
	{ 1068, 1042, 0 }, /* certificates.k8s.io/v1beta1 CertificateSigningRequest */
	{ 1284, 1321, 0 }, /* flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema */
	{ 1284, 1332, 0 }, /* flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration */
	{ 1359, 1380, 0 }, /* networking.k8s.io/v1 IngressClass */
	{ 1407, 1380, 0 }, /* networking.k8s.io/v1beta1 IngressClass */
	{ 1433, 1448, 0 }, /* node.k8s.io/v1 RuntimeClass */
	{ 1461, 1448, 0 }, /* node.k8s.io/v1beta1 RuntimeClass */
	{ 1511, 1535, 0 }, /* policy/v1beta1 PodSecurityPolicy */
	{ 1553, 1582, 0 }, /* rbac.authorization.k8s.io/v1 ClusterRole */
	{ 1553, 1594, 0 }, /* rbac.authorization.k8s.io/v1 ClusterRoleBinding */
	{ 1630, 1582, 0 }, /* rbac.authorization.k8s.io/v1beta1 ClusterRole */
	{ 1630, 1594, 0 }, /* rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding */
	{ 1664, 1685, 0 }, /* scheduling.k8s.io/v1 PriorityClass */
	{ 1699, 1685, 0 }, /* scheduling.k8s.io/v1beta1 PriorityClass */
	{ 1725, 1743, 0 }, /* storage.k8s.io/v1 CSIDriver */
	{ 1725, 1753, 0 }, /* storage.k8s.io/v1 CSINode */
	{ 1725, 1761, 0 }, /* storage.k8s.io/v1 StorageClass */
	{ 1725, 1774, 0 }, /* storage.k8s.io/v1 VolumeAttachment */
	{ 1791, 1743, 0 }, /* storage.k8s.io/v1beta1 CSIDriver */
	{ 1791, 1753, 0 }, /* storage.k8s.io/v1beta1 CSINode */
	{ 1791, 1761, 0 }, /* storage.k8s.io/v1beta1 StorageClass */
	{ 1791, 1774, 0 }, /* storage.k8s.io/v1beta1 VolumeAttachment */
	{ 1833, 1844, 0 }, /* v1 ComponentStatus */
	{ 1833, 1891, 0 }, /* v1 Namespace */
	{ 1833, 1901, 0 }, /* v1 Node */
	{ 1833, 2027, 0 }, /* v1 NodeProxyOptions */
	{ 1833, 1906, 0 }, /* v1 PersistentVolume */
};
const size_t sl_kz_smp_cluster_scoped_count =
	sizeof(sl_kz_smp_cluster_scoped) / sizeof(sl_kz_smp_cluster_scoped[0]);
