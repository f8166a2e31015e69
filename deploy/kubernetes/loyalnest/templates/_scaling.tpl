{{/* Takes (dict "root" $ "name" NAME "replicas" (dict "min" N "max" N)). */}}
{{- define "loyalnest.scaling" }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}
  labels:
    {{- include "loyalnest.labels" . | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ .name }} }
  minReplicas: {{ .replicas.min }}
  maxReplicas: {{ .replicas.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .root.Values.targetCpuPercent }} }
  behavior:
    # Orders come in waves: what was started for one stays for the next.
    scaleDown: { stabilizationWindowSeconds: 300 }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels:
    {{- include "loyalnest.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  # One that is ill anyway must not keep a machine from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "loyalnest.selector" . | nindent 6 }}
{{- end }}

{{/* Where each service answers, for pages. */}}
{{- define "loyalnest.serviceUrls" -}}
{{- $urls := list }}
{{- range $name, $service := .Values.services }}
{{- if not (dig "isStateless" false ($service | default dict)) }}
{{- $urls = append $urls (printf "%s=http://%s:7400" $name $name) }}
{{- end }}
{{- end }}
{{- join "," $urls }}
{{- end }}
