{{- define "tanggap.services" }}intake cases notifications{{ end }}

{{- define "tanggap.labels" -}}
app.kubernetes.io/part-of: tanggap
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{- define "tanggap.selector" -}}
app.kubernetes.io/part-of: tanggap
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- define "tanggap.image" -}}
image: {{ printf "%s-%s:%s" .root.Values.image.repository .name (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- end }}

{{/* Of every pod. Service links would put TANGGAP_… variables into it where a Service has such a name, and a service refuses what it does not know. */}}
{{- define "tanggap.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* add: capabilities that are left. */}}
{{- define "tanggap.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]{{ with .add }}, add: [{{ . }}]{{ end }}}
{{- end }}

{{/* One setting from a Secret, which must be there. */}}
{{- define "tanggap.from" -}}
- name: {{ .key }}
  valueFrom: {secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}}
{{- end }}

{{- define "tanggap.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  labels: {{- include "tanggap.labels" . | nindent 4 }}
  annotations: {helm.sh/resource-policy: keep}
spec:
  accessModes: [{{ .volume.accessMode }}]
  {{- with .volume.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources: {requests: {storage: {{ .volume.size }}}}
{{- end }}

{{/* A rule of egress to peers and one port. */}}
{{- define "tanggap.to" -}}
- ports: [{port: {{ .port }}, protocol: TCP}]
  {{- with .peers }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "tanggap.names" -}}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
  to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
{{- end }}

{{/* Peers: pods of this district with one of the names given. */}}
{{- define "tanggap.pods" -}}
- podSelector: {matchLabels: {app.kubernetes.io/part-of: tanggap}, matchExpressions: [{key: app.kubernetes.io/name, operator: In, values: [{{ . }}]}]}
{{- end }}
