{{- define "loyalnest.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "loyalnest.secretName" -}}
{{ .Values.secrets.existing | default (printf "%s-secrets" .Release.Name) }}
{{- end }}

{{/* Takes (dict "root" $ "name" NAME). */}}
{{- define "loyalnest.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "loyalnest.labels" -}}
{{ include "loyalnest.selector" . }}
app.kubernetes.io/part-of: loyalnest
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "loyalnest.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
# Secret files belong to root; the group is what lets the program read them.
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "loyalnest.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Over zones and machines as far as there are several. Takes (dict "root" $ "name" NAME). */}}
{{- define "loyalnest.spread" -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "loyalnest.selector" $ | nindent 6 }}
{{- end }}
{{- end }}

{{/* Files of the Secret under their own names. Takes (dict "root" $ "files" (dict FILE KEY)). */}}
{{- define "loyalnest.secretVolume" -}}
name: secrets
secret:
  secretName: {{ include "loyalnest.secretName" .root }}
  defaultMode: 0440
  items:
    {{- range $file, $key := .files }}
    - { key: {{ $key }}, path: {{ $file }}, mode: 0440 }
    {{- end }}
{{- end }}

{{/* A fingerprint of what is configured, so that a change of it restarts the pods. */}}
{{- define "loyalnest.configHash" -}}
{{ list .Values.secrets.values .Values.featureFlags .Values.env | toJson | sha256sum }}
{{- end }}

{{/* Bounds of a service's replicas. Takes (dict "root" $ "service" VALUES). */}}
{{- define "loyalnest.replicas" -}}
{{ .service.replicas | default .root.Values.replicas | toJson }}
{{- end }}
